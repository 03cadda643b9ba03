//! `junit.xml`: the schema, the mapping, the names.

use super::cases::{HOSTILE, golden, hostile, red};
use super::junit_schema::violations;
use crate::report::junit::document;
use crate::verify::testing::{assessment, manifest};
use crate::verify::{Assessment, Verdict};
use roxmltree::{Document, Node};

fn written(assessment: &Assessment) -> String {
    let mut out = Vec::new();
    document(assessment, &manifest(), &mut out).expect("written");
    String::from_utf8(out).expect("UTF-8")
}

fn cases<'a>(document: &'a Document, suite: &str) -> Vec<Node<'a, 'a>> {
    let named = |node: &Node| node.attribute("name") == Some(suite) && node.has_tag_name("testsuite");
    let suite = document.descendants().find(named).expect("the suite");
    suite.children().filter(|node| node.has_tag_name("testcase")).collect()
}

/// `name: element` of every case of a suite.
fn told(text: &str, suite: &str) -> Vec<String> {
    let document = Document::parse(text).expect("XML");
    let tell = |case: &Node| {
        let inside = case.first_element_child().map_or("passed", |child| child.tag_name().name());
        format!("{}: {inside}", case.attribute("name").expect("named"))
    };
    cases(&document, suite).iter().map(tell).collect()
}

#[test]
fn a_run_in_which_much_went_wrong() {
    golden("failed.junit.xml", &written(&red()));
}

#[test]
fn every_document_follows_the_common_schema() {
    let mut bare = assessment();
    (bare.objectives, bare.faults, bare.steps) = (Vec::new(), Vec::new(), Vec::new());
    for one in [assessment(), red(), hostile(), bare] {
        let text = written(&one);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(violations(&document), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_was_counted_is_there() {
    let text = written(&red());
    let document = Document::parse(&text).expect("XML");
    for suite in document.descendants().filter(|node| node.has_tag_name("testsuite")) {
        let count =
            |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        for (attribute, element) in
            [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        {
            assert_eq!(suite.attribute(attribute), Some(count(element).as_str()), "{suite:?}");
        }
    }
}

#[test]
fn violated_fails_unknown_errs_and_advisory_is_skipped() {
    let text = written(&red());
    let objectives = told(&text, "objective");
    assert_eq!(
        objectives,
        [
            "availability >= 99%: passed",
            "p99 < 300ms step=order in fault(node-dies): failure",
            "fast: skipped"
        ]
    );
    assert_eq!(told(&text, "invariant"), ["once: error"]);
    assert_eq!(told(&text, "fault"), ["node-dies: passed", "a-fault-with-quite-a-long-name #2: error"]);
    assert_eq!(told(&text, "run"), ["generator: error", "record: error"]);
}

#[test]
fn names_hold_no_measured_value_and_no_two_are_equal() {
    let names = |one: &Assessment| {
        let text = written(one);
        let document = Document::parse(&text).expect("XML");
        let all: Vec<String> = document
            .descendants()
            .filter(|node| node.has_tag_name("testcase"))
            .map(|node| format!("{:?}.{:?}", node.attribute("classname"), node.attribute("name")))
            .collect();
        all
    };
    let one = red();
    let mut other = red();
    for report in &mut other.objectives {
        (report.actual, report.actual_text, report.samples) = (Some(0.5), "50%".into(), 1);
        (report.verdict, report.reason) = (Verdict::Pass, "another".into());
    }
    other.faults.iter_mut().for_each(|fault| fault.targets = vec!["node-9".into()]);
    assert_eq!(names(&one), names(&other));
    other.objectives.push(other.objectives[0].clone());
    let mut all = names(&other);
    all.sort();
    let before = all.len();
    all.dedup();
    assert_eq!(all.len(), before, "{all:?}");
}

#[test]
fn what_is_hostile_is_text() {
    let text = written(&hostile());
    let document = Document::parse(&text).expect("XML");
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("a failure");
    let shown = HOSTILE.replace(['\u{1b}', '\u{0}'], "\u{fffd}");
    assert!(failure.text().expect("text").contains(&shown), "{:?}", failure.text());
}
