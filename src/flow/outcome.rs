//! What an exchange says about its effect: the table of the design's "Words", pure.

use crate::event::{ErrorKind, Outcome, Sent};
use crate::http::Response;

/// A plan's rule by contract, as it applies to one step.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The statuses it speaks of.
    pub(super) status: Box<[u16]>,
    /// Only replies with this header, and, where given, this value of it.
    pub(super) header: Option<(Box<str>, Option<Box<str>>)>,
    /// What such a reply says.
    pub(super) outcome: Outcome,
}

impl Rule {
    fn speaks_of(&self, response: &Response) -> bool {
        self.status.contains(&response.status)
            && self.header.as_ref().is_none_or(|(name, wanted)| {
                response.headers.iter().any(|(key, value)| {
                    key.eq_ignore_ascii_case(name)
                        && wanted.as_ref().is_none_or(|wanted| value == wanted.as_bytes())
                })
            })
    }
}

/// The outcome of a complete response: the first rule that speaks of it, else what its status says.
pub(super) fn of_response(response: &Response, rules: &[Rule]) -> Outcome {
    match rules.iter().find(|rule| rule.speaks_of(response)) {
        Some(rule) => rule.outcome,
        None => of_status(response.status),
    }
}

/// The outcome that a status stands for, where no contract says otherwise.
pub(super) fn of_status(status: u16) -> Outcome {
    match status {
        200..400 => Outcome::Ok,
        408 => Outcome::Indeterminate,
        400..500 => Outcome::Fail,
        _ => Outcome::Indeterminate,
    }
}

/// The outcome where no complete response came. Only what certainly never reached the server's logic is a failure.
pub(super) fn of_trouble(kind: ErrorKind, sent: Sent) -> Outcome {
    use ErrorKind::*;
    match kind {
        _ if sent == Sent::Nothing => Outcome::Fail,
        Dns | Refused | Connect | Tls | NotProcessed | Request | Dropped | NoRow => Outcome::Fail,
        None | Reset | Timeout | Protocol | Status | Check | Extract | InFlight | Local => {
            Outcome::Indeterminate
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;
    use bytes::Bytes;

    #[test]
    fn statuses() {
        for (status, outcome) in [
            (200, Outcome::Ok),
            (204, Outcome::Ok),
            (302, Outcome::Ok),
            (400, Outcome::Fail),
            (404, Outcome::Fail),
            (408, Outcome::Indeterminate),
            (409, Outcome::Fail),
            (429, Outcome::Fail),
            (500, Outcome::Indeterminate),
            (503, Outcome::Indeterminate),
            (101, Outcome::Indeterminate),
            (999, Outcome::Indeterminate),
        ] {
            assert_eq!(of_status(status), outcome, "{status}");
        }
    }

    #[test]
    fn troubles() {
        use ErrorKind::*;
        use Sent::*;
        for (kind, sent, outcome) in [
            (Refused, Nothing, Outcome::Fail),
            (Dns, Nothing, Outcome::Fail),
            (Connect, Nothing, Outcome::Fail),
            (Tls, Nothing, Outcome::Fail),
            (Reset, Nothing, Outcome::Fail),
            (Reset, Part, Outcome::Indeterminate),
            (Reset, All, Outcome::Indeterminate),
            (Timeout, Nothing, Outcome::Fail),
            (Timeout, Part, Outcome::Indeterminate),
            (Timeout, All, Outcome::Indeterminate),
            (InFlight, Nothing, Outcome::Fail),
            (InFlight, All, Outcome::Indeterminate),
            (NotProcessed, All, Outcome::Fail),
            (Protocol, All, Outcome::Indeterminate),
            (Local, Nothing, Outcome::Fail),
            (Local, Part, Outcome::Indeterminate),
        ] {
            assert_eq!(of_trouble(kind, sent), outcome, "{kind:?} {sent:?}");
        }
    }

    #[test]
    fn a_contract_comes_before_the_status() {
        let rule = |header: Option<(&str, Option<&str>)>| Rule {
            status: [503].into(),
            header: header.map(|(name, value)| (name.into(), value.map(Into::into))),
            outcome: Outcome::Fail,
        };
        let response = |status, value: &'static str| {
            Response::new(status, Headers::from_iter([("Server", value)]), Bytes::new())
        };
        assert_eq!(of_response(&response(503, "edge"), &[rule(None)]), Outcome::Fail);
        assert_eq!(of_response(&response(500, "edge"), &[rule(None)]), Outcome::Indeterminate);
        let edge = rule(Some(("server", Some("edge"))));
        assert_eq!(of_response(&response(503, "edge"), std::slice::from_ref(&edge)), Outcome::Fail);
        assert_eq!(of_response(&response(503, "shop"), std::slice::from_ref(&edge)), Outcome::Indeterminate);
        assert_eq!(of_response(&response(503, "x"), &[rule(Some(("server", None)))]), Outcome::Fail);
        assert_eq!(of_response(&response(503, "x"), &[rule(Some(("via", None)))]), Outcome::Indeterminate);
    }
}
