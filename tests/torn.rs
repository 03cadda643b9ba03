//! Run folders that are not what the run left: torn, truncated, changed by hand, put together from others. Whatever was
//! done to one, judging it ends in a message or in Unknown, never in a panic, and never in a pass.
//!
//! The folder is that of a real run; the damage is drawn by proptest from fixed seeds, in as many cases as take seconds.

#[path = "torn/damage.rs"]
mod damage;
#[path = "torn/folder.rs"]
mod folder;

use damage::{Edit, Forgery, damage};
use folder::{Came, Folder, verify};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The same cases in every run of the test.
fn runner(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

#[test]
fn the_folder_as_it_was_left_passes() {
    let whole = Folder::whole();
    assert_eq!(whole.judged(), Came::Judged("pass".into()), "{}", whole.path().display());
    for name in ["run.json", "operations.arrows", "histograms.arrows", "samples.arrows", "events.jsonl"] {
        assert!(whole.names().contains(&name.to_owned()), "{name}");
    }
    assert!(whole.names().iter().any(|name| name.starts_with("final-")), "{:?}", whole.names());
}

#[test]
fn damaged_anywhere_it_is_unknown_or_refused_with_a_reason() {
    let whole = Folder::whole();
    let outcome = runner(250).run(&(any::<prop::sample::Index>(), damage()), |(which, edit)| {
        let name = which.get(&whole.names()).clone();
        let damaged = whole.with(&name, &edit);
        let came = damaged.judged();
        let expected = if damaged.differs_from(&whole) { came.is_doubtful() } else { came.is_pass() };
        prop_assert!(expected, "{name}, {edit:?}: {came:?}");
        Ok(())
    });
    outcome.expect("survived");
}

#[test]
fn damage_that_was_sealed_anew_is_survived() {
    let whole = Folder::whole();
    let strategy = (any::<prop::sample::Index>(), damage(), any::<Forgery>());
    let outcome = runner(250).run(&strategy, |(which, edit, forgery)| {
        let name = which.get(&whole.names()).clone();
        let came = whole.with(&name, &edit).forged(forgery).judged();
        prop_assert!(came.is_told(), "{name}, {edit:?}, {forgery:?}: {came:?}");
        Ok(())
    });
    outcome.expect("survived");
}

/// A few by the program itself: exit code, and no word of a panic.
#[test]
fn the_program_says_what_is_wrong_and_exits_with_2_or_64() {
    let whole = Folder::whole();
    for (name, edit, code, told) in [
        ("operations.arrows", Edit::Cut(0.5), 2, "operations.arrows was cut to"),
        ("operations.arrows", Edit::Flip(vec![(0.5, 1)]), 2, "operations.arrows is not what was sealed"),
        ("events.jsonl", Edit::Remove, 2, "events.jsonl is missing"),
        ("samples.arrows", Edit::PutInPlace("histograms.arrows".into()), 2, "samples.arrows"),
        ("run.json", Edit::Replace("\"seed\": 7".into(), "\"seed\": 8".into()), 2, "changed after the run"),
        ("run.json", Edit::Replace("50%".into(), "10%".into()), 2, "changed after the run"),
        ("run.json", Edit::Cut(0.5), 64, "its run.json is not JSON"),
        ("run.json", Edit::Remove, 64, "it has no run.json"),
        ("run.json", Edit::PutInPlace("events.jsonl".into()), 64, "is not a run folder"),
    ] {
        let damaged = whole.with(name, &edit);
        for verb in ["verify", "report"] {
            let (found, text) = verify(damaged.path(), verb);
            let expected = if verb == "report" && code == 2 { 0 } else { code };
            assert_eq!(found, expected, "{verb}, {name}, {edit:?}: {text}");
            assert!(!text.contains("panicked"), "{name}, {edit:?}: {text}");
            assert!(verb == "report" || text.contains(told), "{name}, {edit:?}: {text}");
        }
    }
}

/// What a run that is killed under load leaves: no seals, no phases, no final reads.
#[test]
fn a_run_that_was_killed_is_judged_by_the_bounds_that_its_events_tell() {
    let whole = Folder::whole();
    let killed = whole.killed();
    let assessment = killed.assessed().expect("it can be judged");
    assert_eq!(format!("{:?}", assessment.verdict), "Unknown");
    let caveat = assessment.caveats.join("\n");
    assert!(caveat.contains("was it killed?"), "{caveat}");
    assert!(caveat.contains("bounds are those that events.jsonl tells"), "{caveat}");
    assert!(assessment.operations > 50, "{} operations", assessment.operations);
    assert!(assessment.duration > 1.0, "{} s", assessment.duration);
    let availability = &assessment.objectives[0];
    assert!(availability.samples > 50 && availability.actual.is_some(), "{availability:?}");
    assert!(assessment.faults.iter().any(|fault| fault.applied.is_some()), "{:?}", assessment.faults);
}
