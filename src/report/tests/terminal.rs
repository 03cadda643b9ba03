//! The terminal's text, whole.

use super::cases::red;
use crate::report::{Style, terminal};
use crate::verify::testing::assessment;
use crate::verify::{Assessment, Interval};
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
fn a_long_run_with_long_names_fits_too() {
    let mut long = red();
    for report in &mut long.objectives {
        report.id = "an-objective-with-a-very-long-name-indeed".into();
        report.expect = "share(<=12345.678ms) >= 99.99999%".into();
        (report.actual_text, report.window) =
            ("1234567.8..1234568.9s".into(), "fault(a-fault-of-a-long-name)".into());
    }
    for report in &mut long.faults {
        (report.planned, report.applied, report.healed) = (Some(86_399.12), Some(86_399.99), Some(86_400.0));
        (report.operations, report.bad) = (123_456_789, 12_345_678);
        report.targets = vec!["a-service-of-a-long-name-12".into(); 5];
        let recovery = report.recovery.as_mut().expect("recovered");
        recovery.after_applied = Interval { low: Some(86_400.1), high: Some(86_401.2) };
    }
    for report in &mut long.steps {
        (report.flow, report.step) = ("a-flow-of-a-long-name".into(), "a-step-of-a-long-name".into());
        (report.operations, report.attempts, report.bad) = (123_456_789, 1_234_567_890, 12_345_678);
        (report.p50, report.p90, report.p99, report.max) = (None, None, None, Some(123_456_789_012.0));
    }
    for width in [72, 80, 120] {
        let text = terminal(&long, Style { width, ..Style::default() });
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
