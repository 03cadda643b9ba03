//! The stack that comes with shakedown.

use super::super::Stop;
use super::subject::Subject;

/// The word for it.
pub(super) const NAME: &str = "reference";

/// The reference stack with its images made, ready to be brought up.
pub(super) fn subject() -> Result<Subject, Stop> {
    Err(Stop::unknown("the reference stack is not built yet; name a plan or a compose file"))
}
