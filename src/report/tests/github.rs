//! Annotations: the ten worst, at the plan's line, a command each.

use super::cases::{hostile, red};
use crate::plan::Plan;
use crate::report::{Annotations, Place, annotations};
use crate::verify::testing::{assessment, objective};
use crate::verify::tests::run::plan;
use crate::verify::{Assessment, Verdict};

/// The line that a path of the plan is said to stand at.
fn place(path: &str) -> Option<Place> {
    let number: u32 = path.split(['[', ']']).nth(1)?.parse().ok()?;
    Some(Place { file: "plans/a,b.toml".into(), line: 10 + number, column: 1 })
}

fn told(assessment: &Assessment) -> Annotations {
    annotations(&faulty(), assessment, &place)
}

fn faulty() -> Plan {
    let fault = |id: &str| format!("[[fault]]\nid = '{id}'\nat = '1s'\nkill = {{ service = 'node' }}\n");
    plan(&[fault("node-dies"), fault("a-fault-with-quite-a-long-name")].concat())
}

#[test]
fn a_run_that_passed_says_nothing() {
    assert_eq!(told(&assessment()), Annotations::default());
}

#[test]
fn violated_before_unknown_before_advisory() {
    let told = told(&red());
    let lines: Vec<&str> = told.text.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=plans/a%2Cb.toml,line=11,col=1,title=FAIL p99 < 300ms step=order in fault(node-dies)::p99 lies \
         among operations without a good reply.%0A412 x timeout on order, from 15.0 s to 24.9 s%0A9 x refused on \
         order, from 15.0 s to 15.1 s"
    );
    let levels: Vec<&str> = lines.iter().filter_map(|line| line.split([':', ' ']).nth(2)).collect();
    assert_eq!(levels, ["error", "warning", "warning", "warning", "warning", "notice"]);
    assert!(lines[1].contains("line=10,") && lines[1].contains("title=UNKNOWN once"), "{}", lines[1]);
    assert!(lines[3].contains("line=11,") && lines[3].contains("a-fault-with-quite"), "{}", lines[3]);
    assert_eq!(told.left_out, 0);
}

#[test]
fn there_are_ten_and_the_others_are_counted() {
    let mut many = red();
    many.objectives.extend(vec![objective("late", Verdict::Fail); 20]);
    let told = told(&many);
    assert_eq!((told.text.lines().count(), told.left_out), (10, 16));
    assert!(told.text.lines().all(|line| line.starts_with("::error ")), "{}", told.text);
}

#[test]
fn nothing_that_a_server_says_is_a_command_of_its_own() {
    let text = told(&hostile()).text;
    assert!(text.lines().all(|line| line.starts_with("::") && line.len() < 40_000), "{text}");
    assert_eq!(text.lines().count(), 6);
    for line in text.lines() {
        let title = line.split("::").nth(1).expect("properties");
        assert!(!title.contains("%0A::") && line.contains("%250A"), "{line}");
    }
}
