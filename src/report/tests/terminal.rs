//! The terminal's text, whole.

use crate::report::{Style, terminal};
use crate::verify::testing::{assessment, fault, objective, step};
use crate::verify::{Assessment, Interval, InvariantReport, RecoveryReport, Verdict};
use std::path::Path;

fn shown(assessment: &Assessment) -> String {
    terminal(assessment, Style { folder: Some(Path::new("reports/run")), ..Style::default() })
}

#[test]
fn a_run_that_passed() {
    assert_eq!(shown(&assessment()), include_str!("passed.txt"));
}

#[test]
fn a_run_in_which_much_went_wrong_shows_the_evidence() {
    assert_eq!(shown(&red()), include_str!("failed.txt"));
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [72, 80, 120] {
        let text = terminal(&red(), Style { width, ..Style::default() });
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{width}: {widest:?}\n{text}");
    }
}

#[test]
fn colours_are_asked_for_and_change_no_letter() {
    let coloured = terminal(&red(), Style { color: true, ..Style::default() });
    assert!(coloured.starts_with("\u{1b}[1;31mFAIL\u{1b}[0m"));
    let codes = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    assert_eq!(codes.replace_all(&coloured, ""), terminal(&red(), Style::default()));
    assert!(!terminal(&red(), Style::default()).contains('\u{1b}'));
}

#[test]
fn an_assessment_without_anything_is_still_shown() {
    let mut bare = assessment();
    (bare.objectives, bare.faults, bare.steps) = (Vec::new(), Vec::new(), Vec::new());
    bare.generator.lateness_p50 = None;
    let text = shown(&bare);
    assert!(text.starts_with("PASS     A node dies under load\n"), "{text}");
    assert!(text.ends_with("\nreports/run/report.html\n"));
}

/// A run in which much went wrong.
fn red() -> Assessment {
    let mut red = assessment();
    red.verdict = Verdict::Fail;
    red.reason = "p99 < 300ms step=order in fault(node-dies) failed.".into();
    let mut lost = objective("p99 < 300ms step=order in fault(node-dies)", Verdict::Fail);
    lost.expect = "p99 < 300ms".into();
    lost.step = Some("order".into());
    lost.window = "fault(node-dies)".into();
    lost.actual = None;
    lost.actual_text = "no good reply".into();
    lost.reason = "p99 lies among operations without a good reply.".into();
    lost.evidence = vec![
        "412 x timeout on order, from 15.0 s to 24.9 s".into(),
        "9 x refused on order, from 15.0 s to 15.1 s".into(),
    ];
    let mut open = objective("fast", Verdict::Unknown);
    open.expect = "share(<=250ms) >= 95%".into();
    open.advisory = true;
    open.reason =
        "94% from the intended and 96% from the actual send: the generator was too late to tell.".into();
    red.objectives.extend([lost, open]);
    red.invariants = vec![InvariantReport {
        id: "once".into(),
        check: "exactly-once".into(),
        verdict: Verdict::Unknown,
        reason: "checker `exactly-once` is not built yet".into(),
        samples: 0,
        evidence: Vec::new(),
    }];
    let mut stuck = fault();
    stuck.id = "a-fault-with-quite-a-long-name".into();
    stuck.occurrence = 2;
    stuck.verdict = Verdict::Unknown;
    stuck.reason = "it could not be healed: the process would not start.".into();
    stuck.healed = None;
    stuck.recovery = Some(RecoveryReport {
        indicator: "availability >= 99%".into(),
        hold: 3.0,
        after_applied: Interval { low: Some(14.9), high: None },
        after_healed: None,
    });
    red.faults.push(stuck);
    red.steps = vec![step("look", 0), step("order", 421)];
    red.generator.verdict = Verdict::Unknown;
    red.generator.reason = "the generator was asked for 100000/s, reached 61234/s: 6123400 of 10000000 planned arrivals started in time.".into();
    red.generator.dropped = 17;
    red.caveats = vec!["the record is torn: operations.arrows ends in the middle of a batch.".into()];
    red
}
