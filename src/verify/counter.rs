//! A counter-run: the plan broken on purpose, which must fail as it says.

use super::{Assessment, Verdict};
use crate::plan::model::Counter;

/// Whether a counter-run failed as named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterVerdict {
    /// Pass: it failed as named. Unknown: it cannot be said. Fail: it did not, or something else failed too.
    pub verdict: Verdict,
    /// Why, in one sentence.
    pub reason: String,
}

/// Judges a counter-run: exactly what `fails` names must have failed; what `may_fail` names may; nothing else must.
pub fn judge(counter: &Counter, assessment: &Assessment) -> CounterVerdict {
    let found = verdicts(assessment);
    let of = |id: &String| found.iter().find(|(name, _)| *name == id).map(|(_, verdict)| *verdict);
    let say = |verdict, reason: String| CounterVerdict { verdict, reason };

    if counter.fails.is_empty() {
        return say(Verdict::Fail, "the counter-run names nothing that must fail".to_owned());
    }
    let is = |wanted: Option<Verdict>| {
        counter.fails.iter().filter(|id| of(id) == wanted).cloned().collect::<Vec<_>>()
    };
    let unnamed = is(None);
    if !unnamed.is_empty() {
        return say(
            Verdict::Fail,
            format!("{} must fail, but the plan has no such objective or invariant", unnamed.join(", ")),
        );
    }
    let kept = is(Some(Verdict::Pass));
    if !kept.is_empty() {
        return say(
            Verdict::Fail,
            format!("{} should have failed and passed: the plan does not notice", kept.join(", ")),
        );
    }
    let tolerated = |id: &str| counter.fails.iter().chain(&counter.may_fail).any(|name| name == id);
    let others: Vec<&str> = found
        .iter()
        .filter(|(id, verdict)| *verdict == Verdict::Fail && !tolerated(id))
        .map(|(id, _)| *id)
        .collect();
    if !others.is_empty() {
        return say(
            Verdict::Fail,
            format!("{} failed too, which the counter-run does not name", others.join(", ")),
        );
    }
    let open = is(Some(Verdict::Unknown));
    if !open.is_empty() {
        return say(
            Verdict::Unknown,
            format!("{} must fail, and not enough was seen to say so", open.join(", ")),
        );
    }
    say(Verdict::Pass, format!("{} failed, as it must: {}", counter.fails.join(", "), counter.why))
}

/// The verdict of everything that has an id. Of several with one id the gravest counts.
fn verdicts(assessment: &Assessment) -> Vec<(&str, Verdict)> {
    let objectives = assessment
        .objectives
        .iter()
        .filter(|objective| !objective.advisory)
        .map(|objective| (objective.id.as_str(), objective.verdict));
    let invariants = assessment.invariants.iter().map(|invariant| (invariant.id.as_str(), invariant.verdict));
    let mut all: Vec<(&str, Verdict)> = objectives.chain(invariants).collect();
    all.sort_by(|one, other| one.0.cmp(other.0).then(other.1.cmp(&one.1)));
    all.dedup_by_key(|(id, _)| *id);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::{assessment, objective};

    fn found(a: Verdict, b: Verdict, c: Verdict) -> Verdict {
        let mut found = assessment();
        found.objectives = vec![objective("a", a), objective("b", b), objective("c", c)];
        let counter = Counter {
            name: None,
            why: "the shop is slow".into(),
            set: Default::default(),
            fails: vec!["a".into()],
            may_fail: vec!["b".into()],
            tries: 1,
        };
        judge(&counter, &found).verdict
    }

    #[test]
    fn exactly_what_is_named_must_fail() {
        use Verdict::*;
        assert_eq!(found(Fail, Pass, Pass), Pass);
        assert_eq!(found(Fail, Fail, Pass), Pass, "`may_fail` may");
        assert_eq!(found(Fail, Pass, Unknown), Pass, "what did not fail is right");
        assert_eq!(found(Pass, Pass, Pass), Fail);
        assert_eq!(found(Fail, Pass, Fail), Fail);
        assert_eq!(found(Unknown, Pass, Pass), Unknown);
        assert_eq!(found(Unknown, Pass, Fail), Fail, "wrong beats unknown");
    }

    #[test]
    fn a_name_that_nothing_has_is_wrong() {
        let counter = Counter {
            name: None,
            why: "nothing".into(),
            set: Default::default(),
            fails: vec!["nobody".into()],
            may_fail: vec![],
            tries: 1,
        };
        let verdict = judge(&counter, &assessment());
        assert_eq!(verdict.verdict, Verdict::Fail);
        assert!(verdict.reason.contains("nobody"), "{}", verdict.reason);
    }
}
