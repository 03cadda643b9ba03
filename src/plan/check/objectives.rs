//! Objectives: about flows and steps that exist, in windows that exist.

use super::find::must_exist;
use super::{Findings, Subject, objective_metric};
use crate::plan::Plan;
use crate::plan::expression::{Metric, Window};
use crate::plan::model::Objective;
use crate::plan::nearest::{instead, listed};

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let plan = subject.plan;
    if plan.objectives.is_empty() && plan.invariants.is_empty() {
        let help = "add an `[[objective]]`: `expect = \"availability >= 99%\"`";
        found.warning("name", "the plan judges nothing: it has neither objective nor invariant", help);
    }
    for (i, objective) in plan.objectives.iter().enumerate() {
        let path = format!("objective[{i}]");
        scope(plan, objective, &path, found);
        window(plan, objective, &path, found);
        objective_metric::check(plan, objective, &path, found);
        abort(plan, objective, &path, found);
    }
}

/// Only what can be lost before the end, over the whole run, can end it early.
fn abort(plan: &Plan, objective: &Objective, path: &str, found: &mut Findings<'_>) {
    if !objective.abort {
        return;
    }
    let path = format!("{path}.abort");
    if objective.window != Window::Run {
        let message = "`abort` watches the whole run, and this objective has a window of its own";
        found.error(path, message, "take `abort` out, or the window");
    } else if objective.expect.share_that_may_fail().is_none() {
        let message = format!("`{}` cannot be lost for good before the run is over", objective.expect);
        let help = "availability, error_rate, dropped, share, percentiles and max can; take `abort` out";
        found.error(path, message, help);
    } else if !is_decidable(plan, objective) {
        let message = "how much is still to come is not known (a closed model, or `repeat` by a variable), so that it is never \
                       lost before the end";
        let help =
            "take `abort` out, use an open model, or allow no failure at all (`error_rate <= 0%`, `max`)";
        found.error(path, message, help);
    }
}

/// Whether the run can tell, while it lasts, that the objective is lost.
fn is_decidable(plan: &Plan, objective: &Objective) -> bool {
    objective.expect.share_that_may_fail().is_some_and(|allowed| allowed <= 1e-12)
        || objective.expect.metric == Metric::Dropped
        || objective.operations_per_arrival(&plan.flows, &plan.load).is_some()
}

fn scope(plan: &Plan, objective: &Objective, path: &str, found: &mut Findings<'_>) {
    let flow = objective.flow.as_deref();
    if let Some(flow) = flow {
        let flows = plan.flows.iter().map(|flow| flow.name.as_str());
        if !must_exist(found, format!("{path}.flow"), "flow", flow, flows) {
            return;
        }
    }
    if let Some(step) = &objective.step {
        find_step(plan, flow, step, &format!("{path}.step"), found);
    }
}

/// A step by its name, or `flow/step`; it must be there, and be the only one.
pub(super) fn find_step(plan: &Plan, flow: Option<&str>, step: &str, path: &str, found: &mut Findings<'_>) {
    let (flow, name) = match step.split_once('/') {
        Some((flow, name)) => (Some(flow), name),
        None => (flow, step),
    };
    let all: Vec<(&str, &str)> = plan
        .flows
        .iter()
        .filter(|one| flow.is_none_or(|flow| one.name == flow))
        .flat_map(|one| one.steps.iter().map(|step| (one.name.as_str(), step.name.as_str())))
        .collect();
    let hits: Vec<String> =
        all.iter().filter(|(_, one)| *one == name).map(|(flow, step)| format!("{flow}/{step}")).collect();
    match hits.len() {
        0 => {
            let outside = plan.setup.steps.iter().chain(&plan.teardown.steps).any(|step| step.name == name);
            let help = if outside {
                "that step is in `[setup]` or `[teardown]`, outside the measured load".to_owned()
            } else if let Some(flow) = flow.filter(|_| all.is_empty()) {
                instead(flow, "flows", plan.flows.iter().map(|flow| flow.name.as_str()))
            } else {
                instead(name, "steps", all.iter().map(|(_, step)| *step))
            };
            found.error(path, format!("there is no step `{step}`"), help);
        }
        1 => {}
        _ => {
            let help = format!("write one of {}", listed(hits.iter().map(String::as_str)));
            found.error(path, format!("`{step}` is the name of several steps"), help);
        }
    }
}

fn window(plan: &Plan, objective: &Objective, path: &str, found: &mut Findings<'_>) {
    let (Window::Fault(id) | Window::Recovery(id)) = &objective.window else { return };
    let at = format!("{path}.window");
    if !must_exist(found, &at, "fault", id, plan.faults.iter().map(|fault| fault.id.as_str())) {
        return;
    }
    let endless =
        plan.faults.iter().any(|fault| fault.id == *id && fault.duration.is_none() && fault.lasts());
    if endless && matches!(objective.window, Window::Recovery(_)) {
        let message = format!("`{id}` lasts to the end of the load: nothing comes after it");
        found.error(at, message, "add `for` to the fault: how long it lasts");
    }
}
