//! Whom a fault strikes: a pure choice from the plan's instances, the same for the same seed.

use super::faults::{Victims, as_instance};
use crate::plan::model::FaultTarget;
use crate::stack::Instance;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// The instances that this occurrence of the fault strikes, in the plan's order. Whether they run makes no difference: the
/// choice depends on the plan and the seed alone. The error says why nobody is struck.
pub fn choose(
    target: &FaultTarget,
    instances: &[Instance],
    seed: u64,
    fault: &str,
    occurrence: u32,
) -> Result<Vec<Instance>, String> {
    if let Some(link) = as_instance(target) {
        return Ok(vec![link]);
    }
    let candidates = candidates(target, instances).map_err(|error| format!("fault `{fault}`: {error}"))?;
    let number = match (target.choose, target.share) {
        (Some(_), Some(_)) => {
            return Err(format!("fault `{fault}`: it says both `choose` and `share`; leave one out"));
        }
        (Some(0), None) => return Err(format!("fault `{fault}`: `choose = 0` strikes nobody")),
        (Some(number), None) => number as usize,
        (None, Some(share)) => ((share.0 * candidates.len() as f64).round() as usize).max(1),
        (None, None) => candidates.len(),
    };
    if number > candidates.len() {
        return Err(format!(
            "fault `{fault}`: it is to strike {number} instances, but only {} match ({})",
            candidates.len(),
            names(&candidates)
        ));
    }
    let mut random = random(seed, fault, occurrence);
    let mut places: Vec<usize> = (0..candidates.len()).collect();
    // The first `number` steps of a Fisher–Yates shuffle.
    for step in 0..number {
        let other = step + below(&mut random, places.len() - step);
        places.swap(step, other);
    }
    places.truncate(number);
    places.sort_unstable();
    Ok(places.into_iter().map(|place| candidates[place].clone()).collect())
}

/// All whom this occurrence of the fault strikes, however the plan says it.
pub(super) fn all(
    victims: &Victims,
    instances: &[Instance],
    seed: u64,
    fault: &str,
    occurrence: u32,
) -> Result<Vec<Instance>, String> {
    match victims {
        Victims::Chosen(target) => choose(target, instances, seed, fault, occurrence),
        Victims::Named(names) => {
            named(names.iter(), instances).map_err(|error| format!("fault `{fault}`: {error}"))
        }
    }
}

/// As [`all`]; a rolling fault strikes one of them after the other, a single one at each occurrence.
pub(super) fn struck(
    victims: &Victims,
    rolling: bool,
    instances: &[Instance],
    seed: u64,
    fault: &str,
    occurrence: u32,
) -> Result<Vec<Instance>, String> {
    if !rolling {
        return all(victims, instances, seed, fault, occurrence);
    }
    let mut all = all(victims, instances, seed, fault, 0)?;
    let place = occurrence as usize % all.len().max(1);
    Ok(all.drain(..).skip(place).take(1).collect())
}

fn candidates(target: &FaultTarget, instances: &[Instance]) -> Result<Vec<Instance>, String> {
    if instances.is_empty() {
        return Err(
            "the stack has no instances; a deployment that is there already (`kind = \"none\"`) cannot be \
                    struck this way"
                .into(),
        );
    }
    let of_service: Vec<Instance> = match &target.service {
        Some(service) => instances.iter().filter(|one| one.service == *service).cloned().collect(),
        None => instances.to_vec(),
    };
    if of_service.is_empty() {
        let mut services: Vec<&str> = instances.iter().map(|one| one.service.as_str()).collect();
        services.dedup();
        let service = target.service.as_deref().unwrap_or_default();
        return Err(format!("there is no service `{service}`; the services are {}", services.join(", ")));
    }
    let of_service = with_label(target.label.as_deref(), of_service)?;
    let Some(wanted) = &target.index else { return Ok(of_service) };
    for index in wanted.iter() {
        if !of_service.iter().any(|one| one.index == *index) {
            return Err(format!(
                "no instance has index {index}; they count from 1, and there are {}",
                names(&of_service)
            ));
        }
    }
    Ok(of_service.into_iter().filter(|one| wanted.iter().any(|index| *index == one.index)).collect())
}

/// Those whose container has this label (`name` or `name=value`).
fn with_label(label: Option<&str>, instances: Vec<Instance>) -> Result<Vec<Instance>, String> {
    let Some(label) = label else { return Ok(instances) };
    if instances.iter().all(|one| one.container.is_none()) {
        return Err(format!("`label = \"{label}\"`: labels are for containers; name a `service`"));
    }
    let (name, value) = label.split_once('=').map_or((label, None), |(name, value)| (name, Some(value)));
    let has = |one: &Instance| {
        let found = one.container.as_ref().and_then(|container| container.labels.get(name));
        found.is_some_and(|found| value.is_none_or(|value| value == found))
    };
    let among = names(&instances);
    let found: Vec<Instance> = instances.into_iter().filter(has).collect();
    if found.is_empty() {
        Err(format!("no container has the label `{label}` among {among}"))
    } else {
        Ok(found)
    }
}

/// The instances that these names mean: a service's name means all of its instances.
pub(super) fn named<'n>(
    wanted: impl Iterator<Item = &'n String>,
    instances: &[Instance],
) -> Result<Vec<Instance>, String> {
    let wanted: Vec<&String> = wanted.collect();
    let means =
        |name: &str, one: &Instance| one.name == name || one.service == name || is_container(name, one);
    if let Some(unknown) = wanted.iter().find(|name| !instances.iter().any(|one| means(name, one))) {
        return Err(format!("there is no service or instance `{unknown}`; there are {}", names(instances)));
    }
    wanted.iter().try_for_each(|name| unambiguous(name, instances))?;
    Ok(instances.iter().filter(|one| wanted.iter().any(|name| means(name, one))).cloned().collect())
}

/// A name that is both a service and an instance of another service is an error, which says how to name each.
pub fn unambiguous(name: &str, instances: &[Instance]) -> Result<(), String> {
    let of_service: Vec<&str> =
        instances.iter().filter(|one| one.service == name).map(|one| one.name.as_str()).collect();
    let other = instances.iter().find(|one| one.name == name && one.service != name);
    let (Some(other), false) = (other, of_service.is_empty()) else { return Ok(()) };
    let container = other.container.as_ref().map_or("", |container| container.name.as_str());
    Err(format!(
        "`{name}` is a service ({}) and an instance of the service `{}`; name the service's instances, or the \
         container `{container}`",
        of_service.join(", "),
        other.service
    ))
}

/// Whether this is the name of the instance's container.
pub fn is_container(name: &str, one: &Instance) -> bool {
    one.container.as_ref().is_some_and(|container| container.name == name)
}

/// A strike's own seed.
pub(super) fn seed(seed: u64, fault: &str, occurrence: u32) -> u64 {
    random(seed, fault, occurrence).next_u64()
}

/// A target's own seed in a strike.
pub(super) fn seed_for(strike: u64, target: &str) -> u64 {
    random(strike, target, 0).next_u64()
}

fn names(instances: &[Instance]) -> String {
    instances.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// A stream of its own for every occurrence of every fault, so that one more fault in a plan changes no other choice.
fn random(seed: u64, fault: &str, occurrence: u32) -> Xoshiro256PlusPlus {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(occurrence.to_le_bytes());
    hash.update(fault.as_bytes());
    Xoshiro256PlusPlus::from_seed(hash.finalize().into())
}

/// An even number below `bound` (Lemire's multiply-shift; its bias is below `bound`/2⁶⁴). Our own, so that a new version of
/// a library does not change what a seed means.
fn below(random: &mut Xoshiro256PlusPlus, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::StackSpec;
    use crate::stack::planned_instances;

    fn instances() -> Vec<Instance> {
        let spec: StackSpec = toml::from_str(
            "[[service]]\nname='node'\ncommand=['x']\ninstances=5\n[[service]]\nname='front'\ncommand=['x']",
        )
        .expect("a stack");
        planned_instances(&spec)
    }

    fn chosen(toml: &str, seed: u64, occurrence: u32) -> Result<Vec<String>, String> {
        let target: FaultTarget = toml::from_str(toml).expect(toml);
        choose(&target, &instances(), seed, "f", occurrence)
            .map(|list| list.into_iter().map(|one| one.name).collect())
    }

    #[test]
    fn by_service_and_index() {
        assert_eq!(chosen("service='front'", 1, 0), Ok(vec!["front-1".into()]));
        assert_eq!(chosen("service='node'\nindex=2", 1, 0), Ok(vec!["node-2".into()]));
        assert_eq!(chosen("service='node'\nindex=[4,2,4]", 1, 0), Ok(vec!["node-2".into(), "node-4".into()]));
        assert_eq!(chosen("", 1, 0).map(|all| all.len()), Ok(6));
    }

    #[test]
    fn the_seed_decides_and_nothing_else() {
        let first = chosen("service='node'\nchoose=2", 7, 0).expect("a choice");
        assert_eq!(Ok(first.clone()), chosen("service='node'\nchoose=2", 7, 0));
        assert_eq!(first.len(), 2);
        let others =
            (0..50).map(|occurrence| chosen("service='node'\nchoose=1", 7, occurrence).expect("a choice"));
        let mut seen: Vec<Vec<String>> = others.collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 5, "in 50 occurrences everybody's turn comes");
    }

    #[test]
    fn the_choice_is_pinned_across_versions() {
        assert_eq!(chosen("service='node'\nchoose=2", 7, 0), Ok(vec!["node-2".into(), "node-5".into()]));
    }

    #[test]
    fn a_share_strikes_at_least_one() {
        for (share, number) in [("1%", 1), ("50%", 3), ("100%", 5)] {
            let struck = chosen(&format!("service='node'\nshare='{share}'"), 1, 0).expect("a choice");
            assert_eq!(struck.len(), number, "{share}");
        }
    }

    #[test]
    fn what_strikes_nobody_is_an_error() {
        for (toml, word) in [
            ("service='nod'", "no service `nod`; the services are node, front"),
            ("service='node'\nindex=6", "index 6"),
            ("service='node'\nindex=0", "index 0"),
            ("service='node'\nchoose=6", "only 5"),
            ("service='node'\nchoose=0", "nobody"),
            ("service='node'\nchoose=1\nshare='1%'", "both"),
            ("label='x'", "containers"),
        ] {
            let error = chosen(toml, 1, 0).expect_err(toml);
            assert!(error.contains(word) && error.contains("fault `f`"), "{error}");
        }
        let error = choose(&FaultTarget::default(), &[], 1, "f", 0).expect_err("nobody is there");
        assert!(error.contains("kind"), "{error}");
    }
}
