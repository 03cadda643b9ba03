//! The notifier's switches and sizes.

use crate::broker::KINDS;
use crate::environment::Environment;
use std::time::Duration;

/// See the file's head.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// `KINDS`: whose queues this instance works on.
    pub(super) kinds: Vec<&'static str>,
    /// `ACK=after`: acknowledge when the effect is committed, not before.
    pub(super) ack_after: bool,
    /// `INBOX`: whether an event that was delivered again is known.
    pub(super) inbox: bool,
    /// `PREFETCH`: deliveries at once per kind.
    pub(super) prefetch: u16,
    /// `WORK_MS`: how long one notification takes.
    pub(super) work: Duration,
    /// `RETRY_MS`: how long a failed delivery rests before it goes back to the queue.
    pub(super) retry: Duration,
}

impl Settings {
    pub(super) fn new(environment: &Environment) -> Result<Settings, String> {
        let mut kinds = Vec::new();
        for wanted in environment.list("KINDS", &KINDS.join(",")) {
            let kind = KINDS.into_iter().find(|kind| *kind == wanted);
            kinds.push(kind.ok_or_else(|| format!("KINDS: `{wanted}` is none of {}", KINDS.join(", ")))?);
        }
        Ok(Settings {
            kinds,
            ack_after: environment.choice("ACK", &[("after", true), ("before", false)])?,
            inbox: environment.on("INBOX")?,
            prefetch: environment.number("PREFETCH", 16, 1..=1_000)?,
            work: environment.milliseconds("WORK_MS", 5)?,
            retry: environment.milliseconds("RETRY_MS", 100)?,
        })
    }
}
