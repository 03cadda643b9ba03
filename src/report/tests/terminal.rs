//! The terminal's text, whole.

use super::cases::red;
use crate::report::{Style, terminal};
use crate::verify::Assessment;
use crate::verify::testing::assessment;
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
