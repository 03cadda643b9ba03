//! `rate-limit`: a bucket of `burst` tokens that refills at `rate`. Fails if some interval [a, b] admitted more than
//! B + r(b − a) requests lying wholly inside it; also on an unjust refusal (429): one for which a token was there
//! whatever the order of the requests under way. Judged per request, not per operation.

use super::evidence::{count, during, stretch};
use super::heaviest::{Heaviest, Stretch, heaviest};
use super::{Case, Checker, Evidence, Finding};
use crate::event::{Nanos, Outcome};
use crate::plan::KeyOrigin;
use crate::verify::Verdict;
use crate::verify::history::{Call, Role};
use std::collections::BTreeMap;

/// See the file's head.
pub struct RateLimit;

/// The requests of one limiter, in seconds on the run's clock.
#[derive(Debug, Default)]
struct Calls {
    admitted: Vec<Stretch>,
    /// Admitted for certain or perhaps.
    possible: Vec<Stretch>,
    refused: Vec<Stretch>,
}

impl Checker for RateLimit {
    fn name(&self) -> &'static str {
        "rate-limit"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let (Some(rate), Some(burst)) = (case.invariant.rate, case.invariant.burst) else {
            return Err("the invariant needs `rate` and `burst`".to_owned());
        };
        let (rate, burst) = (rate.0, f64::from(burst));
        // What the bucket held when the load began is not known: another run may have emptied it.
        let from = case.history.setting.load_start.as_secs_f64();
        let mut buckets: BTreeMap<_, Calls> = BTreeMap::new();
        for call in case.history.calls.iter().filter(|call| chosen(case, call)) {
            let key = call.key.filter(|_| case.invariant.by_key);
            let span = (call.sent.as_secs_f64(), call.end.as_secs_f64());
            let calls = buckets.entry(key).or_default();
            match (call.outcome, call.status) {
                (_, Some(429)) => calls.refused.push(span),
                (Outcome::Ok, _) => {
                    calls.admitted.push(span);
                    calls.possible.push(span);
                }
                // Another 4xx or an error may well have passed the limiter.
                _ => calls.possible.push(span),
            }
        }
        let (mut over, mut unjust) = (Evidence::default(), Evidence::default());
        let (mut admitted, mut refused) = (0, 0);
        for (key, calls) in &buckets {
            admitted += calls.admitted.len() as u64;
            refused += calls.refused.len() as u64;
            let of = key.map_or(String::new(), |key| format!("{}: ", case.quoted(key)));
            // A hair's breadth for what floating point adds up.
            if let Some(found) = heaviest(&calls.admitted, rate).filter(|found| found.excess > burst + 1e-6) {
                over.add(case, || of.clone() + &too_many(case, &found, rate, burst), []);
            }
            for (span, tokens) in unjustly(calls, rate, burst, from) {
                let line = || {
                    let (from, to) = (Nanos::from_secs_f64(span.0), Nanos::from_secs_f64(span.1));
                    let held = during(case, from, to);
                    format!(
                        "{of}refused from {} with at least {tokens:.1} tokens left{held}",
                        stretch(case, from, to)
                    )
                };
                unjust.add(case, line, []);
            }
        }
        let samples = admitted + refused;
        let broken = !over.is_empty() || !unjust.is_empty();
        let only_unjust = over.is_empty() && !unjust.is_empty();
        let seen = format!("{} admitted, {refused} refused", count(admitted, "request"));
        let reason = if broken {
            format!(
                "{seen}: {} admitted too many, {} unjust.",
                count(over.found(), "limiter"),
                count(unjust.found(), "refusal")
            )
        } else {
            format!("{seen}: never more than {burst} + {rate}/s in any interval, and no refusal was unjust.")
        };
        let lines = over.lines().into_iter().chain(unjust.lines()).collect();
        let alone = case.exclusive || case.invariant.by_key && case.keys == KeyOrigin::Own;
        if only_unjust && !alone {
            let reason = format!(
                "{reason} Others may have used the limit up: say `exclusive = true` in `[stack]` if the run alone uses it."
            );
            return Ok(Finding { evidence: lines, ..Finding::new(Verdict::Unknown, reason, samples) });
        }
        Ok(Finding::judged(broken, reason, samples, lines))
    }
}

fn too_many(case: &Case<'_>, found: &Heaviest, rate: f64, burst: f64) -> String {
    let (from, to) = (Nanos::from_secs_f64(found.from), Nanos::from_secs_f64(found.to));
    let allowed = (burst + rate * (found.to - found.from)).floor();
    format!(
        "{} were admitted from {}, where {burst} + {rate}/s allow {allowed}{}",
        count(found.inside, "request"),
        stretch(case, from, to),
        during(case, from, to),
    )
}

/// Whether the invariant is about this request: by step, by the kind of its effect or read, else all of the load.
pub(super) fn chosen(case: &Case<'_>, call: &Call) -> bool {
    let step = &case.history.setting.steps[usize::from(call.step.0)];
    let of_kind = |role: Role, kind: &Option<String>| {
        kind.as_ref()
            .is_some_and(|kind| step.mark.as_ref().is_some_and(|(is, name)| *is == role && name == kind))
    };
    let invariant = case.invariant;
    if let Some(wanted) = &invariant.step {
        return step.name == *wanted || step.name.rsplit('/').next() == Some(wanted);
    }
    if invariant.effect.is_none() && invariant.read.is_none() {
        return step.load;
    }
    of_kind(Role::Effect, &invariant.effect) || of_kind(Role::Read, &invariant.read)
}

/// Refusals during which the bucket held a token for certain, with the fewest tokens that it can have held. The fewest
/// are there when every other request that may have been admitted took its token as late as it could: at its end, or,
/// where it was still under way, at the refusal.
fn unjustly(calls: &Calls, rate: f64, burst: f64, from: f64) -> Vec<(Stretch, f64)> {
    let sorted = |of: fn(&Stretch) -> f64| {
        let mut times: Vec<f64> = calls.possible.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let (begins, ends) = (sorted(|span| span.0), sorted(|span| span.1));
    let mut refusals = calls.refused.clone();
    refusals.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut found = Vec::new();
    let (mut tokens, mut at, mut taken) = (0.0, from, 0);
    for (from, to) in refusals {
        while ends.get(taken).is_some_and(|end| *end < from) {
            tokens = refilled(tokens, ends[taken] - at, rate, burst) - 1.0;
            at = ends[taken];
            taken += 1;
        }
        let under_way = begins.partition_point(|begin| *begin <= to) - taken;
        let fewest = refilled(tokens, from - at, rate, burst) - under_way as f64;
        if fewest >= 1.0 + 1e-6 {
            found.push(((from, to), fewest));
        }
    }
    found
}

fn refilled(tokens: f64, seconds: f64, rate: f64, burst: f64) -> f64 {
    (tokens + rate * seconds.max(0.0)).min(burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(possible: &[Stretch], refused: &[Stretch]) -> usize {
        let calls = Calls { possible: possible.to_vec(), refused: refused.to_vec(), ..Calls::default() };
        unjustly(&calls, 1.0, 3.0, f64::NEG_INFINITY).len()
    }

    #[test]
    fn a_refusal_of_a_full_bucket_is_unjust() {
        assert_eq!(refusals(&[], &[(0.0, 0.1)]), 1);
    }

    #[test]
    fn a_refusal_of_an_empty_bucket_is_just_until_it_has_refilled() {
        let burst = [(0.0, 0.1), (0.0, 0.1), (0.0, 0.1)];
        assert_eq!(refusals(&burst, &[(0.2, 0.3)]), 0);
        assert_eq!(refusals(&burst, &[(0.9, 1.0)]), 0);
        assert_eq!(refusals(&burst, &[(1.2, 1.3)]), 1);
    }

    #[test]
    fn requests_under_way_may_have_taken_the_last_token() {
        let under_way = [(0.0, 5.0), (0.0, 5.0), (0.0, 5.0)];
        assert_eq!(refusals(&under_way, &[(4.0, 4.1)]), 0);
        assert_eq!(refusals(&under_way[..1], &[(4.0, 4.1)]), 1);
    }
}
