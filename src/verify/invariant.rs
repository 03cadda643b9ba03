//! The invariants, each judged by its checker.

use super::checkers::{Case, Checker, Finding, LINEAR, guarded};
use super::history::{State, final_states, history};
use super::{InvariantReport, Verdict};
use crate::event::{Nanos, Sample};
use crate::plan::model::{Invariant, Step};
use crate::plan::{KeyOrigin, Plan};
use crate::record::{Record, RecordError};

/// The checkers that are built.
pub fn checkers() -> impl Iterator<Item = &'static dyn Checker> {
    LINEAR.iter().copied()
}

/// An invariant's report, and what it found to be lost.
#[derive(Debug)]
pub struct Judged {
    /// The report.
    pub report: InvariantReport,
    /// When each acknowledged and lost write was acknowledged, in order.
    pub lost: Vec<Nanos>,
    /// Whether it looked for lost writes and could tell.
    pub tells_loss: bool,
}

/// Judges every invariant of the plan by the record.
///
/// # Errors
/// If the record cannot be read.
pub fn judge_all(plan: &Plan, record: &Record) -> Result<Vec<Judged>, RecordError> {
    if plan.invariants.is_empty() {
        return Ok(Vec::new());
    }
    let of_requests = |invariant: &Invariant| matches!(invariant.check.as_str(), "rate-limit" | "balance");
    let mut history = history(plan, record, plan.invariants.iter().any(of_requests))?;
    let states: Vec<State> = final_states(plan, record, &mut history.texts)?;
    let samples: Vec<Sample> = if plan.invariants.iter().any(|invariant| invariant.probe.is_some()) {
        record.samples()?
    } else {
        Vec::new()
    };
    let judge_one = |invariant| {
        let case = Case {
            invariant,
            history: &history,
            states: &states,
            samples: &samples,
            sample_slack: slack(plan, invariant),
            relies_on_retries: relies_on_retries(plan, invariant),
            exclusive: plan.stack.exclusive,
            keys: key_origin(plan, record, invariant),
        };
        let finding = judge(&case);
        let tells_loss = invariant.check == "acknowledged-not-lost" && finding.verdict != Verdict::Unknown;
        Judged { report: report(invariant, &finding), lost: finding.lost, tells_loss }
    };
    Ok(plan.invariants.iter().map(judge_one).collect())
}

/// Judges one invariant by its checker; without one, or where the checker cannot say, it is Unknown.
pub fn judge(case: &Case<'_>) -> Finding {
    let name = case.invariant.check.as_str();
    match checkers().find(|checker| checker.name() == name) {
        Some(checker) => match checker.check(case) {
            Ok(finding) => guarded(case, checker.stands_alone(), finding),
            Err(reason) => Finding::unknown(format!("{reason}.")),
        },
        None => Finding::unknown(format!("checker `{name}` is not built yet")),
    }
}

fn report(invariant: &Invariant, finding: &Finding) -> InvariantReport {
    InvariantReport {
        id: invariant.id.clone(),
        check: invariant.check.clone(),
        verdict: finding.verdict,
        reason: finding.reason.clone(),
        samples: finding.samples,
        evidence: finding.evidence.clone(),
        role: None,
    }
}

/// A sample's time is that of its request, which took up to the probe's timeout.
fn slack(plan: &Plan, invariant: &Invariant) -> Nanos {
    let probe = plan.probes.iter().find(|probe| Some(&probe.name) == invariant.probe.as_ref());
    probe.map_or(Nanos::ZERO, |probe| Nanos::from(probe.timeout.0))
}

/// Where the keys come from that it follows. Without a run's id in the record they are those of every run with its seed.
fn key_origin(plan: &Plan, record: &Record, invariant: &Invariant) -> KeyOrigin {
    let least_safe = plan.key_origin(invariant.effect.as_deref().or(invariant.read.as_deref()));
    match (&record.manifest.run_id, least_safe) {
        (None, KeyOrigin::Own) => KeyOrigin::Shared,
        (_, origin) => origin,
    }
}

/// Whether the plan has faults, and retries or repeats what the invariant follows: then a run in which no retry met a fault
/// proves nothing of what retries do.
fn relies_on_retries(plan: &Plan, invariant: &Invariant) -> bool {
    let tries_again = |step: &Step| {
        let effect = step.effect.as_ref();
        let of_kind =
            effect.is_some_and(|effect| invariant.effect.as_ref().is_none_or(|kind| *kind == effect.kind));
        of_kind && (step.retry.is_some() || step.replay.is_some())
    };
    !plan.faults.is_empty() && plan.flows.iter().flat_map(|flow| &flow.steps).any(tries_again)
}
