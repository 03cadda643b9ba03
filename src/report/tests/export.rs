//! What is written for other tools, and that our own reader takes it back.

use crate::event::{Attempt, ErrorKind, Nanos, Outcome, StepId};
use crate::plan::Plan;
use crate::plan::model::Keep;
use crate::report::{Export, ReportError, export};
use crate::verify::Verdict;
use crate::verify::outside::{CHECKERS, Form, Options, read};
use crate::verify::tests::run::{Run, good};

fn plan() -> Plan {
    toml::from_str(
        "name = 'run'\n[target]\nurl = 'http://127.0.0.1:1'\n[load]\nrate = '100/s'\nfor = '30s'\n\
         [[flow]]\nname = 'buy'\n[[flow.step]]\nname = 'look'\nget = '/look'\nread = { kind = 'profile', key = 'k', value = 'v' }\n\
         [[flow.step]]\nname = 'order'\npost = '/order'\neffect = { kind = 'profile', key = 'k', value = 'v' }\n",
    )
    .expect("a plan")
}

/// One operation of a session: step 0 reads, step 1 writes.
fn marked(number: u64, second: f64, session: u64, step: u16, value: Option<&str>) -> Attempt {
    let attempt = good(number, second);
    let (key, value) = (Some("x".to_owned()), value.map(str::to_owned));
    Attempt { session, step: StepId(step), key, value, ..attempt }
}

fn run() -> Run {
    let mut run = Run::new();
    run.attempts.push(marked(0, 1.0, 7, 1, Some("a")));
    let mut unknown = marked(1, 2.0, 7, 1, Some("b"));
    (unknown.outcome, unknown.good, unknown.error) = (Outcome::Indeterminate, false, ErrorKind::Timeout);
    run.attempts.push(unknown);
    let mut first = marked(2, 3.0, 7, 1, Some("c"));
    (first.outcome, first.good, first.last) = (Outcome::Fail, false, false);
    let mut second = marked(2, 3.1, 7, 1, Some("c"));
    (second.attempt, second.intended) = (1, first.intended);
    run.attempts.extend([first, second]);
    run.attempts.push(marked(3, 4.0, 7, 0, Some("c")));
    let mut nothing = marked(4, 5.0, 8, 0, None);
    (nothing.outcome, nothing.status) = (Outcome::Fail, Some(404));
    run.attempts.push(nothing);
    let mut failed = marked(5, 5.001, 8, 0, None);
    (failed.outcome, failed.good, failed.status) = (Outcome::Indeterminate, false, Some(503));
    run.attempts.push(failed);
    let mut without = marked(6, 6.0, 9, 1, None);
    without.key = None;
    run.attempts.push(without);
    run
}

fn exported(form: Export) -> (u64, String) {
    let (_folder, record) = run().record();
    let mut bytes = Vec::new();
    let left_out = export(form, &plan(), &record, &mut bytes).expect("written");
    (left_out, String::from_utf8(bytes).expect("text"))
}

#[test]
fn a_history_has_two_lines_for_each_marked_operation() {
    let (left_out, text) = exported(Export::History);
    assert_eq!(left_out, 1, "no reply told its key");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let short: Vec<String> = lines
        .iter()
        .map(|line| {
            format!("{} {} {} {}", line["process"], line["type"], line["f"], line["value"]).replace('"', "")
        })
        .collect();
    let expected = [
        "0 invoke write a",
        "0 ok write a",
        "0 invoke write b",
        "0 info write b",
        "1 invoke write c",
        "1 ok write c",
        "1 invoke read null",
        "1 ok read c",
        "2 invoke read null",
        "3 invoke read null",
        "2 ok read null",
        "3 fail read null",
    ];
    assert_eq!(short, expected);
    assert_eq!(lines[0]["time"], Nanos::from_secs_f64(3.0).0);
    assert_eq!((&lines[0]["key"], &lines[0]["kind"]), (&"x".into(), &"profile".into()));
}

#[test]
fn what_is_exported_is_judged_like_any_history() {
    let (_, text) = exported(Export::History);
    let history = read("exported", text.as_bytes(), Form::default()).expect("a history");
    let checker = CHECKERS.iter().find(|checker| checker.name() == "linearizable").expect("it is there");
    let options = Options { model: None, initial: None, total: None, states: 1_000, expired: &|| false };
    let judgement = checker.check(&history, &options).expect("judged");
    assert_eq!(judgement.verdict, Verdict::Fail, "what was written is gone: {judgement:?}");
    assert!(judgement.evidence[0].contains("read gave null"), "{:?}", judgement.evidence);
}

#[test]
fn every_attempt_is_a_row_of_the_csv_and_of_the_jtl() {
    let (_, text) = exported(Export::Csv);
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let head = csv.headers().expect("a head").clone();
    let rows: Vec<csv::StringRecord> = csv.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 8);
    let column = |name: &str| head.iter().position(|column| column == name).expect("a column");
    let (key, outcome, step) = (column("key"), column("outcome"), column("step"));
    assert_eq!((&rows[1][key], &rows[1][outcome], &rows[1][step]), ("x", "indeterminate", "order"));
    assert_eq!(exported(Export::Jtl).1.lines().count(), 9);
}

#[test]
fn a_record_of_marked_operations_has_a_history_and_no_list_of_all() {
    let mut run = run();
    run.keep = Keep::Marked;
    run.manifest.complete = false;
    let (_folder, record) = run.record();
    let write = |form| export(form, &plan(), &record, &mut Vec::new());
    assert!(matches!(write(Export::Csv), Err(ReportError::Incomplete { .. })));
    assert!(matches!(write(Export::Jtl), Err(ReportError::Incomplete { .. })));
    assert!(write(Export::History).is_ok());
}
