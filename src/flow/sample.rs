//! Samples of exchanges that were not good: few, short and masked.

use super::checks;
use super::mask::{MASK, Masker, is_secret_header, is_secret_name};
use super::reason::Reason;
use super::state::Context;
use crate::event::{ErrorKind, Nanos, StepId};
use crate::http::{Headers, Request, Response};

/// So many samples are kept per step, kind of error and window, on each worker.
const MOST: u8 = 2;
/// The length of a window.
const WINDOW: Nanos = Nanos(10_000_000_000);
/// So much of a head and of a body is kept, in bytes.
const LONGEST: usize = 2048;
/// A session's value must have so many bytes to be masked wherever it stands: `tokens_left = 5` would otherwise mask
/// every 5. Shorter ones are still masked where their name stands with them.
const SHORTEST: usize = 4;

/// Lets the first few of each kind through.
#[derive(Debug)]
pub(super) struct Gate {
    window: i64,
    taken: Vec<u8>,
}

impl Gate {
    /// A gate for so many steps.
    pub(super) fn new(steps: usize) -> Gate {
        Gate { window: i64::MIN, taken: vec![0; steps * ErrorKind::ALL.len()] }
    }

    /// Whether a sample is wanted of an exchange that ended at `at`.
    pub(super) fn admits(&mut self, step: StepId, error: ErrorKind, at: Nanos) -> bool {
        let window = at.0.div_euclid(WINDOW.0);
        if window != self.window {
            self.window = window;
            self.taken.fill(0);
        }
        let place = usize::from(step.0) * ErrorKind::ALL.len() + error as usize;
        match self.taken.get_mut(place) {
            Some(taken) if *taken < MOST => {
                *taken += 1;
                true
            }
            _ => false,
        }
    }
}

/// A masker that knows the session's own secrets too: variables and columns whose names say so.
pub(super) fn masker(cx: &Context<'_>) -> Masker {
    let program = cx.program;
    let mut secrets = Vec::new();
    for (slot, _) in program.slots.iter().enumerate().filter(|(_, name)| is_secret_name(name)) {
        secrets.extend(cx.variable(slot as u16).map(|value| value.text().into_owned()));
    }
    for (rows, row) in program.feeders.iter().zip(&cx.state.rows) {
        for (column, _) in rows.columns.iter().enumerate().filter(|(_, name)| is_secret_name(name)) {
            secrets.push(rows.value(*row, column).text().into_owned());
        }
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    program.masker.with(secrets)
}

/// The reason in words, masked.
pub(super) fn reason(reason: &Reason, masker: &Masker) -> String {
    let mut reason = reason.clone();
    let secret = match reason.check.split_once(' ') {
        Some(("json", path)) => is_secret_name(path),
        Some(("header", name)) => is_secret_header(name),
        _ => false,
    };
    if secret && !checks::is_absence(&reason.actual) {
        reason.actual = MASK.into();
    }
    masker.text(&reason.to_string())
}

/// The request: first line, headers and the beginning of the body.
pub(super) fn request(request: &Request, masker: &Masker) -> String {
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    exchange(&format!("{} {}", request.method, request.path), headers, &request.body, masker)
}

/// The response: status, headers and the beginning of the body.
pub(super) fn response(response: &Response, masker: &Masker) -> String {
    let Response { status, headers, body, .. } = response;
    exchange(&status.to_string(), Headers::iter(headers), body, masker)
}

fn exchange<'a>(
    first: &str,
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    body: &[u8],
    masker: &Masker,
) -> String {
    let mut head = masker.text(&String::from_utf8_lossy(window(first.as_bytes(), masker)));
    for (name, value) in headers {
        let value = match is_secret_header(name) {
            true => MASK.to_owned(),
            false => masker.text(&String::from_utf8_lossy(window(value, masker))),
        };
        head.push_str(&format!("\n{name}: {value}"));
        if head.len() > LONGEST {
            break;
        }
    }
    let shown = window(body, masker);
    let mut text = masker.text(&String::from_utf8_lossy(shown));
    if shown.len() < body.len() {
        // The beginning of a secret, which nobody can recognise, may stand at the very end.
        let end = text.len().saturating_sub(masker.longest());
        text.truncate(text.floor_char_boundary(end));
    }
    let body_cut = cut(&mut text) || shown.len() < body.len();
    let head_cut = cut(&mut head);
    let mark = |cut| if cut { "…" } else { "" };
    if body.is_empty() {
        return head + mark(head_cut);
    }
    format!("{head}{}\n\n{text}{}", mark(head_cut), mark(body_cut))
}

/// As much as can be shown, and a secret's length more, so that one which begins in it is seen whole.
fn window<'a>(bytes: &'a [u8], masker: &Masker) -> &'a [u8] {
    &bytes[..bytes.len().min(LONGEST + masker.longest())]
}

fn cut(text: &mut String) -> bool {
    let cut = text.len() > LONGEST;
    if cut {
        text.truncate(text.floor_char_boundary(LONGEST));
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_lets_two_of_a_kind_through_in_ten_seconds() {
        let mut gate = Gate::new(2);
        let mut admits =
            |step, error, second: i64| gate.admits(StepId(step), error, Nanos(second * 1_000_000_000));
        let timeouts: Vec<bool> = (0..4).map(|_| admits(0, ErrorKind::Timeout, 1)).collect();
        assert_eq!(timeouts, [true, true, false, false]);
        assert!(admits(1, ErrorKind::Timeout, 1));
        assert!(admits(0, ErrorKind::Reset, 9));
        assert!(admits(0, ErrorKind::Timeout, 10));
    }

    #[test]
    fn credentials_and_secrets_do_not_show() {
        let masker = Masker::new(["hunter2".to_owned()]);
        let sent = Request {
            method: "POST",
            path: "/login?token=abc".into(),
            headers: vec![("Authorization".into(), "Bearer x".into()), ("X-Id".into(), "hunter2!".into())],
            body: br#"{"user":"a","password":"b"}"#.to_vec(),
        };
        assert_eq!(
            request(&sent, &masker),
            "POST /login?token=***\nAuthorization: ***\nX-Id: ***!\n\n{\"user\":\"a\",\"password\":\"***\"}"
        );
        let hidden = reason(&Reason::new("json $.token", "\"hunter2\"", "\"b\""), &masker);
        assert_eq!(hidden, "json $.token: expected \"***\", got ***");
        let shown = reason(&Reason::new("status", "200", "503"), &masker);
        assert_eq!(shown, "status: expected 200, got 503");
    }

    #[test]
    fn long_exchanges_are_cut_and_no_half_secret_is_left() {
        let secret = "s3cr3t-value".to_owned();
        let masker = Masker::new([secret.clone()]);
        for lead in 2020..2070 {
            let body = "x".repeat(lead) + &secret.repeat(50);
            let reply = Response::new(503, Headers::from_iter([("A", "b")]), body);
            let text = response(&reply, &masker);
            assert!(text.starts_with("503\nA: b\n\nxxx"), "{text}");
            assert!(text.ends_with('…') && text.len() < 2_200, "{}", text.len());
            assert!(!text.contains("s3"), "{lead}: {}", &text[2_000..]);
        }
    }
}
