//! `acknowledged-not-lost`: what was acknowledged is in the final state. Lost = K − S.

use super::evidence::count;
use super::keys::Counts;
use super::own::By;
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome};
use crate::verify::history::Text;

/// See the file's head.
pub struct AcknowledgedNotLost;

impl Checker for AcknowledgedNotLost {
    fn name(&self) -> &'static str {
        "acknowledged-not-lost"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let own = case.own(By::Key)?;
        let keys = own.keys(case);
        let mut acknowledged: Vec<(Nanos, Text)> = keys
            .iter(case)
            .filter(|(_, tally)| tally.has_to_be_there())
            .filter_map(|(key, tally)| Some((tally.acknowledged?, key)))
            .collect();
        acknowledged.sort_unstable();
        let mut lost = vec![false; acknowledged.len()];
        let mut evidence = Evidence::default();
        let mut recovered = 0;
        for state in &own.states {
            let counts = Counts::of_keys(case, state)?;
            for (place, (at, key)) in
                acknowledged.iter().enumerate().filter(|(_, (_, key))| counts.get(*key) == 0)
            {
                lost[place] = true;
                evidence.add_key(case, *key, || {
                    let second = case.history.second(*at);
                    format!(
                        "{} was acknowledged at {second:.3} s and is not in {}",
                        case.quoted(*key),
                        state.title()
                    )
                });
            }
            let maybe = keys.iter(case).filter(|(_, tally)| tally.outcome == Some(Outcome::Indeterminate));
            recovered = maybe.filter(|(key, _)| counts.get(*key) > 0).count() as u64;
        }
        let samples = acknowledged.len() as u64;
        let times: Vec<Nanos> =
            acknowledged.iter().zip(&lost).filter(|(_, lost)| **lost).map(|((at, _), _)| *at).collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            let reason = format!(
                "{} acknowledged, none lost ({recovered} more took effect without an acknowledgement).",
                count(samples, "write")
            );
            return Ok(own.told(case, Finding::new(crate::verify::Verdict::Pass, reason, samples)));
        };
        let reason = format!(
            "{} of {samples} acknowledged writes are lost ({}); RPO: {}, acknowledged within {:.3} s.",
            times.len(),
            split(&lost),
            count(times.len() as u64, "write"),
            (*last - *first).as_secs_f64(),
        );
        let finding = Finding { lost: times, ..Finding::judged(true, reason, samples, evidence.lines()) };
        Ok(own.told(case, finding))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}

/// Where the lost ones lie among all acknowledged, in the order of their acknowledgement: before the first that is
/// there, after the last, or between.
fn split(lost: &[bool]) -> String {
    let (Some(first), Some(last)) = (lost.iter().position(|lost| !lost), lost.iter().rposition(|lost| !lost))
    else {
        return "all of them".to_owned();
    };
    let between = lost[first..last].iter().filter(|lost| **lost).count();
    format!("{first} at the beginning, {between} in between, {} at the end", lost.len() - 1 - last)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_lost_lie_at_the_beginning_between_or_at_the_end() {
        assert_eq!(
            split(&[true, false, true, true, false, true]),
            "1 at the beginning, 2 in between, 1 at the end"
        );
        assert_eq!(split(&[false, false, true]), "0 at the beginning, 0 in between, 1 at the end");
        assert_eq!(split(&[true, true]), "all of them");
    }
}
