//! A plan's fault, ready to strike.

use crate::chaos::faults::{self, Built};
use crate::chaos::schedule::{Begin, Timing};
use crate::chaos::target;
use crate::plan::model::FaultSpec;
use crate::stack::Instance;
use tokio::sync::watch;

/// A plan's fault, ready to strike.
pub(super) struct Armed {
    pub id: String,
    pub kind: &'static str,
    pub timing: Timing,
    pub built: Built,
    /// Whether it strikes one target after the other.
    pub rolling: bool,
    /// True once its condition holds.
    pub trigger: watch::Sender<bool>,
    /// True once it has been healed for the first time.
    pub healed: watch::Sender<bool>,
}

impl Armed {
    pub(super) fn waits_for_trigger(&self) -> bool {
        matches!(self.timing.begin, Begin::When(_))
    }

    /// Whom this occurrence strikes.
    pub(super) fn targets(
        &self,
        instances: &[Instance],
        seed: u64,
        occurrence: u32,
    ) -> Result<Vec<Instance>, String> {
        target::struck(&self.built.victims, self.rolling, instances, seed, &self.id, occurrence)
    }

    pub(super) fn condition(&self) -> Option<(String, String)> {
        match &self.timing.begin {
            Begin::When(condition) => Some((self.id.clone(), condition.clone())),
            Begin::At(_) | Begin::After(_) => None,
        }
    }
}

/// Arms all faults of a plan; the errors tell all that is wrong with them.
pub(super) fn arm(specs: &[FaultSpec], instances: &[Instance], seed: u64) -> Result<Vec<Armed>, Vec<String>> {
    let mut errors = Vec::new();
    let mut all: Vec<Armed> = Vec::new();
    for spec in specs {
        if all.iter().any(|other| other.id == spec.id) {
            errors.push(format!("two faults have the id `{}`", spec.id));
        }
        if let Some(after) = &spec.after
            && !specs.iter().any(|other| other.id == *after)
        {
            errors.push(format!("fault `{}` waits for `{after}`, which is no fault of this plan", spec.id));
        }
        match one(spec, instances, seed) {
            Ok(armed) => all.push(armed),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// Each fault's id and whom its first strike means.
pub fn first_victims(
    specs: &[FaultSpec],
    instances: &[Instance],
    seed: u64,
) -> Result<Vec<(String, Vec<String>)>, Vec<String>> {
    let armed = arm(specs, instances, seed)?;
    let first = armed.into_iter().map(|fault| {
        let struck = fault.targets(instances, seed, 0).map_err(|error| vec![error])?;
        Ok((fault.id, struck.into_iter().map(|one| one.name).collect()))
    });
    first.collect()
}

fn one(spec: &FaultSpec, instances: &[Instance], seed: u64) -> Result<Armed, String> {
    let kind = faults::kind(spec)?;
    let built = faults::build(spec)?;
    let mut timing = Timing::of(spec, built.fault.is_momentary())?;
    // Every occurrence chooses from the same candidates: one that finds somebody means that all do.
    let all = target::all(&built.victims, instances, seed, &spec.id, 0)?;
    if spec.rolling {
        timing.once_for_each(all.len());
    }
    let (trigger, healed) = (watch::Sender::new(false), watch::Sender::new(false));
    Ok(Armed { id: spec.id.clone(), kind, timing, built, rolling: spec.rolling, trigger, healed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::planned_instances;

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let stack = toml::from_str("[[service]]\nname='node'\ncommand=['x']").expect("a stack");
        let plan: toml::Table = toml::from_str(
            "[[fault]]\nid='a'\nat='1s'\nkill={service='nod'}\n[[fault]]\nid='b'\nafter='c'\nkill={service='node'}\n\
             [[fault]]\nid='b'\nat='1s'\nkill={service='node',signal='FOO'}\n[[fault]]\nid='d'\nat='1s'\n\
             [[fault]]\nid='e'\nat='1s'\npause={service='node',signal='TERM'}",
        )
        .expect("faults");
        let specs: Vec<FaultSpec> = plan["fault"].clone().try_into().expect("faults");
        let errors = arm(&specs, &planned_instances(&stack), 1).err().expect("errors");
        let words =
            ["no service `nod`", "waits for `c`", "two faults", "`FOO`", "does not say", "belongs to `kill`"];
        assert_eq!(errors.len(), words.len(), "{errors:?}");
        for (error, word) in errors.iter().zip(words) {
            assert!(error.contains(word), "{word}: {error}");
        }
    }
}
