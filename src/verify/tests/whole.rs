//! The run as a whole: warm-up, caveats, setup, invariants, exit codes.

use super::run::{Run, bad, clock, good, plan};
use crate::event::{Event, LoadEvent, StepId};
use crate::record::Record;
use crate::verify::{Verdict, assess, exit_code};

const PLAN: &str = "[[objective]]\nexpect = 'availability >= 99%'\n";

#[test]
fn warm_up_is_left_out_and_counted() {
    let found = Run::new()
        .load(100, |second, attempt| {
            if second < 5.0 {
                bad(attempt)
            }
        })
        .warmup(5.0)
        .assessed(PLAN);
    assert_eq!((found.verdict, found.objectives[0].samples), (Verdict::Pass, 2_500), "{}", found.reason);
    assert_eq!((found.warmup_operations, found.operations, found.bad), (500, 2_500, 0));
    assert_eq!(found.duration, 25.0);
}

#[test]
fn setup_steps_belong_to_no_objective() {
    let mut run = Run::calm(100);
    for number in 0..50 {
        let mut seed = good(1_000_000 + number, -1.0);
        seed.step = StepId(2);
        bad(&mut seed);
        run.attempts.push(seed);
    }
    let found = run.assessed("[[objective]]\nexpect = 'availability >= 100%'\n");
    assert_eq!((found.verdict, found.operations, found.warmup_operations), (Verdict::Pass, 3_000, 0));
    assert_eq!(found.steps.len(), 2);
}

#[test]
fn a_torn_record_is_unknown_unless_something_failed() {
    let torn = |run: Run| {
        let (folder, record) = run.record();
        let path = record.folder().join("histograms.arrows");
        let bytes = std::fs::read(&path).expect("there");
        std::fs::write(&path, &bytes[..bytes.len() - 3]).expect("written");
        let record = Record::open(record.folder()).expect("reads");
        assert!(record.torn.is_some());
        let found = assess(&plan(PLAN), &record).expect("assessed");
        drop(folder);
        found
    };
    let found = torn(Run::calm(100));
    assert_eq!((found.verdict, exit_code(&found)), (Verdict::Unknown, 2));
    assert!(found.reason.contains("torn"), "{}", found.reason);
    assert_eq!(torn(Run::new().load(100, |_, attempt| bad(attempt))).verdict, Verdict::Fail);
}

#[test]
fn a_run_that_was_never_closed_is_unknown() {
    let mut run = Run::calm(100).fault("dies", 10.0, 15.0);
    run.manifest.load_end = crate::event::Nanos::ZERO;
    run.manifest.phases.clear();
    let (_folder, record) = run.record();
    let path = record.folder().join("run.json");
    let mut manifest = record.manifest.clone();
    manifest.files.clear();
    std::fs::write(&path, serde_json::to_vec(&manifest).expect("JSON")).expect("written");
    let record = Record::open(record.folder()).expect("reads");
    let objectives = format!(
        "{PLAN}[[objective]]\nexpect = 'throughput > 1/s'\n[[objective]]\nexpect = 'recovery < 3s'\n"
    );
    let found = assess(&plan(&objectives), &record).expect("assessed");
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("torn"), "{}", found.reason);
    assert_eq!(found.objectives[1].verdict, Verdict::Unknown, "no length, no rate");
    assert_eq!(found.objectives[2].verdict, Verdict::Unknown);
}

#[test]
fn an_abort_a_missing_phase_and_an_empty_feeder_are_caveats() {
    let mut aborted = Run::calm(100);
    aborted.manifest.aborted = Some("Ctrl-C".into());
    let found = aborted.assessed(PLAN);
    assert_eq!(found.verdict, Verdict::Unknown);
    assert!(found.reason.contains("before its time: Ctrl-C"), "{}", found.reason);

    let mut short = Run::calm(100);
    short.manifest.phases.truncate(2);
    assert!(short.assessed(PLAN).reason.contains("no drain phase"));

    let exhausted = Event::Load(LoadEvent::FeederExhausted { feeder: "users".into() });
    let found = Run::calm(100).event(3.0, exhausted).assessed(PLAN);
    assert!(found.reason.contains("feeder users"), "{}", found.reason);
}

#[test]
fn an_operation_without_its_last_attempt_is_counted_nowhere_and_told() {
    let mut run = Run::calm(100);
    run.attempts[7].last = false;
    let found = run.assessed(PLAN);
    assert_eq!((found.verdict, found.operations), (Verdict::Unknown, 2_999));
    assert!(found.reason.contains("1 operations lack an attempt"), "{}", found.reason);
}

#[test]
fn an_invariant_without_a_checker_is_unknown() {
    let found = Run::calm(100).assessed(&format!("{PLAN}[[invariant]]\nid = 'once'\ncheck = 'perfect'\n"));
    assert_eq!(found.verdict, Verdict::Unknown);
    assert_eq!(found.reason, "once: checker `perfect` is not built yet.");
}

#[test]
fn a_plan_without_promises_is_unknown() {
    let found = Run::calm(100).assessed("");
    assert_eq!((found.verdict, exit_code(&found)), (Verdict::Unknown, 2));
}

#[test]
fn exit_codes_follow_the_verdict() {
    assert_eq!(exit_code(&Run::calm(100).assessed(PLAN)), 0);
    assert_eq!(exit_code(&Run::new().load(100, |_, attempt| bad(attempt)).assessed(PLAN)), 1);
}

#[test]
fn the_same_record_gives_the_same_assessment() {
    let (_folder, record) = Run::new()
        .load(100, |second, attempt| {
            if (second as u64).is_multiple_of(7) {
                bad(attempt)
            }
        })
        .record();
    let plan = plan("[[objective]]\nexpect = 'availability >= 99%'\n[[objective]]\nexpect = 'p50 < 1s'\n");
    assert_eq!(assess(&plan, &record).expect("assessed"), assess(&plan, &record).expect("assessed"));
    assert_eq!(record.manifest.load_start, clock(0.0));
}
