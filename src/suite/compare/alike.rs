//! In what runs differ that should be equal, so that only the deployment is compared.

use super::Judged;
use crate::plan::{self, Difference as Changed};
use serde::Serialize;

/// How much a difference takes from a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// It is to be known.
    Note,
    /// Figures cannot be compared: another machine, a run that is not whole.
    Grave,
    /// The runs are of different experiments.
    Refuse,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// How much it takes from the comparison.
    pub weight: Weight,
    /// What differs, in words.
    pub text: String,
}

/// Every difference, the gravest first, each said once.
pub(super) fn differences(a: &[Judged], b: &[Judged]) -> Vec<Difference> {
    let Some(first) = a.first() else { return Vec::new() };
    let mut found: Vec<Difference> = Vec::new();
    for run in a.iter().chain(b) {
        for difference in between(first, run).into_iter().chain(of(run)) {
            if !found.contains(&difference) {
                found.push(difference);
            }
        }
    }
    found.sort_by_key(|difference| std::cmp::Reverse(difference.weight));
    found
}

fn between(one: &Judged, other: &Judged) -> Vec<Difference> {
    let (left, right) = (&one.manifest, &other.manifest);
    let mut found = Vec::new();
    let mut differs = |is: bool, weight, text: String| {
        if is {
            found.push(Difference { weight, text });
        }
    };
    let names = (&one.assessment.plan, &other.assessment.plan);
    differs(names.0 != names.1, Weight::Refuse, format!("the plans are `{}` and `{}`", names.0, names.1));
    // The seed has a line of its own below: another seed is another run of the same experiment.
    let mut plans = plan::differences(&left.plan, &right.plan);
    plans.retain(|difference| difference.path != "seed");
    differs(
        names.0 == names.1 && !plans.is_empty(),
        Weight::Refuse,
        format!("{} and {} have different texts of the plan: {}", one.name(), other.name(), listed(&plans)),
    );
    differs(
        left.counter != right.counter,
        Weight::Refuse,
        format!("{} is {}, {} is {}", one.name(), kind(&left.counter), other.name(), kind(&right.counter)),
    );
    differs(left.seed != right.seed, Weight::Note, format!("the seeds are {} and {}", left.seed, right.seed));
    differs(
        left.version != right.version,
        Weight::Note,
        format!("the versions of shakedown are {} and {}", left.version, right.version),
    );
    let (here, there) = (&left.environment, &right.environment);
    differs(
        here != there,
        Weight::Grave,
        format!(
            "the machines differ: {} ({} {}, {} cores, {}) and {} ({} {}, {} cores, {})",
            here.host,
            here.os,
            here.arch,
            here.cores,
            memory(here.memory),
            there.host,
            there.os,
            there.arch,
            there.cores,
            memory(there.memory)
        ),
    );
    found
}

fn kind(counter: &Option<String>) -> String {
    match counter.as_deref() {
        None => "a run".to_owned(),
        Some("") => "a counter-run".to_owned(),
        Some(name) => format!("the counter-run `{name}`"),
    }
}

/// The first few values that differ.
fn listed(plans: &[Changed]) -> String {
    const MOST: usize = 3;
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "absent".to_owned());
    let one = |changed: &Changed| match changed.path.as_str() {
        "" => "one of them is not TOML".to_owned(),
        path => {
            let (first, second) = (shown(&changed.first), shown(&changed.second));
            match first.len() + second.len() < 80 {
                true => format!("`{path}` is {first} and {second}"),
                false => format!("`{path}` differs"),
            }
        }
    };
    let mut text: Vec<String> = plans.iter().take(MOST).map(one).collect();
    if plans.len() > MOST {
        text.push(format!("and {} more values", plans.len() - MOST));
    }
    text.join(", ")
}

fn memory(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / (1u64 << 30) as f64)
}

/// What is wrong with a run by itself.
fn of(run: &Judged) -> Vec<Difference> {
    let grave = |text: String| Difference { weight: Weight::Grave, text: format!("{}: {text}", run.name()) };
    let torn = run.torn.as_ref().map(|torn| grave(format!("the record is not whole ({torn})")));
    let aborted = run.manifest.aborted.as_ref().map(|why| grave(format!("it ended before its time ({why})")));
    torn.into_iter().chain(aborted).collect()
}
