//! The load: a form that fits its model, rates that are possible.

use super::{Findings, Subject, stages};
use crate::plan::model::{Executor, Load, LoadModel};
use crate::plan::units::Rate;
use std::time::Duration;

/// The highest rate that is taken for a wish rather than a slip: ten million per second.
const HIGHEST: f64 = 10_000_000.0;
/// The longest load: 30 days. Longer ones also leave the range of the record's numbers.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let load = &subject.plan.load;
    model(load, found);
    if load.stages.is_empty() {
        without_stages(load, found);
    } else {
        stages::check(load, found);
    }
    numbers(load, found);
    if length(load).is_some_and(|length| length > LONGEST) {
        found.error("load", "the load lasts more than 30 days", "a soak of days is better done in parts");
    }
}

/// How long the load lasts, where the plan says it. Closed loads by `iterations` last as long as they last.
pub(super) fn length(load: &Load) -> Option<Duration> {
    if load.stages.is_empty() {
        return load.duration.map(|time| time.0);
    }
    Some(load.stages.iter().fold(Duration::ZERO, |sum, stage| sum.saturating_add(stage.duration.0)))
}

/// Keys of the one model in the other.
fn model(load: &Load, found: &mut Findings<'_>) {
    let open = load.model == LoadModel::Open;
    let (wrong, other, right): (&[&str], _, _) = if open {
        (&["users", "hatch_rate", "iterations"], "closed", "users arrive at a `rate`")
    } else {
        (&["rate", "spikes", "arrivals"], "open", "there are so many `users`")
    };
    let this = if open { "open" } else { "closed" };
    for key in wrong {
        let path = format!("load.{key}");
        if found.written(&path) {
            let help = format!("in the {this} model {right}; or write `model = \"{other}\"`");
            found.error(path, format!("`{key}` belongs to the {other} model, and this load is {this}"), help);
        }
    }
    if open && load.executor == Executor::Goose {
        let help = "write `model = \"closed\"`, or take `executor` out";
        found.error(
            "load.executor",
            "Goose schedules the users of a closed model, and this load is open",
            help,
        );
    }
}

/// A load in one piece.
fn without_stages(load: &Load, found: &mut Findings<'_>) {
    let (key, given, like) = match load.model {
        LoadModel::Open => ("rate", load.rate.is_some(), "rate = \"100/s\""),
        LoadModel::Closed => ("users", load.users.is_some(), "users = 50"),
    };
    if !given {
        let help = format!("write `{like}` and `for = \"30s\"`, or `stages = [{{ {like}, for = \"30s\" }}]`");
        found.error("load", format!("the load has neither `{key}` nor `stages`"), help);
    }
    match load.duration {
        None if load.iterations.is_some() => {}
        None => found.error("load", "the load does not say how long it lasts", "add `for = \"30s\"`"),
        Some(time) if time.0.is_zero() => {
            found.error("load.for", "a load that lasts no time at all", "write how long: `for = \"30s\"`");
        }
        Some(time) => {
            if let Some(warmup) = load.warmup.filter(|warmup| warmup.0 >= time.0) {
                let message =
                    format!("the warm-up ({warmup}) takes the whole load ({time}): nothing is left to judge");
                found.error("load.warmup", message, "make `warmup` shorter than `for`");
            }
        }
    }
    if let Some(given) = load.rate {
        rate("load.rate", given, false, found);
    }
}

/// A rate that is possible.
pub(super) fn rate(path: &str, rate: Rate, zero: bool, found: &mut Findings<'_>) {
    if rate.0 == 0.0 && !zero {
        found.error(path, "a rate of 0: nobody would ever arrive", "write how many arrive: `100/s`");
    } else if rate.0 > HIGHEST {
        let message = format!("{rate} is more than one machine can offer");
        found.error(path, message, "the highest rate is 10000000/s");
    }
}

/// Operations are numbered by user, iteration and place; the user has 15 bits of that number.
const MOST_USERS: u32 = (1 << 15) - 1;

fn many_users(load: &Load, found: &mut Findings<'_>) {
    let of_stages = load.stages.iter().enumerate().flat_map(|(i, stage)| {
        [("users", stage.users), ("ramp_users_to", stage.ramp_users_to)]
            .map(|(key, users)| (format!("load.stages[{i}].{key}"), users))
    });
    for (path, users) in of_stages.chain([("load.users".to_owned(), load.users)]) {
        if let Some(users) = users.filter(|users| *users > MOST_USERS) {
            let message = format!("{users} users of a closed model are more than one run can number");
            let help =
                format!("the most are {MOST_USERS}; for more, use the open model: a `rate` of arrivals");
            found.error(path, message, help);
        }
    }
}

fn numbers(load: &Load, found: &mut Findings<'_>) {
    for (key, none) in [
        ("users", load.users == Some(0)),
        ("iterations", load.iterations == Some(0)),
        ("max_in_flight", load.max_in_flight == 0),
        ("workers", load.workers == Some(0)),
    ] {
        if none {
            found.error(
                format!("load.{key}"),
                format!("`{key}` of 0: nothing could be done"),
                "write 1 or more",
            );
        }
    }
    many_users(load, found);
    if load.workers.is_some_and(|workers| workers > 1024) {
        found.error(
            "load.workers",
            "more than 1024 worker threads",
            "one per core is enough, and the default",
        );
    }
    if let Some(given) = load.hatch_rate {
        rate("load.hatch_rate", given, false, found);
    }
    let length = length(load);
    for (i, spike) in load.spikes.iter().enumerate() {
        let path = format!("load.spikes[{i}]");
        rate(&format!("{path}.rate"), spike.rate, false, found);
        if spike.duration.0.is_zero() {
            found.error(
                format!("{path}.for"),
                "a spike that lasts no time at all",
                "write how long: `for = \"2s\"`",
            );
        }
        if let Some(length) = length.filter(|length| spike.at.0 >= *length) {
            let message = format!("the spike at {} comes after the end of the load ({length:?})", spike.at);
            found.error(format!("{path}.at"), message, "make it earlier, or the load longer");
        }
    }
}
