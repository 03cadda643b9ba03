//! From what was typed to the faults of a plan: the plan's own reader and checks look at it.

use super::super::Stop;
use super::kinds::Kind;
use crate::chaos::{is_container, unambiguous};
use crate::plan;
use crate::plan::model::FaultSpec;
use crate::stack::Instance;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};

/// A plan around a fault: nothing of it is carried out but the fault.
const PLAN: &str = "name = 'by hand'\n[stack]\nkind = 'compose'\nproject = 'p'\nattach = true\n\
                    [target]\nurl = 'http://127.0.0.1'\n[load]\nmodel = 'open'\nstages = [{ rate = '1/s', for = '700h' }]\n\
                    [[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/'\n";

/// Checks everything that can be checked before anybody knows which instances there are.
pub(super) fn checked(kind: &Kind) -> Result<(), Stop> {
    let common = kind.common();
    if common.targets.is_empty() && common.label.is_none() {
        return Err(Stop::usage(format!(
            "it strikes nobody: name a service or an instance, as in `shakedown fault {} web-1`, or a `--label`",
            kind.name()
        )));
    }
    if matches!(kind, Kind::Scale { .. }) && common.targets.len() != 1 {
        return Err(Stop::usage("`scale` is for one service: `shakedown fault scale web --to 3`"));
    }
    // Whatever it is called, a name stands for a service here.
    let service = common.targets.first().map(|name| (name.clone(), Vec::new()));
    parsed(kind, "it", service.as_ref()).map(drop).map_err(Stop::usage)
}

/// The faults that are meant, one for each service: they strike at the same time.
pub(super) fn of(kind: &Kind, instances: &[Instance]) -> Result<Vec<FaultSpec>, String> {
    let groups = groups(&kind.common().targets, instances)?;
    if groups.is_empty() || names_groups(kind) {
        return parsed(kind, kind.name(), groups.first_key_value().map(own).as_ref()).map(|one| vec![one]);
    }
    let several = groups.len() > 1;
    let each = groups.iter().map(|(service, indexes)| {
        let id = if several { format!("{}-{service}", kind.name()) } else { kind.name().to_owned() };
        parsed(kind, &id, Some(&(service.clone(), indexes.clone())))
    });
    each.collect()
}

fn own((service, indexes): (&String, &Vec<u32>)) -> (String, Vec<u32>) {
    (service.clone(), indexes.clone())
}

/// Kinds whose targets are names of services and instances alike.
fn names_groups(kind: &Kind) -> bool {
    matches!(kind, Kind::Partition { .. })
}

/// Services, each with the instances that are meant; none: all of it.
fn groups(names: &[String], instances: &[Instance]) -> Result<BTreeMap<String, Vec<u32>>, String> {
    let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for name in names {
        unambiguous(name, instances)?;
        if instances.iter().any(|one| one.service == *name) {
            groups.insert(name.clone(), Vec::new());
        } else if let Some(one) = instances.iter().find(|one| one.name == *name || is_container(name, one)) {
            let known = groups.get(&one.service).map(Vec::is_empty);
            if known != Some(true) {
                groups.entry(one.service.clone()).or_default().push(one.index);
            }
        } else {
            let there: Vec<&str> = instances.iter().map(|one| one.name.as_str()).collect();
            return Err(format!("there is no service or instance `{name}`; there are {}", there.join(", ")));
        }
    }
    Ok(groups)
}

/// One fault, read and checked as a plan's; the error says what is wrong and what would be right.
fn parsed(kind: &Kind, id: &str, service: Option<&(String, Vec<u32>)>) -> Result<FaultSpec, String> {
    let common = kind.common();
    let mut settings = kind.settings();
    let mut target = Table::new();
    if let Some((service, indexes)) = service {
        target.insert("service".into(), Value::String(service.clone()));
        if !indexes.is_empty() {
            let indexes = indexes.iter().map(|index| Value::Integer((*index).into()));
            target.insert("index".into(), Value::Array(indexes.collect()));
        }
    }
    let label = common.label.clone().map(Value::String);
    let choose = common.choose.map(|number| Value::Integer(number.into()));
    let share = common.part.clone().map(Value::String);
    for (key, value) in [("label", label), ("choose", choose), ("share", share)] {
        target.extend(value.map(|value| (key.to_owned(), value)));
    }
    match kind {
        Kind::Partition { .. } => {
            // Who cannot hear is where packets are lost: the targets are the far end of the way.
            let names = common.targets.iter().cloned().map(Value::String).collect();
            settings.insert("to".into(), Value::Array(names));
        }
        Kind::Scale { .. } => {
            settings.extend(target.remove("service").map(|service| ("service".to_owned(), service)));
        }
        Kind::Limit { .. }
        | Kind::Exec { .. }
        | Kind::Packets { .. }
        | Kind::Dns { .. }
        | Kind::Http { .. }
        | Kind::Toxic { .. } => {
            settings.insert("target".into(), Value::Table(target));
        }
        _ => settings.extend(target),
    }
    let mut fault = Table::new();
    fault.insert("id".into(), Value::String(id.to_owned()));
    fault.insert("at".into(), Value::String("0s".into()));
    fault.extend(common.length.clone().map(|length| ("for".to_owned(), Value::String(length))));
    fault.insert(kind.name().into(), Value::Table(settings));
    let mut whole = Table::new();
    whole.insert("fault".into(), Value::Array(vec![Value::Table(fault)]));
    let text = format!("{PLAN}{whole}");
    match plan::load_text("by hand", &text, Path::new(""), &[]) {
        Ok(mut loaded) => loaded.plan.faults.pop().ok_or_else(|| "it does nothing".to_owned()),
        Err(diagnostics) => Err(in_words(&diagnostics)),
    }
}

/// Without places: nobody wrote that text.
fn in_words(diagnostics: &plan::Diagnostics) -> String {
    let errors = diagnostics.0.iter().filter(|one| one.severity == plan::Severity::Error);
    let lines = errors.map(|one| match &one.help {
        Some(help) => format!("{}\n  help: {help}", one.message),
        None => one.message.clone(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::planned_instances;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Typed {
        #[command(subcommand)]
        kind: Kind,
    }

    fn typed(words: &str) -> Kind {
        Typed::try_parse_from(std::iter::once("fault").chain(words.split(' '))).expect(words).kind
    }

    fn instances() -> Vec<Instance> {
        let stack = toml::from_str(
            "[[service]]\nname='web'\ncommand=['x']\ninstances=2\n[[service]]\nname='db'\ncommand=['x']",
        );
        planned_instances(&stack.expect("a stack"))
    }

    fn specs(words: &str) -> Vec<FaultSpec> {
        let kind = typed(words);
        checked(&kind).unwrap_or_else(|stop| panic!("{words}: {}", stop.message));
        of(&kind, &instances()).expect(words)
    }

    #[test]
    fn every_kind_can_be_typed() {
        for words in [
            "kill web-1 --signal TERM --for 20s",
            "stop web",
            "restart web-2",
            "pause web db-1 --for 1s",
            "remove web-1",
            "disconnect db",
            "scale web --to 3 --for 5s",
            "limit web --cpus 0.5 --memory 64MiB",
            "exec db --run true --undo true",
            "packets web --delay 100ms --loss 1% --peer db --port 5432 --direction out --for 10s",
            "partition web-1 --from db --one-way",
            "dns web --name db --action nxdomain",
            "http web --port 8080 --status 503 --share 5% --path / --method GET",
            "toxic db --port 5432 --type latency --set latency=100 --stream upstream --toxicity 50%",
            "kill --label tier=front --part 50%",
        ] {
            let specs = specs(words);
            let kind = words.split(' ').next().expect("a word");
            assert!(specs.iter().all(|spec| spec.kinds() == [kind]), "{words}: {specs:?}");
        }
    }

    #[test]
    fn names_are_services_and_instances() {
        let both = specs("pause web-2 web-1 db");
        assert_eq!(both.len(), 2);
        let web = both[1].pause.as_ref().expect("a pause");
        assert_eq!(web.service.as_deref(), Some("web"));
        assert_eq!(web.index.as_ref().map(|index| index.0.clone()), Some(vec![2, 1]));
        assert_eq!(both[0].pause.as_ref().expect("a pause").index, None);
        let all = specs("pause web-2 web");
        assert_eq!(all[0].pause.as_ref().expect("a pause").index, None, "all of it, and one of it");
        let error = of(&typed("pause wbe"), &instances()).expect_err("nobody");
        assert!(error.contains("`wbe`") && error.contains("web-1, web-2, db-1"), "{error}");
    }

    #[test]
    fn who_is_cut_off_is_deaf() {
        let cut = &specs("partition web-1 --from db --one-way")[0];
        let partition = cut.partition.as_ref().expect("a partition");
        assert_eq!(
            (partition.from.0.clone(), partition.to.0.clone()),
            (vec!["db".into()], vec!["web-1".into()])
        );
        assert!(partition.one_way);
    }

    #[test]
    fn nonsense_is_refused_with_the_plans_words() {
        for (words, word) in [
            ("packets web", "nothing happens"),
            ("packets web --delay soon", "duration"),
            ("limit web", "nothing"),
            ("kill web --signal FOO", "signal"),
            ("kill web --for never", "never"),
            ("kill --for 1s", "strikes nobody"),
            ("scale web db --to 3", "one service"),
            ("toxic web --port 1 --type lateness", "lateness"),
            ("http web --port 1", "nothing"),
        ] {
            let stop = checked(&typed(words)).expect_err(words);
            assert!(stop.message.contains(word), "{words}: {}", stop.message);
        }
    }
}
