//! What a plan may say and this version cannot do yet: such a plan's verdict is at best Unknown.

use super::Plan;
use super::model::FaultSpec;

/// A part of a plan that this version can't carry out or judge yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unbuilt {
    /// What it is, in words.
    pub what: String,
    /// Where it stands: `fault[0].packets`.
    pub path: String,
}

/// The parts of the plan that this version can't carry out or judge yet, in the plan's order.
pub fn unbuilt(plan: &Plan) -> Vec<Unbuilt> {
    let mut list = Vec::new();
    let mut add = |what: String, path: String| list.push(Unbuilt { what, path });
    for (i, fault) in plan.faults.iter().enumerate() {
        for kind in kinds(fault) {
            add(format!("faults of the kind `{kind}`"), format!("fault[{i}].{kind}"));
        }
    }
    list
}

/// The kinds of a fault that are not built.
fn kinds(fault: &FaultSpec) -> impl Iterator<Item = &'static str> {
    let on_link = fault.http.as_ref().is_some_and(|http| http.link.is_some());
    fault.kinds().into_iter().filter(move |kind| *kind == "http" && !on_link)
}
