//! `summary.md`: whole, within its limit, and harmless.

use super::cases::{HOSTILE, golden, hostile, red};
use crate::report::{STEP_SUMMARY_BYTES, summary};
use crate::verify::testing::{assessment, manifest, objective};
use crate::verify::{Assessment, Verdict};
use pulldown_cmark::{Event, Options, Parser, Tag};

fn shown(assessment: &Assessment) -> String {
    summary(assessment, &manifest(), STEP_SUMMARY_BYTES)
}

#[test]
fn a_run_that_passed() {
    golden("passed.md", &shown(&assessment()));
}

#[test]
fn a_run_in_which_much_went_wrong_shows_the_evidence() {
    golden("failed.md", &shown(&red()));
}

#[test]
fn a_hundred_thousand_findings_fit_into_a_step_summary() {
    let mut many = red();
    let mut one = objective("an objective", Verdict::Fail);
    one.evidence = vec!["412 x timeout on order, from 15.0 s to 24.9 s".to_owned(); 3];
    many.objectives = vec![one; 100_000];
    let text = shown(&many);
    assert!(text.len() <= STEP_SUMMARY_BYTES && text.len() > STEP_SUMMARY_BYTES / 2, "{}", text.len());
    let said = text.lines().last().expect("lines");
    assert!(said.contains("lines are left out") && said.contains("verdict.json"), "{said}");
    assert!(text.starts_with("## FAIL: A node dies under load\n"));
}

#[test]
fn what_is_hostile_is_text() {
    let text = shown(&hostile());
    let mut texts = String::new();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) | Event::Code(_) => {
                panic!("{event:?} in\n{text}")
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                assert!(["<sub>", "</sub>"].contains(&&*html), "{html} in\n{text}");
            }
            Event::Text(part) => texts.push_str(&part),
            _ => {}
        }
    }
    let expected = HOSTILE.replace(['\u{1b}', '\u{0}'], "\u{fffd}");
    let words = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(texts.matches(&words).count() > 10, "{texts}");
    assert!(!text.contains("@you") && !text.contains('\u{1b}'));
}

#[test]
fn secrets_are_masked() {
    let mut told = red();
    told.objectives[1].evidence = vec!["GET http://me:pw@h/?token=abc".into()];
    let text = shown(&told);
    assert!(!text.contains(":pw@") && !text.contains("abc"), "{text}");
}
