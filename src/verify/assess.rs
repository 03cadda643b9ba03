//! From record to assessment, in two readings: first when users were served again, then all that is judged.

use super::as_planned::Ends;
use super::assessment::{Assessment, FORMAT, FaultReport, ObjectiveReport, StepReport};
use super::recovery::{COARSE, FINE, Found, Lane, Since, Watch};
use super::scope::Selection;
use super::strike::{Strike, allowed, strikes};
use super::survey::{StrikeTally, Survey, survey, watch};
use super::verdict::{Judged, overall};
use super::windows::Observed;
use super::{caveats, fault, generator, invariant, objective, repair, standing, trust};
use crate::event::Nanos;
use crate::plan::Plan;
use crate::plan::expression::{Metric, Window};
use crate::plan::model::Objective;
use crate::record::{Manifest, Record, RecordError, Scope};
use crate::stats::Window as Span;
use std::collections::BTreeSet;

/// Judges a run by its record alone. The same record and plan give the same assessment.
///
/// # Errors
/// If the record cannot be read; what is merely torn is judged as far as it goes.
pub fn assess(plan: &Plan, record: &Record) -> Result<Assessment, RecordError> {
    let manifest = &record.manifest;
    let strikes = allowed(strikes(&record.events), &plan.faults);
    let mut lanes = Lanes::new(plan, manifest, &strikes);
    watch(record, &mut lanes.lanes)?;

    let measured = Span::new(manifest.warmup_end, manifest.load_end.max(manifest.warmup_end));
    let recovered: Vec<Option<Nanos>> = (0..strikes.len())
        .map(|strike| lanes.usual(strike, &strikes, Since::Healed).and_then(|found| found.good_from))
        .collect();
    let windows = Observed::new(measured, &strikes, &recovered);
    let wanted = plan
        .objectives
        .iter()
        .map(|objective| objective::wanted(objective, &manifest.steps, &windows))
        .collect();
    let survey = survey(record, &windows, wanted, strikes.len())?;
    let samples = if asks_for_samples(plan) { record.samples()? } else { Vec::new() };

    let ends = Ends::new(record);
    let judge = |number: usize| {
        let recoveries = lanes.of_objective(number, &plan.objectives[number], &strikes);
        let aim = &survey.tallies[number].wanted().aim;
        let named = survey.strikes.iter().enumerate().filter(|(strike, _)| aim.names(*strike));
        let report = objective::judge(&objective::Case {
            plan,
            ends: &ends,
            in_force: named.map(|(_, tally)| tally.in_force).sum(),
            objective: &plan.objectives[number],
            tally: &survey.tallies[number],
            windows: &windows,
            strikes: &strikes,
            recoveries: &recoveries,
            samples: &samples,
            manifest,
            events: &record.events,
            exact: survey.exact,
        });
        trust::weighed(report, &plan.objectives[number].expect.metric, record)
    };
    let objectives: Vec<ObjectiveReport> = (0..plan.objectives.len()).map(judge).collect();
    let judged = invariant::judge_all(plan, record)?;
    let course = fault::Course::new(record);
    let mut faults = faults(plan, &course, &strikes, &survey, &lanes);
    repair::add_mttr(&mut faults);
    repair::add_rpo(&mut faults, &judged, manifest.load_start);
    let invariants = judged.into_iter().map(|judged| judged.report).collect();
    let mut assessment = conclude(plan, record, &survey, measured, objectives, invariants, faults);
    if let Some(counter) = manifest.counter.as_deref().and_then(|name| plan.counters.called(name)) {
        standing::judge_counter_run(&mut assessment, counter);
    }
    Ok(assessment)
}

fn conclude(
    plan: &Plan,
    record: &Record,
    survey: &Survey,
    measured: Span,
    objectives: Vec<ObjectiveReport>,
    invariants: Vec<super::InvariantReport>,
    faults: Vec<FaultReport>,
) -> Assessment {
    let generator = generator::judge(&plan.load, record, &survey.arrivals);
    let caveats = caveats::caveats(record, survey.incomplete, survey.local);
    let (verdict, reason) = overall(&Judged {
        objectives: &objectives,
        invariants: &invariants,
        faults: &faults,
        generator: &generator,
        caveats: &caveats,
    });
    let steps = steps(&record.manifest, survey);
    let sum = |of: fn(&StepReport) -> u64| steps.iter().map(of).sum();
    Assessment {
        format: FORMAT,
        plan: plan.name.clone(),
        claim: plan.claim.clone(),
        counter: None,
        verdict,
        reason,
        objectives,
        invariants,
        faults,
        generator,
        caveats,
        operations: sum(|step| step.operations),
        attempts: sum(|step| step.attempts),
        bad: sum(|step| step.bad),
        local: sum(|step| step.local),
        warmup_operations: survey.warmup,
        duration: measured.length().as_secs_f64(),
        steps,
    }
}

fn asks_for_samples(plan: &Plan) -> bool {
    plan.objectives.iter().any(|objective| matches!(objective.expect.metric, Metric::Probe(..)))
}

fn steps(manifest: &Manifest, survey: &Survey) -> Vec<StepReport> {
    manifest
        .steps
        .iter()
        .zip(&survey.steps)
        .filter(|(info, _)| info.scope == Scope::Load)
        .map(|(info, tally)| {
            let quantile = |q| tally.latencies.quantile(q).value().map(|nanos| nanos as f64);
            StepReport {
                flow: info.flow.clone(),
                step: info.name.clone(),
                operations: tally.latencies.total(),
                bad: tally.latencies.bad,
                local: tally.local,
                attempts: tally.attempts,
                p50: quantile(0.5),
                p90: quantile(0.9),
                p99: quantile(0.99),
                max: tally.latencies.max().map(|nanos| nanos as f64),
            }
        })
        .collect()
}

fn faults(
    plan: &Plan,
    course: &fault::Course,
    strikes: &[Strike],
    survey: &Survey,
    lanes: &Lanes,
) -> Vec<FaultReport> {
    let struck = strikes.iter().enumerate().map(|(number, strike)| {
        let usual = |since| lanes.usual(number, strikes, since);
        let recoveries = (usual(Since::Applied), usual(Since::Healed));
        fault::report(strike, tally(strike, survey, number), recoveries, course)
    });
    let mut all: Vec<FaultReport> = struck.chain(fault::missing(&plan.faults, strikes)).collect();
    let time = |report: &FaultReport| report.began().or(report.planned).unwrap_or(f64::INFINITY);
    all.sort_by(|one, other| time(one).total_cmp(&time(other)));
    all
}

/// What was counted of a strike. One that is over at once was met by the operations after it.
fn tally(strike: &Strike, survey: &Survey, number: usize) -> StrikeTally {
    let tally = survey.strikes[number];
    match strike.applied.filter(|_| strike.is_over_at_once()) {
        Some(applied) => StrikeTally { in_force: u64::from(survey.latest > Some(applied)), ..tally },
        None => tally,
    }
}

/// Whom a lane serves.
#[derive(Clone, Debug, PartialEq)]
enum Owner {
    /// Every report on a fault, by the usual indicator.
    Usual(Since),
    /// The objective with this number.
    Objective(usize),
}

/// Every watch for a recovery that reports and objectives ask for.
struct Lanes {
    owners: Vec<(Owner, String)>,
    lanes: Vec<Lane>,
}

impl Lanes {
    fn new(plan: &Plan, manifest: &Manifest, strikes: &[Strike]) -> Lanes {
        let mut all = Lanes { owners: Vec::new(), lanes: Vec::new() };
        let width = if manifest.complete { FINE } else { COARSE };
        let ids: BTreeSet<&String> = strikes.iter().map(|strike| &strike.id).collect();
        let usual = || fault::INDICATOR.parse().expect("the usual indicator is an expectation");
        for fault in ids {
            let mut add = |owner, watch| {
                if let Some(lane) = Lane::new(watch, strikes, manifest.load_end, width) {
                    all.owners.push((owner, fault.clone()));
                    all.lanes.push(lane);
                }
            };
            for since in [Since::Applied, Since::Healed] {
                let watch = Watch {
                    indicator: usual(),
                    selection: Selection::new(&manifest.steps, None, None),
                    hold: Nanos::from_secs_f64(fault::HOLD_SECONDS),
                    since,
                    fault: fault.clone(),
                };
                add(Owner::Usual(since), watch);
            }
            for (number, objective) in plan.objectives.iter().enumerate() {
                let since = match objective.expect.metric {
                    Metric::Recovery => Since::Applied,
                    Metric::RecoveryAfterHeal => Since::Healed,
                    _ => continue,
                };
                let selection =
                    Selection::new(&manifest.steps, objective.flow.as_deref(), objective.step.as_deref());
                let indicator = objective.indicator.clone().unwrap_or_else(usual);
                let hold = Nanos::from(objective.hold.0);
                let watch = Watch { indicator, selection, hold, since, fault: fault.clone() };
                add(Owner::Objective(number), watch);
            }
        }
        all
    }

    fn found(&self, owner: &Owner, strike: usize, strikes: &[Strike]) -> Option<Found> {
        let lane =
            self.owners.iter().position(|(other, fault)| other == owner && *fault == strikes[strike].id)?;
        self.lanes[lane].found(strike)
    }

    fn usual(&self, strike: usize, strikes: &[Strike], since: Since) -> Option<Found> {
        self.found(&Owner::Usual(since), strike, strikes)
    }

    /// For a recovery objective: what was found after each strike that its window names, or after every strike.
    fn of_objective(
        &self,
        number: usize,
        objective: &Objective,
        strikes: &[Strike],
    ) -> Vec<(usize, Option<Found>)> {
        let named = |strike: &Strike| match &objective.window {
            Window::Fault(id) | Window::Recovery(id) => strike.id == *id,
            Window::Run | Window::Steady => true,
        };
        strikes
            .iter()
            .enumerate()
            .filter(|(_, strike)| named(strike))
            .map(|(strike, _)| (strike, self.found(&Owner::Objective(number), strike, strikes)))
            .collect()
    }
}
