//! What a plan's faults want of helpers.

use super::Sketch;
use crate::chaos::faults;
use crate::plan::model::FaultSpec;
use crate::stack::Instance;

/// Whether any of these faults lives in network namespaces.
pub fn wanted(specs: &[FaultSpec]) -> bool {
    specs.iter().any(|spec| {
        let streams = (spec.http.is_some() || spec.toxic.is_some()) && !spec.is_on_link();
        streams || spec.packets.is_some() || spec.partition.is_some() || spec.dns.is_some()
    })
}

/// Everything that they may want, on everybody whom they may strike. The errors name each fault that means nobody.
pub fn sketches(specs: &[FaultSpec], instances: &[Instance]) -> Result<Vec<Sketch>, Vec<String>> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for spec in specs {
        match faults::build(spec).and_then(|built| built.fault.sketches(instances)) {
            Ok(sketches) => found.extend(sketches),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfault::Sort;
    use crate::stack::planned_instances;

    fn drawn(toml: &str) -> Result<Vec<Sketch>, Vec<String>> {
        let stack = toml::from_str(
            "[[service]]\nname='web'\ncommand=['x']\ninstances=2\n[[service]]\nname='db'\ncommand=['x']\ninstances=2",
        )
        .expect("a stack");
        let plan: toml::Table =
            toml::from_str(&format!("[[fault]]\nid='f'\nat='1s'\n{toml}")).expect("a fault");
        let specs: Vec<FaultSpec> = plan["fault"].clone().try_into().expect("a fault");
        assert!(wanted(&specs));
        sketches(&specs, &planned_instances(&stack))
    }

    fn places(toml: &str) -> Vec<(String, Vec<String>)> {
        drawn(toml).expect("sketches").into_iter().map(|sketch| (sketch.on, sketch.peers)).collect()
    }

    fn place(on: &str, peers: &[&str]) -> (String, Vec<String>) {
        (on.to_owned(), peers.iter().map(|peer| (*peer).to_owned()).collect())
    }

    #[test]
    fn everybody_who_may_be_chosen_gets_a_helper() {
        let one = "packets={target={service='web',choose=1},peers=['db-2'],loss='1%'}";
        assert_eq!(places(one), [place("web-1", &["db-2"]), place("web-2", &["db-2"])]);
        let all = "packets={target={service='web'},loss='1%'}";
        assert_eq!(places(all), [place("web-1", &[]), place("web-2", &[])]);
        let second = "dns={target={service='web',index=2},action='refuse'}";
        assert_eq!(places(second), [place("web-2", &[])]);
    }

    #[test]
    fn a_link_between_groups_has_trouble_at_one_end() {
        let link = "packets={between={from='web',to=['db']},delay='40ms',jitter='5ms'}";
        assert_eq!(places(link), [place("web-1", &["db-1", "db-2"]), place("web-2", &["db-1", "db-2"])]);
    }

    #[test]
    fn a_partition_makes_both_sides_deaf_or_one() {
        let full = places("partition={from='web-1',to='db'}");
        assert_eq!(
            full,
            [place("db-1", &["web-1"]), place("db-2", &["web-1"]), place("web-1", &["db-1", "db-2"])]
        );
        let one_way = drawn("partition={from='web-1',to='db',one_way=true}").expect("sketches");
        assert_eq!(one_way.len(), 2, "what web-1 sends does not arrive; web-1 itself hears");
        assert!(one_way.iter().all(|sketch| matches!(sketch.sort, Sort::Wall { .. })));
    }

    #[test]
    fn a_name_that_is_nobodys_is_an_error() {
        let errors = drawn("partition={from='wbe',to='db'}").expect_err("nobody");
        assert!(errors[0].contains("`wbe`") && errors[0].contains("web-1"), "{errors:?}");
    }
}
