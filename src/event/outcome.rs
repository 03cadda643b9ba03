//! Did it take effect?

use serde::{Deserialize, Serialize};

/// Whether an attempt or an operation took effect on the deployment. Apart from it stands `good`: whether the user got
/// what the plan expects.
///
/// The numbers are part of the record's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Outcome {
    /// It took effect (2xx, 3xx).
    Ok = 0,
    /// It did not: nothing was sent, or the server refused (4xx).
    Fail = 1,
    /// It may have, now or at any later time: 5xx, timeout, reset, still in flight at the end.
    Indeterminate = 2,
}

impl Outcome {
    /// All outcomes, in the order of their numbers.
    pub const ALL: [Outcome; 3] = [Outcome::Ok, Outcome::Fail, Outcome::Indeterminate];

    /// The outcome with this number in the record.
    pub fn from_number(number: u8) -> Option<Outcome> {
        Outcome::ALL.get(usize::from(number)).copied()
    }

    /// The outcome of an operation so far, joined with one more attempt: Ok if any attempt was, Fail only if every one was.
    #[must_use]
    pub fn join(self, other: Outcome) -> Outcome {
        match (self, other) {
            (Outcome::Ok, _) | (_, Outcome::Ok) => Outcome::Ok,
            (Outcome::Fail, Outcome::Fail) => Outcome::Fail,
            _ => Outcome::Indeterminate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::*;

    #[test]
    fn an_operation_is_ok_if_any_attempt_was_and_fails_only_if_all_did() {
        assert_eq!(Indeterminate.join(Ok), Ok);
        assert_eq!(Fail.join(Indeterminate), Indeterminate);
        assert_eq!(Fail.join(Fail), Fail);
    }
}
