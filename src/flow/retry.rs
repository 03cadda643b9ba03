//! Whether an attempt is followed by another, and when.

use super::date;
use super::random::Chance;
use crate::event::{ErrorKind, Nanos};
use crate::http::Response;
use crate::plan::model::{Retry, RetryOn};

/// The longest that a `Retry-After` is waited for.
const LONGEST_RETRY_AFTER: i64 = 30;

/// A step's `retry`.
#[derive(Debug)]
pub(super) struct Policy {
    attempts: u16,
    on: Vec<RetryOn>,
    /// The first ceiling of the wait, in nanoseconds.
    first: u64,
    /// The highest ceiling, in nanoseconds.
    highest: u64,
    retry_after: bool,
}

impl Policy {
    /// Reads a step's `retry`.
    pub(super) fn compile(retry: &Retry) -> Result<Policy, String> {
        if retry.attempts == 0 {
            return Err("`attempts` counts all attempts, the first too: it is at least 1".into());
        }
        let nanos = |time: crate::plan::units::Time| Nanos::from(time.0).0 as u64;
        Ok(Policy {
            attempts: retry.attempts,
            on: retry.on.clone(),
            first: nanos(retry.backoff.from),
            highest: nanos(retry.backoff.to),
            retry_after: retry.retry_after,
        })
    }

    /// How long to wait before the next attempt, or `None` if there is none: after `made` attempts, of which the last
    /// was not good for the reason `error`. `response` is its complete response, `wall` seconds since 1970.
    pub(super) fn wait(
        &self,
        made: u16,
        error: ErrorKind,
        response: Option<&Response>,
        chance: &mut Chance,
        wall: impl FnOnce() -> i64,
    ) -> Option<Nanos> {
        let status = response.map(|response| response.status);
        if made >= self.attempts || !self.on.iter().any(|on| applies(*on, error, status)) {
            return None;
        }
        let backoff = Nanos(chance.below(self.ceiling(made).saturating_add(1)) as i64);
        let asked = response.filter(|_| self.retry_after).and_then(|response| retry_after(response, wall));
        Some(asked.map_or(backoff, |asked| backoff.max(asked)))
    }

    /// The ceiling of the wait after `made` attempts: doubled with each, never above the highest.
    fn ceiling(&self, made: u16) -> u64 {
        let doubled = 1u64.checked_shl(u32::from(made - 1)).unwrap_or(u64::MAX);
        self.first.saturating_mul(doubled).min(self.highest)
    }
}

/// Whether what an attempt met is what `on` names. A stream that the server refused before processing (HTTP/2) was
/// reset as far as the client sees, so it goes with `reset`.
fn applies(on: RetryOn, error: ErrorKind, status: Option<u16>) -> bool {
    match on {
        RetryOn::Refused => error == ErrorKind::Refused,
        RetryOn::Connect => matches!(error, ErrorKind::Connect | ErrorKind::Dns | ErrorKind::Tls),
        RetryOn::Reset => matches!(error, ErrorKind::Reset | ErrorKind::NotProcessed),
        RetryOn::Timeout => error == ErrorKind::Timeout,
        RetryOn::ServerError => status.is_some_and(|status| (500..600).contains(&status)),
        RetryOn::TooManyRequests => status == Some(429),
        RetryOn::Conflict => status == Some(409),
        RetryOn::Check => error == ErrorKind::Check,
    }
}

/// A response's `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3). A date is measured from the
/// response's own `Date`, so that clocks need not agree; from ours where it has none.
fn retry_after(response: &Response, wall: impl FnOnce() -> i64) -> Option<Nanos> {
    let text = response.headers.get("retry-after")?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX),
        Err(_) => {
            let now = response.headers.get("date").and_then(date::parse).unwrap_or_else(wall);
            date::parse(text)? - now
        }
    };
    Some(Nanos(seconds.clamp(0, LONGEST_RETRY_AFTER) * 1_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;
    use crate::plan::units::{Time, TimeRange};
    use bytes::Bytes;

    fn policy(on: &[RetryOn]) -> Policy {
        let backoff = TimeRange { from: Time::from_millis(50), to: Time::from_secs(1) };
        Policy::compile(&Retry { attempts: 9, on: on.to_vec(), backoff, retry_after: true })
            .expect("compiles")
    }

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        Response::new(status, Headers::from_iter(headers.iter().copied()), Bytes::new())
    }

    #[test]
    fn backoff_doubles_up_to_its_ceiling_and_jitters_over_all_of_it() {
        let policy = policy(&[RetryOn::Reset]);
        let ceilings: Vec<u64> = (1..8).map(|made| policy.ceiling(made) / 1_000_000).collect();
        assert_eq!(ceilings, [50, 100, 200, 400, 800, 1_000, 1_000]);
        assert_eq!(policy.ceiling(u16::MAX), 1_000_000_000);
        let mut chance = Chance::new(1, 1, 2);
        let mut wait = |made| policy.wait(made, ErrorKind::Reset, None, &mut chance, || 0).expect("waits").0;
        let waits: Vec<i64> = (0..1_000).map(|_| wait(2)).collect();
        assert!(waits.iter().all(|wait| (0..=100_000_000).contains(wait)));
        assert!(waits.iter().any(|wait| *wait < 10_000_000) && waits.iter().any(|wait| *wait > 90_000_000));
    }

    #[test]
    fn only_what_is_listed_is_tried_again() {
        use ErrorKind as E;
        use RetryOn as On;
        let all = [
            On::Refused,
            On::Connect,
            On::Reset,
            On::Timeout,
            On::ServerError,
            On::TooManyRequests,
            On::Conflict,
            On::Check,
        ];
        for (error, status, on) in [
            (E::Refused, None, Some(On::Refused)),
            (E::Connect, None, Some(On::Connect)),
            (E::Dns, None, Some(On::Connect)),
            (E::Tls, None, Some(On::Connect)),
            (E::Reset, None, Some(On::Reset)),
            (E::NotProcessed, None, Some(On::Reset)),
            (E::Timeout, None, Some(On::Timeout)),
            (E::Status, Some(503), Some(On::ServerError)),
            (E::Status, Some(429), Some(On::TooManyRequests)),
            (E::Status, Some(409), Some(On::Conflict)),
            (E::Check, Some(200), Some(On::Check)),
            (E::Status, Some(404), None),
            (E::Extract, Some(200), None),
            (E::Protocol, None, None),
            (E::InFlight, None, None),
            (E::Local, None, None),
            (E::Request, None, None),
        ] {
            let response = status.map(|status| response(status, &[]));
            for listed in all {
                let mut chance = Chance::new(1, 1, 2);
                let wait = policy(&[listed]).wait(1, error, response.as_ref(), &mut chance, || 0);
                assert_eq!(wait.is_some(), Some(listed) == on, "{error:?} {status:?} {listed:?}");
            }
        }
    }

    #[test]
    fn attempts_are_counted_with_the_first() {
        let policy = Policy { attempts: 3, ..policy(&[RetryOn::Reset]) };
        let mut chance = Chance::new(1, 1, 2);
        let mut again = |made| policy.wait(made, ErrorKind::Reset, None, &mut chance, || 0).is_some();
        assert_eq!([again(1), again(2), again(3), again(4)], [true, true, false, false]);
    }

    #[test]
    fn retry_after_is_waited_for_if_it_is_longer() {
        let policy = policy(&[RetryOn::ServerError]);
        let wait = |headers: &[(&str, &str)]| {
            let response = response(503, headers);
            policy.wait(1, ErrorKind::Status, Some(&response), &mut Chance::new(1, 1, 2), || 784_111_777)
        };
        let seconds = |seconds: i64| Some(Nanos(seconds * 1_000_000_000));
        assert_eq!(wait(&[("Retry-After", "2")]), seconds(2));
        assert_eq!(wait(&[("retry-after", "99999999999")]), seconds(30));
        assert_eq!(wait(&[("Retry-After", "Sun, 06 Nov 1994 08:49:40 GMT")]), seconds(3));
        let dated =
            [("Retry-After", "Sun, 06 Nov 1994 08:49:40 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:35 GMT")];
        assert_eq!(wait(&dated), seconds(5));
        let plain = wait(&[]);
        assert!(plain < seconds(1));
        assert_eq!(wait(&[("Retry-After", "0")]), plain);
        assert_eq!(wait(&[("Retry-After", "Sun, 06 Nov 1990 08:49:40 GMT")]), plain);
        assert_eq!(wait(&[("Retry-After", "soon")]), plain);
    }
}
