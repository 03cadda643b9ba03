//! What came of an exchange: its outcome, whether it was good, and why not.

use super::checks::Reply;
use super::outcome;
use super::program::StepPlan;
use super::reason::Reason;
use super::state::Context;
use crate::event::{ErrorKind, Outcome, Sent};
use crate::http::{Exchange, Response, Trouble};
use crate::plan::units::Time;

/// What came of an exchange.
#[derive(Debug)]
pub(super) struct Judged {
    /// Whether it took effect.
    pub(super) outcome: Outcome,
    /// What went wrong; `None` means that it was good.
    pub(super) error: ErrorKind,
    /// The same in words.
    pub(super) reason: Option<Reason>,
}

impl Judged {
    /// Whether the user got what the plan expects.
    pub(super) fn good(&self) -> bool {
        self.error == ErrorKind::None
    }

    fn bad(outcome: Outcome, error: ErrorKind, reason: Reason) -> Judged {
        Judged { outcome, error, reason: Some(reason) }
    }
}

/// Judges an exchange; of a good reply the step's variables are kept.
pub(super) fn judge(step: &StepPlan, exchange: &Exchange, cx: &mut Context<'_>) -> Judged {
    let response = match &exchange.result {
        Ok(response) => response,
        Err(trouble) => return no_reply(step, trouble, exchange.sent_state),
    };
    let outcome = outcome::of_response(response, &step.rules);
    let service = exchange.sent.map_or(crate::event::Nanos::ZERO, |sent| exchange.end - sent);
    let reply = Reply { response, service };
    if let Err(reason) = step.statuses.check(reply) {
        return Judged::bad(outcome, ErrorKind::Status, reason);
    }
    read_json(step, response, cx);
    for check in &step.checks {
        if let Err(reason) = check.check(reply, cx) {
            return Judged::bad(outcome, ErrorKind::Check, reason);
        }
    }
    for extraction in &step.extractions {
        if let Err(reason) = extraction.extract(response, cx) {
            return Judged::bad(outcome, ErrorKind::Extract, reason);
        }
    }
    Judged { outcome, error: ErrorKind::None, reason: None }
}

/// One look at the body for all JSONPaths of the step.
fn read_json(step: &StepPlan, response: &Response, cx: &mut Context<'_>) {
    if step.paths.is_empty() {
        return;
    }
    if let Some(why) = &response.undecoded {
        cx.state.found.clear();
        cx.state.not_json = Some(why.to_string());
        return;
    }
    cx.state.not_json =
        step.paths.find(&response.body, &mut cx.state.found).err().map(|error| error.to_string());
}

#[cold]
fn no_reply(step: &StepPlan, trouble: &Trouble, sent: Sent) -> Judged {
    let expected = format!("a reply within {}", Time(step.timeout));
    let written = match sent {
        Sent::Nothing => "nothing was sent",
        Sent::Part => "the request was sent in part",
        Sent::All => "the request was sent",
    };
    let head =
        trouble.status.map_or(String::new(), |status| format!(", the reply began with status {status}"));
    let actual = format!("{} ({written}{head})", trouble.detail);
    let reason = Reason::new(trouble.kind.name(), &expected, &actual);
    Judged::bad(outcome::of_trouble(trouble.kind, sent), trouble.kind, reason)
}
