//! Names for deep links: `objective-available`, `fault-node-dies`. Made of a plan's own ids, unique in the page.

use crate::verify::Assessment;
use std::collections::BTreeSet;

/// A link is no longer than this, whatever the plan calls its parts.
const LONGEST: usize = 48;

/// The anchors of everything that a link can point to, by its place in the assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    /// Of the objectives.
    pub objectives: Vec<String>,
    /// Of the invariants.
    pub invariants: Vec<String>,
    /// Of the occurrences of faults.
    pub faults: Vec<String>,
    /// Of the steps.
    pub steps: Vec<String>,
}

impl Anchors {
    /// Those of an assessment. The same assessment has the same anchors.
    pub fn of(assessment: &Assessment) -> Anchors {
        let mut names = Names::default();
        Anchors {
            objectives: assessment
                .objectives
                .iter()
                .map(|objective| names.take("objective", &objective.id))
                .collect(),
            invariants: assessment
                .invariants
                .iter()
                .map(|invariant| names.take("invariant", &invariant.id))
                .collect(),
            faults: assessment.faults.iter().map(|fault| names.take("fault", &fault.id)).collect(),
            steps: assessment
                .steps
                .iter()
                .map(|step| names.take("step", &format!("{} {}", step.flow, step.step)))
                .collect(),
        }
    }
}

/// Names that were given out.
#[derive(Debug, Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// `<kind>-<text>`, with `-2`, `-3`, … behind it where that is taken.
    fn take(&mut self, kind: &str, text: &str) -> String {
        let name = format!("{kind}-{}", slug(text));
        let mut unique = name.clone();
        let mut number = 1;
        while !self.0.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}-{number}");
        }
        unique
    }
}

/// Letters and digits in lower case, everything else a dash.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().map(|c| c.to_ascii_lowercase()) {
        if slug.len() >= LONGEST {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::{assessment, fault};

    #[test]
    fn names_are_plain_and_bounded() {
        assert_eq!(
            slug("p99 < 300ms step=order in fault(node-dies)"),
            "p99-300ms-step-order-in-fault-node-dies"
        );
        assert_eq!(slug("\"><script>"), "script");
        assert_eq!(slug("ö"), "unnamed");
        assert_eq!(slug(&"a".repeat(99)).len(), LONGEST);
    }

    #[test]
    fn the_same_id_twice_has_two_anchors() {
        let mut twice = assessment();
        twice.faults.push(fault());
        assert_eq!(Anchors::of(&twice).faults, ["fault-node-dies", "fault-node-dies-2"]);
    }
}
