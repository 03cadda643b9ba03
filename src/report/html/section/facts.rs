//! Five figures that tell the run: promises, what broke, for how long it hurt, how many it hurt, how slow it was.

use super::super::{Story, figures};
use crate::verify::{FaultReport, Role, Verdict};
use maud::{Markup, html};

/// The figures.
pub fn facts(story: &Story) -> Markup {
    let assessment = story.source.assessment;
    let p99 = story.series.load.measured.quantile(0.99);
    let (question, kept, promised) = promises(story);
    let (broke, broke_more) = broke(&assessment.faults);
    let (hurt, hurt_more) = hurt(&assessment.faults);
    html! {
        dl class="facts" {
            (fact(question, &format!("{kept} of {promised}"), "objectives that gate, and invariants"))
            (fact("What broke", &broke, &broke_more))
            (fact("How long it hurt", &hurt, &hurt_more))
            (fact(
                "Operations not served",
                &figures::share(assessment.bad, assessment.operations),
                &format!("{} of {}", figures::count(assessment.bad), figures::count(assessment.operations)),
            ))
            (fact("Latency p99", &figures::quantile(p99), "all operations of the measured load, from the intended start"))
        }
    }
}

fn fact(name: &str, figure: &str, more: &str) -> Markup {
    html! { div { dt { (name) } dd { strong { (figure) } @if !more.is_empty() { " " small { (more) } } } } }
}

/// Of a run: how many promises were kept. Of a counter-run: how many of those that must fail failed.
fn promises(story: &Story) -> (&'static str, usize, usize) {
    let assessment = story.source.assessment;
    let objectives = assessment.objectives.iter().filter(|objective| !objective.advisory);
    let all: Vec<(Verdict, Option<Role>)> = objectives
        .map(|objective| (objective.verdict, objective.role))
        .chain(assessment.invariants.iter().map(|invariant| (invariant.verdict, invariant.role)))
        .collect();
    let count = |wanted| all.iter().filter(|(verdict, _)| *verdict == wanted).count();
    if assessment.counter.is_none() {
        return ("Promises kept", count(Verdict::Pass), all.len());
    }
    let named: Vec<_> = all.iter().filter(|(_, role)| *role == Some(Role::MustFail)).collect();
    let failed = named.iter().filter(|(verdict, _)| *verdict == Verdict::Fail).count();
    ("Failed as they must", failed, named.len())
}

/// The first fault that struck, and how many others.
fn broke(faults: &[FaultReport]) -> (String, String) {
    let mut struck = faults.iter().filter(|fault| fault.applied.is_some());
    let Some(first) = struck.next() else {
        let more = if faults.is_empty() { "the plan has no fault" } else { "no fault was applied" };
        return ("nothing".to_owned(), more.to_owned());
    };
    let target = match first.targets.as_slice() {
        [] => first.id.clone(),
        [one] => one.clone(),
        [one, rest @ ..] => format!("{one} +{}", rest.len()),
    };
    let length = match (first.applied, first.healed) {
        (Some(from), Some(to)) => format!("for {:.1}s", to - from),
        _ => "never healed".to_owned(),
    };
    let others = struck.count() as u64;
    let more = if others > 0 {
        format!("{length}, and {} more", figures::counted(others, "strike"))
    } else {
        length
    };
    (format!("{} {target}", first.kind), more)
}

/// The longest time until users were served again.
fn hurt(faults: &[FaultReport]) -> (String, String) {
    let longest = faults
        .iter()
        .filter_map(|fault| fault.recovery.as_ref().map(|recovery| (fault, recovery.after_applied)))
        .max_by(|one, other| {
            let end = |interval: &crate::verify::Interval| interval.high.unwrap_or(f64::INFINITY);
            end(&one.1).total_cmp(&end(&other.1))
        });
    match longest {
        None => (figures::NONE.to_owned(), "no recovery to tell of".to_owned()),
        Some((fault, interval)) if interval.high == Some(0.0) => {
            ("not at all".to_owned(), format!("users were served all through {}", fault.id))
        }
        Some((fault, interval)) if interval.high.is_none() => {
            (figures::recovered(interval), format!("after {}: no recovery was seen", fault.id))
        }
        Some((fault, interval)) => {
            (figures::recovered(interval), format!("from {} until users were served again", fault.id))
        }
    }
}
