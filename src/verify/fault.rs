//! What became of each occurrence of each fault.

use super::as_planned::{Ends, STALL_SHARE};
use super::assessment::{FaultReport, Interval, RecoveryReport, Verdict};
use super::felt;
use super::local::Local;
use super::recovery::Found;
use super::strike::Strike;
use super::survey::StrikeTally;
use crate::event::{Event, LoadEvent, Nanos};
use crate::plan::model::FaultSpec;
use crate::record::Record;
use crate::stats::Window as Span;

/// The indicator and the hold (in seconds) by which recovery is told where no objective names others.
pub const INDICATOR: &str = "availability >= 99%";
/// See [`INDICATOR`].
pub const HOLD_SECONDS: f64 = 3.0;

/// The report on one strike. `recoveries` are those from applied and from healed.
pub fn report(
    strike: &Strike,
    tally: StrikeTally,
    recoveries: (Option<Found>, Option<Found>),
    course: &Course,
) -> FaultReport {
    let load_start = course.load_start;
    let second = |at: Option<Nanos>| at.map(|at| (at - load_start).as_secs_f64());
    let (verdict, reason) = judge(strike, tally, course);
    let reason = format!("{}{}.", plain(&reason), beside(strike, course));
    let interval = |found: Found| Interval { low: Some(found.low), high: found.high };
    FaultReport {
        id: strike.id.clone(),
        occurrence: strike.occurrence,
        kind: strike.kind.clone(),
        targets: strike.targets.clone(),
        verdict,
        reason,
        planned: second(strike.planned),
        started: second(strike.started),
        applied: second(strike.applied),
        heal_planned: second(strike.heal_planned),
        healed: second(strike.healed),
        operations: tally.operations,
        bad: tally.bad,
        local: tally.local,
        recovery: recoveries.0.map(|found| RecoveryReport {
            indicator: INDICATOR.to_owned(),
            hold: HOLD_SECONDS,
            after_applied: interval(found),
            counted_from: second(Some(found.since)),
            after_healed: recoveries.1.map(interval),
        }),
        mttr: None,
        rpo: None,
        struck: strike.struck.clone(),
        may_miss: strike.may_miss,
    }
}

fn judge(strike: &Strike, tally: StrikeTally, course: &Course) -> (Verdict, String) {
    let unknown = |reason: String| (Verdict::Unknown, reason);
    if strike.applied.is_none() {
        return unknown(match &strike.apply_failed {
            Some(why) => format!("it could not be applied: {}{}.", plain(why), nothing(strike)),
            None => "it was begun and never confirmed to be in force.".to_owned(),
        });
    }
    if let Some(why) = &strike.apply_failed {
        return unknown(format!("it was applied only in part: {}.", plain(why)));
    }
    if let Some(why) = &strike.heal_failed {
        return unknown(format!("it could not be healed: {}.", plain(why)));
    }
    if strike.ended_early.is_some() {
        return unknown("it ended before its heal was due.".to_owned());
    }
    if strike.healed.is_none() {
        return unknown("the record does not say that it was healed.".to_owned());
    }
    if let Some(deviation) = course.ends.deviation(strike) {
        return unknown(format!("{deviation}."));
    }
    if tally.in_force == 0 {
        return unknown("no operation was under way while it was in force: that proves nothing.".to_owned());
    }
    if let Some(stalled) = course.stalled(strike) {
        return unknown(stalled);
    }
    match felt::not_felt(strike) {
        None => (Verdict::Pass, format!("applied and healed{}.", felt::felt(strike))),
        Some(why) if strike.may_miss => {
            (Verdict::Pass, format!("applied and healed; it {why}; the plan allows that (`may_miss`)."))
        }
        Some(why) => unknown(format!("it {why}.")),
    }
}

/// What was struck by a fault that was never in force, where that is known.
fn nothing(strike: &Strike) -> String {
    strike.struck.as_ref().map_or(String::new(), |struck| format!(" (struck {})", felt::struck_of(struck)))
}

/// What there is to say beside the verdict: how it was applied, and that the load went on for it.
fn beside(strike: &Strike, course: &Course) -> String {
    let extended =
        course.extended.as_ref().filter(|(fault, _)| *fault == strike.id && strike.occurrence == 0);
    let extended =
        extended.map(|(_, by)| format!("the load went on for {:.1} s for its sake", by.as_secs_f64()));
    strike.how.iter().cloned().chain(extended).map(|more| format!("; {}", plain(&more))).collect()
}

/// What of the run bears on every strike.
pub struct Course {
    /// The start of the load: the zero of every time in a report.
    pub load_start: Nanos,
    /// The load's end, as planned and as it was.
    pub ends: Ends,
    /// When the generator did not run.
    pub ours: Local,
    /// For the sake of which fault the load went on beyond its planned end, and for how long.
    pub extended: Option<(String, Nanos)>,
}

impl Course {
    /// That of a recorded run.
    pub fn new(record: &Record) -> Course {
        Course {
            load_start: record.manifest.load_start,
            ends: Ends::new(record),
            ours: Local::new(record),
            extended: record.events.iter().find_map(|timed| match &timed.event {
                Event::Load(LoadEvent::Extended { fault, by }) => Some((fault.clone(), *by)),
                _ => None,
            }),
        }
    }

    /// That the generator stood still for too much of a strike's window.
    fn stalled(&self, strike: &Strike) -> Option<String> {
        let from = strike.begun()?;
        let span = Span { from, to: strike.gone()?.max(from) };
        let (stalled, whole) = (self.ours.stalled_within(span), span.length().as_secs_f64());
        (stalled > STALL_SHARE * whole).then(|| {
            format!(
                "the generator did not run for {stalled:.1} s of the {whole:.1} s in which it was in force."
            )
        })
    }
}

/// Reports on strikes that the plan asks for and of which the record says nothing at all. A fault that repeats without a
/// number (`times`) is asked for once.
pub fn missing(faults: &[FaultSpec], strikes: &[Strike]) -> Vec<FaultReport> {
    let seen = |id: &str, occurrence| {
        strikes.iter().any(|strike| strike.id == id && strike.occurrence == occurrence)
    };
    faults
        .iter()
        .flat_map(|fault| (0..asked(fault)).map(move |occurrence| (fault, occurrence)))
        .filter(|(fault, occurrence)| !seen(&fault.id, *occurrence))
        .map(|(fault, occurrence)| never(fault, occurrence))
        .collect()
}

fn asked(fault: &FaultSpec) -> u32 {
    if fault.every.is_some() { fault.times.unwrap_or(1).max(1) } else { 1 }
}

fn never(fault: &FaultSpec, occurrence: u32) -> FaultReport {
    let distance = fault.every.map_or(0.0, |every| every.0.as_secs_f64()) * f64::from(occurrence);
    let reason = match (&fault.after, &fault.when) {
        (Some(after), _) => format!("it never came to it: it waits for {after} to be healed."),
        (_, Some(when)) => format!("it never came to it: `{when}` never held."),
        _ => "it never came to it: the load was over before.".to_owned(),
    };
    FaultReport {
        id: fault.id.clone(),
        occurrence,
        kind: kind(fault).to_owned(),
        targets: Vec::new(),
        verdict: Verdict::Unknown,
        reason,
        planned: fault.at.map(|at| at.0.as_secs_f64() + distance),
        started: None,
        applied: None,
        heal_planned: None,
        healed: None,
        operations: 0,
        bad: 0,
        local: 0,
        recovery: None,
        mttr: None,
        rpo: None,
        struck: None,
        may_miss: fault.may_miss,
    }
}

fn kind(fault: &FaultSpec) -> &'static str {
    [
        (fault.kill.is_some(), "kill"),
        (fault.stop.is_some(), "stop"),
        (fault.pause.is_some(), "pause"),
        (fault.restart.is_some(), "restart"),
        (fault.remove.is_some(), "remove"),
        (fault.disconnect.is_some(), "disconnect"),
        (fault.scale.is_some(), "scale"),
        (fault.limit.is_some(), "limit"),
        (fault.exec.is_some(), "exec"),
        (fault.packets.is_some(), "packets"),
        (fault.partition.is_some(), "partition"),
        (fault.dns.is_some(), "dns"),
        (fault.http.is_some(), "http"),
        (fault.toxic.is_some(), "toxic"),
    ]
    .into_iter()
    .find_map(|(is, name)| is.then_some(name))
    .unwrap_or("none")
}

fn plain(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Struck, TargetStruck, Unit};

    fn landed() -> Strike {
        let at = |seconds| Some(Nanos::from_secs_f64(seconds));
        Strike {
            id: "dies".into(),
            applied: at(12.0),
            healed: at(20.0),
            planned: at(11.9),
            ..Strike::default()
        }
    }

    fn felt() -> StrikeTally {
        StrikeTally { operations: 10, in_force: 10, ..StrikeTally::default() }
    }

    fn course(load_start: f64) -> Course {
        let (_folder, mut record) = crate::verify::tests::run::Run::new().record();
        record.manifest.load_start = Nanos::from_secs_f64(load_start);
        Course::new(&record)
    }

    fn verdict(strike: &Strike) -> Verdict {
        report(strike, felt(), (None, None), &course(0.0)).verdict
    }

    #[test]
    fn only_what_was_applied_and_healed_passes() {
        assert_eq!(verdict(&landed()), Verdict::Pass);
        for spoilt in [
            Strike { applied: None, apply_failed: Some("no such process".into()), ..landed() },
            Strike { applied: None, ..landed() },
            Strike { healed: None, ..landed() },
            Strike { healed: None, heal_failed: Some("busy".into()), ..landed() },
            Strike { ended_early: Some(Nanos::from_secs_f64(13.0)), ..landed() },
        ] {
            assert_eq!(verdict(&spoilt), Verdict::Unknown, "{spoilt:?}");
        }
    }

    #[test]
    fn a_strike_that_no_operation_met_proves_nothing() {
        let tally = StrikeTally { operations: 10, ..StrikeTally::default() };
        let found = report(&landed(), tally, (None, None), &course(0.0));
        assert_eq!(found.verdict, Verdict::Unknown);
        assert!(found.reason.contains("no operation was under way"), "{}", found.reason);
    }

    #[test]
    fn a_fault_that_struck_nothing_is_unknown_unless_it_may() {
        let counted = |struck| {
            let targets = vec![TargetStruck::counted("node-1", struck, 8)];
            Strike { struck: Some(Struck { unit: Unit::Requests, targets }), ..landed() }
        };
        let judged = |strike: &Strike| {
            let report = report(strike, felt(), (None, None), &course(0.0));
            (report.verdict, report.reason)
        };
        let (verdict, reason) = judged(&counted(3));
        assert_eq!(
            (verdict, reason.as_str()),
            (Verdict::Pass, "applied and healed; struck 3 of 8 requests.")
        );
        let (verdict, reason) = judged(&counted(0));
        assert_eq!(verdict, Verdict::Unknown);
        assert!(reason.starts_with("it was in force for 8.0 s and struck 0 of 8 requests"), "{reason}");
        let (verdict, reason) = judged(&Strike { may_miss: true, ..counted(0) });
        assert_eq!(verdict, Verdict::Pass);
        assert!(reason.contains("struck 0 of 8 requests") && reason.contains("`may_miss`"), "{reason}");
        assert!(judged(&landed()).1.contains("does not say what it struck"));
    }

    #[test]
    fn times_count_from_the_start_of_the_load() {
        let report = report(&landed(), felt(), (None, None), &course(2.0));
        assert_eq!((report.applied, report.healed), (Some(10.0), Some(18.0)));
    }

    #[test]
    fn a_fault_of_which_the_record_says_nothing_never_came_to_it() {
        let plan = |text: &str| toml::from_str::<FaultSpec>(text).expect("a fault");
        let once = plan("id = 'dies'\nat = '5s'\nkill = { service = 'node' }");
        let thrice = plan("id = 'blinks'\nat = '5s'\nevery = '2s'\ntimes = 3\npause = { service = 'node' }");
        let missing = missing(&[once, thrice], &[landed()]);
        let told: Vec<(&str, u32, Option<f64>)> =
            missing.iter().map(|report| (report.kind.as_str(), report.occurrence, report.planned)).collect();
        assert_eq!(told, [("pause", 0, Some(5.0)), ("pause", 1, Some(7.0)), ("pause", 2, Some(9.0))]);
    }
}
