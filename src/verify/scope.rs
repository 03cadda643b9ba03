//! Which steps an objective speaks of.

use crate::record::{Scope, StepInfo};

/// A choice among the steps of the record: those of the measured load that a flow and a step name pick out.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection(Vec<bool>);

impl Selection {
    /// The steps of the load in this flow (or any), with this name (or any; `flow/step` names both).
    pub fn new(steps: &[StepInfo], flow: Option<&str>, step: Option<&str>) -> Selection {
        let wanted = |info: &StepInfo| {
            info.scope == Scope::Load
                && flow.is_none_or(|flow| info.flow == flow)
                && step.is_none_or(|step| info.name == step || is_path(info, step))
        };
        Selection(steps.iter().map(wanted).collect())
    }

    /// Whether this step is chosen. A number that the manifest does not know is not.
    pub fn has(&self, step: crate::event::StepId) -> bool {
        self.0.get(usize::from(step.0)).copied().unwrap_or(false)
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        !self.0.contains(&true)
    }
}

fn is_path(info: &StepInfo, path: &str) -> bool {
    path.split_once('/').is_some_and(|(flow, step)| info.flow == flow && info.name == step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::StepId;

    fn step(flow: &str, name: &str, scope: Scope) -> StepInfo {
        StepInfo { flow: flow.into(), name: name.into(), method: "GET".into(), path: "/".into(), scope }
    }

    #[test]
    fn flow_step_and_path_pick_steps_of_the_load() {
        let steps = [
            step("buy", "look", Scope::Load),
            step("buy", "order", Scope::Load),
            step("browse", "look", Scope::Load),
            step("", "look", Scope::Setup),
        ];
        let chosen = |flow, step| {
            let selection = Selection::new(&steps, flow, step);
            (0..5).filter(|number| selection.has(StepId(*number))).collect::<Vec<_>>()
        };
        assert_eq!(chosen(None, None), [0, 1, 2]);
        assert_eq!(chosen(Some("buy"), None), [0, 1]);
        assert_eq!(chosen(None, Some("look")), [0, 2]);
        assert_eq!(chosen(None, Some("browse/look")), [2]);
        assert!(chosen(Some("browse"), Some("order")).is_empty());
        assert!(Selection::new(&steps, Some("sell"), None).is_empty());
    }
}
