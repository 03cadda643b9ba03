//! `read-your-writes`: a session's read, invoked after the session's own write of version v was acknowledged, returns v
//! or later.

use super::evidence::count;
use super::sessions::{one_of_several, told, version_read, walk};
use super::{Case, Checker, Evidence, Finding};

/// See the file's head.
pub struct ReadYourWrites;

impl Checker for ReadYourWrites {
    fn name(&self) -> &'static str {
        "read-your-writes"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let mut evidence = Evidence::default();
        let acknowledged =
            |op: &crate::verify::history::Op| op.version.filter(|_| op.is_done() && case.is_write(op));
        let compared = walk(case, acknowledged, |behind| {
            let line = || {
                format!(
                    "{}: the session wrote version {} and then read {}",
                    case.quoted(behind.key),
                    behind.known.version.unwrap_or_default(),
                    told(version_read(case, behind.read).unwrap_or_default()),
                )
            };
            evidence.add(case, line, [behind.known, behind.read]);
        });
        if compared == 0 {
            return Err(
                "no session read a key after its own acknowledged write of it, with versions marked on both"
                    .to_owned(),
            );
        }
        if let Some(reason) = one_of_several(case).filter(|_| evidence.is_empty()) {
            return Err(reason);
        }
        let reason = match evidence.found() {
            0 => format!(
                "{} of a key that the session had written returned its write or a later one.",
                count(compared, "read")
            ),
            found => {
                format!("{found} of {compared} reads after the session's own write returned something older.")
            }
        };
        Ok(Finding::judged(!evidence.is_empty(), reason, compared, evidence.lines()))
    }

    fn stands_alone(&self) -> bool {
        true
    }
}
