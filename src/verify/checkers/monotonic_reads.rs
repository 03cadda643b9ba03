//! `monotonic-reads`: a session's later read of a key is not older than an earlier one.

use super::evidence::count;
use super::sessions::{one_reader, told, version_read, walk};
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::Op;

/// See the file's head.
pub struct MonotonicReads;

impl Checker for MonotonicReads {
    fn name(&self) -> &'static str {
        "monotonic-reads"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut evidence = Evidence::default();
        let has_read = |op: &Op| op.version.filter(|_| op.outcome == Outcome::Ok && case.is_read(op));
        let compared = walk(case, has_read, |behind| {
            let line = || {
                format!(
                    "{}: the session read version {} and later {}",
                    case.quoted(behind.key),
                    behind.known.version.unwrap_or_default(),
                    told(version_read(case, behind.read).unwrap_or_default()),
                )
            };
            evidence.add(case, line, [behind.known, behind.read]);
        });
        if compared == 0 {
            return Err("no session read a key twice, with versions marked".to_owned());
        }
        if let Some(reason) = one_reader(case).filter(|_| evidence.is_empty()) {
            return Err(reason);
        }
        let reason = match evidence.found() {
            0 => format!(
                "{} of a key that the session had read before went back in time in no case.",
                count(compared, "read")
            ),
            found => format!(
                "{found} of {compared} repeated reads returned something older than the session had read."
            ),
        };
        Ok(Finding::judged(!evidence.is_empty(), reason, compared, evidence.lines()))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}
