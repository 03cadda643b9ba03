//! The stages of a load.

use super::{Findings, load::rate};
use crate::plan::model::{Load, LoadModel, Stage};

pub(super) fn check(load: &Load, found: &mut Findings<'_>) {
    // The other model's key is told as such.
    let amount = if load.model == LoadModel::Open { "rate" } else { "users" };
    for key in [amount, "for", "warmup"] {
        let path = format!("load.{key}");
        if found.written(&path) {
            let help = format!("give each stage its own `{key}`, or take `stages` out");
            found.error(path, format!("`{key}` is for a load without stages"), help);
        }
    }
    for (i, stage) in load.stages.iter().enumerate() {
        one(load.model, stage, &format!("load.stages[{i}]"), found);
        if i > 0 && stage.warmup && !load.stages[i - 1].warmup {
            let help = "only the first stages can be warm-up: put it before the others";
            found.error(format!("load.stages[{i}].warmup"), "a warm-up after the measured load began", help);
        }
    }
    if load.stages.iter().all(|stage| stage.warmup) {
        let help = "add a stage without `warmup`";
        found.error("load.stages", "every stage is warm-up: nothing is left to judge", help);
    }
    if load.stages.iter().all(idle) && load.spikes.is_empty() {
        found.error(
            "load.stages",
            "no stage has any load",
            "give at least one stage a rate or users above 0",
        );
    }
}

fn idle(stage: &Stage) -> bool {
    [stage.rate, stage.ramp_to].iter().flatten().all(|rate| rate.0 == 0.0)
        && [stage.users, stage.ramp_users_to].iter().flatten().all(|users| *users == 0)
}

fn one(model: LoadModel, stage: &Stage, path: &str, found: &mut Findings<'_>) {
    if stage.duration.0.is_zero() {
        found.error(
            format!("{path}.for"),
            "a stage that lasts no time at all",
            "write how long: `for = \"30s\"`",
        );
    }
    let open = (stage.rate.is_some(), stage.ramp_to.is_some());
    let closed = (stage.users.is_some(), stage.ramp_users_to.is_some());
    let (mine, other, keys, wrong) = match model {
        LoadModel::Open => (open, closed, ["rate", "ramp_to"], ["users", "ramp_users_to"]),
        LoadModel::Closed => (closed, open, ["users", "ramp_users_to"], ["rate", "ramp_to"]),
    };
    let (this, that) = match model {
        LoadModel::Open => ("open", "closed"),
        LoadModel::Closed => ("closed", "open"),
    };
    for (key, given) in wrong.into_iter().zip([other.0, other.1]) {
        if given {
            let help = format!("write `{}` or `{}`, or `model = \"{that}\"` into `[load]`", keys[0], keys[1]);
            let message = format!("`{key}` belongs to the {that} model, and this load is {this}");
            found.error(format!("{path}.{key}"), message, help);
        }
    }
    match mine {
        (true, true) => {
            let help = format!("`{}` for a constant load, `{}` for one that changes", keys[0], keys[1]);
            found.error(
                format!("{path}.{}", keys[1]),
                format!("`{}` and `{}` in one stage", keys[0], keys[1]),
                help,
            );
        }
        (false, false) if other == (false, false) => {
            let message = "the stage does not say how much load there is";
            found.error(path, message, format!("add `{}` or `{}`", keys[0], keys[1]));
        }
        _ => {}
    }
    for (key, given) in [("rate", stage.rate), ("ramp_to", stage.ramp_to)] {
        if let Some(given) = given {
            rate(&format!("{path}.{key}"), given, true, found);
        }
    }
}
