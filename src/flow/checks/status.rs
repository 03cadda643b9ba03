//! The status is one of these.

use super::Reply;
use crate::flow::reason::Reason;

/// The statuses that are expected; none named: any 2xx or 3xx.
#[derive(Debug, Default)]
pub(in crate::flow) struct Statuses(Vec<u16>);

impl Statuses {
    /// The check for these statuses.
    pub(in crate::flow) fn compile(statuses: &[u16]) -> Statuses {
        Statuses(statuses.to_vec())
    }

    /// Makes the check. The error says what was expected and what came.
    #[inline]
    pub(in crate::flow) fn check(&self, reply: Reply<'_>) -> Result<(), Reason> {
        let status = reply.response.status;
        let good = if self.0.is_empty() { (200..400).contains(&status) } else { self.0.contains(&status) };
        if good { Ok(()) } else { Err(self.reason(status)) }
    }

    #[cold]
    fn reason(&self, status: u16) -> Reason {
        let numbers: Vec<String> = self.0.iter().map(u16::to_string).collect();
        let expected = if numbers.is_empty() { "any 2xx or 3xx".to_owned() } else { numbers.join(" or ") };
        Reason::new("status", &expected, &status.to_string())
    }
}
