//! What users must get.

use super::{Flow, Load, LoadModel};
use crate::plan::expression::{Expectation, Window};
use crate::plan::units::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A service-level objective: an indicator, a bound, and the window in which it is judged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Its id; counter-runs and reports name it. Default: the expression, with step and window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The expression: `availability >= 99.9%`, `p99 < 300ms`, `share(<=250ms) >= 95%`, `recovery <= 3s`.
    pub expect: Expectation,
    /// Only this flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// Only this step: its name, or `flow/step` where the name is not unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// When: `run`, `steady`, `fault(id)` or `recovery(id)`.
    #[serde(default)]
    pub window: Window,
    /// For `recovery`: what must hold again, in bins of 100 ms. Default: `availability >= 99%`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Expectation>,
    /// For `recovery`: for how long it must hold to count.
    #[serde(default = "three_seconds")]
    pub hold: Time,
    /// Stop the run as soon as this objective is lost for good.
    #[serde(default)]
    pub abort: bool,
    /// Show it, and let it not decide the verdict.
    #[serde(default)]
    pub advisory: bool,
}

impl Objective {
    /// Its id, or what stands for it: the expression with step or flow and window.
    pub fn name(&self) -> String {
        if let Some(id) = &self.id {
            return id.clone();
        }
        let mut name = self.expect.to_string();
        if let Some(flow) = &self.flow {
            name.push_str(&format!(" flow={flow}"));
        }
        if let Some(step) = &self.step {
            name.push_str(&format!(" step={step}"));
        }
        if self.window != Window::Run {
            name.push_str(&format!(" in {}", self.window));
        }
        name
    }

    /// The most operations that one arrival can bring to it; `None` where that is not known (`repeat` by a variable, closed
    /// model without a number of iterations).
    pub fn operations_per_arrival(&self, flows: &[Flow], load: &Load) -> Option<f64> {
        if load.model == LoadModel::Closed {
            return None;
        }
        let of_flow = |flow: &Flow| -> Option<f64> {
            flow.steps
                .iter()
                .map(|step| match &step.repeat {
                    None => Some(1.0),
                    Some(repeat) => repeat.literal().and_then(|number| number.trim().parse::<f64>().ok()),
                })
                .sum()
        };
        let mut most = 0.0_f64;
        for flow in flows.iter().filter(|flow| self.flow.as_ref().is_none_or(|name| *name == flow.name)) {
            most = most.max(of_flow(flow)?);
        }
        Some(most)
    }
}

fn three_seconds() -> Time {
    Time::from_secs(3)
}
