//! The reply came in time.

use super::Reply;
use crate::event::Nanos;
use crate::flow::reason::Reason;
use crate::plan::units::Time;

/// The longest service time.
#[derive(Debug)]
pub(in crate::flow) struct Within(Time);

impl Within {
    /// The check for this time.
    pub(in crate::flow) fn compile(longest: Time) -> Within {
        Within(longest)
    }

    /// Makes the check. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>) -> Result<(), Reason> {
        if reply.service <= Nanos::from(self.0.0) {
            return Ok(());
        }
        let actual = Time(reply.service.to_duration());
        Err(Reason::new("service time", &format!("at most {}", self.0), &actual.to_string()))
    }
}
