//! What a good reply looks like: one file per check, each with `compile` and `check`.

mod contains;
mod header;
mod json;
mod matches;
mod status;
mod within;

pub(super) use contains::Contains;
pub(super) use header::HeaderIs;
pub(super) use json::JsonIs;
pub(super) use matches::Matches;
pub(super) use status::Statuses;
pub(super) use within::Within;

use super::reason::Reason;
use super::state::Context;
use crate::event::Nanos;
use crate::http::Response;

/// A reply to be checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply<'a> {
    /// The response.
    pub(super) response: &'a Response,
    /// From the first byte sent to the last received.
    pub(super) service: Nanos,
}

/// A check other than that of the status, which comes first.
#[derive(Debug)]
pub(super) enum Check {
    Header(HeaderIs),
    Contains(Contains),
    Json(JsonIs),
    Matches(Matches),
    Within(Within),
}

impl Check {
    /// Makes the check. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>, cx: &mut Context<'_>) -> Result<(), Reason> {
        match self {
            Check::Header(check) => check.check(reply, cx),
            Check::Contains(check) => check.check(reply, cx),
            Check::Json(check) => check.check(reply, cx),
            Check::Matches(check) => check.check(reply, cx),
            Check::Within(check) => check.check(reply),
        }
    }
}

/// What a JSONPath gave, in words, where it was not what was expected.
fn found(number: usize, reply: Reply<'_>, cx: &Context<'_>) -> String {
    match (cx.state.found.get(number), &cx.state.not_json) {
        (_, Some(error)) => {
            format!("a body that is not JSON ({error}): {}", super::reason::body_of(reply.response))
        }
        (Some(Some(value)), None) => value.to_string(),
        _ => NOTHING.into(),
    }
}

const NOTHING: &str = "nothing there";
const NO_HEADER: &str = "no such header";

/// Whether what came, in words, is that there was nothing: no secret then.
pub(super) fn is_absence(actual: &str) -> bool {
    actual == NOTHING || actual == NO_HEADER
}
