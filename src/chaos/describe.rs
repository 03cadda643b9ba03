//! The plan's faults laid out ahead of the run, for `--dry-run`.

use super::faults::{self, Victims};
use super::schedule::{Begin, Timing};
use super::target;
use crate::event::Nanos;
use crate::plan::Plan;
use crate::plan::model::{FaultSpec, StackKind};
use crate::stack::{Instance, planned_instances};

/// How many strikes of one fault are laid out.
const MOST: usize = 1_000;

/// A fault as planned.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedFault {
    /// Its id.
    pub id: String,
    /// Its kind: `kill`, `pause`, …; empty where the plan does not say.
    pub kind: String,
    /// What begins it; `None` where the plan does not say.
    pub begin: Option<Begin>,
    /// Its strikes. One that waits for something is laid out once, without times.
    pub strikes: Vec<PlannedStrike>,
    /// Strikes that were left out of the list, because there are very many.
    pub omitted: u64,
    /// Why it cannot be carried out.
    pub trouble: Option<String>,
}

/// A strike as planned; times count from the start of the load.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedStrike {
    /// 0, 1, 2, …
    pub occurrence: u32,
    /// When; `None`: when what it waits for comes.
    pub at: Option<Nanos>,
    /// When it is healed; `None`: at the end of the load, or not known yet.
    pub heal_at: Option<Nanos>,
    /// Whom it strikes.
    pub targets: Vec<String>,
}

/// All faults of a plan whose load lasts `length`, exactly as a run will choose them.
pub fn describe(plan: &Plan, length: Nanos) -> Vec<PlannedFault> {
    let instances = planned_instances(&plan.stack);
    // Which containers there are is known when the project is up.
    let known = plan.stack.kind != StackKind::Compose;
    let instances = known.then_some(instances);
    plan.faults.iter().map(|spec| one(spec, instances.as_deref(), plan.seed, length)).collect()
}

fn one(spec: &FaultSpec, instances: Option<&[Instance]>, seed: u64, length: Nanos) -> PlannedFault {
    let mut planned = PlannedFault {
        id: spec.id.clone(),
        kind: faults::kind(spec).unwrap_or_default().to_owned(),
        begin: None,
        strikes: Vec::new(),
        omitted: 0,
        trouble: None,
    };
    if let Err(error) = lay_out(spec, instances, seed, length, &mut planned) {
        planned.trouble = Some(error);
    }
    planned
}

fn lay_out(
    spec: &FaultSpec,
    instances: Option<&[Instance]>,
    seed: u64,
    length: Nanos,
    planned: &mut PlannedFault,
) -> Result<(), String> {
    let built = faults::build(spec)?;
    let mut timing = Timing::of(spec, built.fault.is_momentary())?;
    planned.begin = Some(timing.begin.clone());
    if let Some(instances) = instances.filter(|_| spec.rolling) {
        timing.once_for_each(target::all(&built.victims, instances, seed, &spec.id, 0)?.len());
    }
    let targets = |occurrence| {
        let Some(instances) = instances else { return Ok(vec![in_words(&built.victims, spec.rolling)]) };
        let chosen = target::struck(&built.victims, spec.rolling, instances, seed, &spec.id, occurrence)?;
        Ok::<_, String>(chosen.into_iter().map(|instance| instance.name).collect())
    };
    let Begin::At(first) = timing.begin else {
        planned.strikes =
            vec![PlannedStrike { occurrence: 0, at: None, heal_at: None, targets: targets(0)? }];
        return Ok(());
    };
    for strike in timing.strikes(first, length).take(MOST) {
        let (occurrence, at, heal_at) = (strike.occurrence, Some(strike.at), strike.heal_at);
        planned.strikes.push(PlannedStrike { occurrence, at, heal_at, targets: targets(occurrence)? });
    }
    if planned.strikes.is_empty() {
        return Err(format!(
            "fault `{}`: it would strike at {first}, and the load is over at {length}",
            spec.id
        ));
    }
    planned.omitted = omitted(&timing, first, length);
    Ok(())
}

/// Whom a fault will strike, before anybody knows which instances there are: `1 of web`.
fn in_words(victims: &Victims, rolling: bool) -> String {
    let target = match victims {
        Victims::Chosen(target) => target,
        Victims::Named(names) => return names.join(", "),
    };
    let mut text = match (target.choose, target.share) {
        (Some(number), _) => format!("{number} of "),
        (None, Some(share)) => format!("{} % of ", share.0 * 100.0),
        (None, None) => String::new(),
    };
    text.push_str(target.service.as_deref().unwrap_or("all"));
    for index in target.index.iter().flat_map(|index| index.iter()) {
        text.push_str(&format!(" {index}"));
    }
    if let Some(label) = &target.label {
        text.push_str(&format!(" labelled {label}"));
    }
    if rolling { format!("{text}, one after the other") } else { text }
}

fn omitted(timing: &Timing, first: Nanos, length: Nanos) -> u64 {
    let Some((every, times)) = timing.repeat else { return 0 };
    let fit = ((length - first).0.max(0) as u64).div_ceil(every.0.max(1) as u64);
    fit.min(times.map_or(u64::MAX, u64::from)).saturating_sub(MOST as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(faults: &str) -> Vec<PlannedFault> {
        let text = format!(
            "name='p'\nseed=7\n[target]\nurl='http://127.0.0.1'\n[load]\n[[flow]]\nname='f'\nstep=[]\n[stack]\nkind='processes'\n\
             [[stack.service]]\nname='node'\ncommand=['x']\ninstances=3\n{faults}"
        );
        let plan: Plan = toml::from_str(&text).expect("a plan");
        describe(&plan, Nanos::from_secs_f64(10.0))
    }

    #[test]
    fn strikes_come_with_times_and_victims() {
        let all = described(
            "[[fault]]\nid='a'\nat='1s'\nfor='1s'\nevery='3s'\nkill={service='node',choose=1}\n\
             [[fault]]\nid='b'\nafter='a'\npause={service='node',index=2}",
        );
        assert_eq!((all[0].kind.as_str(), all[0].strikes.len(), all[0].omitted), ("kill", 3, 0));
        assert!(all[0].strikes.iter().all(|strike| strike.targets.len() == 1));
        assert_eq!(all[0].trouble, None);
        assert_eq!(all[1].begin, Some(Begin::After("a".into())));
        assert_eq!(all[1].strikes[0].targets, ["node-2"]);
    }

    #[test]
    fn trouble_is_told_with_the_fault() {
        let all = described(
            "[[fault]]\nid='late'\nat='10s'\nkill={service='node'}\n\
             [[fault]]\nid='nobody'\nat='1s'\nkill={service='nod'}\n\
             [[fault]]\nid='two'\nat='1s'\nkill={service='node'}\npause={service='node'}\n\
             [[fault]]\nid='port'\nat='1s'\nhttp={target={service='node'},status=503}\n\
             [[fault]]\nid='many'\nat='0s'\nevery='1ms'\nkill={service='node'}",
        );
        let words = ["over at", "no service `nod`", "several", "their `port`"];
        for (fault, word) in all.iter().zip(words) {
            let trouble = fault.trouble.as_deref().unwrap_or_default();
            assert!(trouble.contains(word), "{fault:?}");
        }
        assert_eq!((all[4].strikes.len(), all[4].omitted), (MOST, 9_000));
    }
}
