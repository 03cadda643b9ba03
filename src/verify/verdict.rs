//! The verdict on the whole, and the exit code that says it.

use super::{Assessment, FaultReport, GeneratorReport, InvariantReport, ObjectiveReport, Verdict};

/// 0: passed, 1: failed, 2: inconclusive.
pub fn exit_code(assessment: &Assessment) -> u8 {
    match assessment.verdict {
        Verdict::Pass => 0,
        Verdict::Fail => 1,
        Verdict::Unknown => 2,
    }
}

/// What decides: everything that was judged.
pub struct Judged<'a> {
    /// The objectives.
    pub objectives: &'a [ObjectiveReport],
    /// The invariants.
    pub invariants: &'a [InvariantReport],
    /// The faults.
    pub faults: &'a [FaultReport],
    /// The generator.
    pub generator: &'a GeneratorReport,
    /// What else makes the run say less.
    pub caveats: &'a [String],
}

/// Fail beats Unknown beats Pass; what is advisory does not gate. The reason names what decides, in one sentence.
pub fn overall(judged: &Judged) -> (Verdict, String) {
    let failed = named(judged, Verdict::Fail);
    if !failed.is_empty() {
        return (Verdict::Fail, format!("{} failed.", list(&failed)));
    }
    if gating(judged).next().is_none() {
        let reason = "the plan promises nothing: it has no objective that gates and no invariant.";
        return (Verdict::Unknown, reason.to_owned());
    }
    let open = doubts(judged);
    match open.as_slice() {
        [] => (Verdict::Pass, kept(judged)),
        [only] => (Verdict::Unknown, format!("{only}.")),
        [first, _] => (Verdict::Unknown, format!("{first} (and one other reason).")),
        [first, rest @ ..] => (Verdict::Unknown, format!("{first} (and {} other reasons).", rest.len())),
    }
}

/// Every objective that gates, and every invariant: name, verdict, reason.
fn gating<'a>(judged: &'a Judged) -> impl Iterator<Item = (&'a str, Verdict, &'a str)> {
    let objectives = judged
        .objectives
        .iter()
        .filter(|objective| !objective.advisory)
        .map(|objective| (objective.id.as_str(), objective.verdict, objective.reason.as_str()));
    let invariants = judged
        .invariants
        .iter()
        .map(|invariant| (invariant.id.as_str(), invariant.verdict, invariant.reason.as_str()));
    objectives.chain(invariants)
}

fn named<'a>(judged: &'a Judged, verdict: Verdict) -> Vec<&'a str> {
    gating(judged).filter(|(_, found, _)| *found == verdict).map(|(name, ..)| name).collect()
}

/// Why the run cannot pass although nothing failed, the gravest first.
fn doubts(judged: &Judged) -> Vec<String> {
    let mut doubts: Vec<String> = judged.caveats.iter().map(|caveat| plain(caveat).to_owned()).collect();
    if judged.generator.verdict == Verdict::Unknown {
        doubts.push(plain(&judged.generator.reason).to_owned());
    }
    doubts.extend(judged.faults.iter().filter(|fault| fault.verdict != Verdict::Pass).map(|fault| {
        let again = if fault.occurrence == 0 { String::new() } else { format!(" #{}", fault.occurrence) };
        format!("fault {}{again}: {}", fault.id, plain(&fault.reason))
    }));
    doubts.extend(
        gating(judged)
            .filter(|(_, verdict, _)| *verdict == Verdict::Unknown)
            .map(|(name, _, reason)| format!("{name}: {}", plain(reason))),
    );
    doubts
}

fn kept(judged: &Judged) -> String {
    let count = |number: usize, one: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        many => Some(format!("{many} {one}s")),
    };
    let objectives = judged.objectives.iter().filter(|objective| !objective.advisory).count();
    let parts: Vec<String> = [count(objectives, "objective"), count(judged.invariants.len(), "invariant")]
        .into_iter()
        .flatten()
        .collect();
    let held = if objectives + judged.invariants.len() == 1 { "was kept" } else { "were kept" };
    let missed = judged.faults.iter().filter(|fault| struck_nothing(fault)).count();
    let through = match judged.faults.len() - missed {
        0 => String::new(),
        1 => " through 1 fault".to_owned(),
        many => format!(" through {many} faults"),
    };
    let missed = match missed {
        0 => String::new(),
        1 => "; 1 fault struck nothing, which the plan allows".to_owned(),
        many => format!("; {many} faults struck nothing, which the plan allows"),
    };
    format!("{} {held}{through}{missed}.", parts.join(" and "))
}

/// Whether it is known to have struck nothing, or not known to have struck anything. A record that does not count says neither.
fn struck_nothing(fault: &FaultReport) -> bool {
    fault.struck.as_ref().is_some_and(|struck| struck.total().struck == 0)
}

fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

fn plain(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::{generator, objective};

    fn judge(objectives: &[ObjectiveReport], caveats: &[&str]) -> (Verdict, String) {
        let caveats: Vec<String> = caveats.iter().map(|caveat| (*caveat).to_owned()).collect();
        overall(&Judged {
            objectives,
            invariants: &[],
            faults: &[],
            generator: &generator(),
            caveats: &caveats,
        })
    }

    #[test]
    fn fail_beats_unknown_beats_pass() {
        let pass = objective("a", Verdict::Pass);
        let fail = objective("b", Verdict::Fail);
        let unknown = objective("c", Verdict::Unknown);
        assert_eq!(judge(&[pass.clone(), unknown.clone(), fail.clone()], &[]).0, Verdict::Fail);
        assert_eq!(judge(&[pass.clone(), unknown], &[]).0, Verdict::Unknown);
        assert_eq!(judge(std::slice::from_ref(&pass), &[]).0, Verdict::Pass);
        let (verdict, reason) = judge(&[fail.clone(), pass, fail.clone(), fail], &["torn."]);
        assert_eq!((verdict, reason.as_str()), (Verdict::Fail, "b, b and 1 more failed."));
    }

    #[test]
    fn a_caveat_makes_a_pass_unknown_and_says_why() {
        let (verdict, reason) = judge(&[objective("a", Verdict::Pass)], &["the record is torn.", "x"]);
        assert_eq!(verdict, Verdict::Unknown);
        assert_eq!(reason, "the record is torn (and one other reason).");
    }

    #[test]
    fn what_is_advisory_does_not_gate() {
        let mut advisory = objective("a", Verdict::Fail);
        advisory.advisory = true;
        assert_eq!(judge(&[advisory.clone(), objective("b", Verdict::Pass)], &[]).0, Verdict::Pass);
        let (verdict, reason) = judge(&[advisory], &[]);
        assert_eq!(verdict, Verdict::Unknown);
        assert!(reason.contains("promises nothing"), "{reason}");
    }

    #[test]
    fn a_plan_without_promises_is_unknown() {
        assert_eq!(judge(&[], &[]).0, Verdict::Unknown);
    }

    #[test]
    fn a_generator_that_could_not_follow_makes_the_run_unknown() {
        let mut slow = generator();
        slow.verdict = Verdict::Unknown;
        slow.reason = "asked for 100000/s, reached 61234/s.".into();
        let objectives = [objective("a", Verdict::Pass)];
        let judged =
            Judged { objectives: &objectives, invariants: &[], faults: &[], generator: &slow, caveats: &[] };
        assert_eq!(overall(&judged), (Verdict::Unknown, "asked for 100000/s, reached 61234/s.".to_owned()));
    }
}
