//! `shakedown run --dry-run`: what would happen, and when.

use super::run::Arguments;
use super::{Exit, Stop, output};
use crate::chaos::{self, Begin, PlannedFault};
use crate::event::Nanos;
use crate::load::{Span, timeline};
use crate::plan::Loaded;
use crate::plan::model::LoadModel;
use std::fmt::Write;

/// Prints the timeline.
pub fn main(loaded: &Loaded, _: &Arguments) -> Result<Exit, Stop> {
    output::result(&timeline_text(loaded));
    Ok(Exit::Pass)
}

fn timeline_text(loaded: &Loaded) -> String {
    let plan = &loaded.plan;
    let timeline = timeline(&plan.load);
    let mut text = format!("{} (seed {})\n", plan.name, plan.seed);
    if let Some(claim) = &plan.claim {
        let _ = writeln!(text, "claim: {claim}");
    }
    for service in &plan.stack.services {
        let _ = writeln!(text, "  up      {} × {}", service.name, service.instances);
    }
    for span in timeline.spans() {
        let _ = writeln!(text, "  load    {}", span_text(span, plan.load.model));
    }
    if plan.load.model == LoadModel::Open {
        let arrivals = timeline.expected(timeline.total());
        let _ = writeln!(text, "  load    {arrivals:.0} arrivals in {:.1} s", timeline.total().as_secs_f64());
    }
    for fault in chaos::describe(plan, timeline.total()) {
        let _ = write!(text, "{}", fault_text(&fault));
    }
    for objective in &plan.objectives {
        let _ = writeln!(text, "  expect  {}", objective.name());
    }
    text
}

fn span_text(span: &Span, model: LoadModel) -> String {
    let unit = if model == LoadModel::Open { "/s" } else { " users" };
    let level = if span.first == span.last {
        format!("{:.1}{unit}", span.first)
    } else {
        format!("{:.1} to {:.1}{unit}", span.first, span.last)
    };
    let warmup = if span.warmup { " (warm-up)" } else { "" };
    format!("{} {level}{warmup}", times(span.from, Some(span.to)))
}

fn fault_text(fault: &PlannedFault) -> String {
    let mut text = String::new();
    if let Some(trouble) = &fault.trouble {
        let _ = writeln!(text, "  fault   {}: {trouble}", fault.id);
    }
    for strike in &fault.strikes {
        let when = match (strike.at, &fault.begin) {
            (Some(at), _) => times(at, strike.heal_at),
            (None, Some(Begin::After(other))) => format!("after {other} is healed"),
            (None, Some(Begin::When(condition))) => format!("when {condition}"),
            (None, _) => String::new(),
        };
        let _ =
            writeln!(text, "  fault   {when} {} {} ({})", fault.kind, strike.targets.join(", "), fault.id);
    }
    if fault.omitted > 0 {
        let _ = writeln!(text, "  fault   … and {} more strikes of {}", fault.omitted, fault.id);
    }
    text
}

fn times(from: Nanos, to: Option<Nanos>) -> String {
    let end = match to {
        Some(Nanos::MAX) | None => "end".to_owned(),
        Some(to) => format!("{:.1} s", to.as_secs_f64()),
    };
    format!("{:>6.1} s – {end:>7}", from.as_secs_f64())
}
