//! The files: what stands in them, and that they replace what was there.

use crate::event::ErrorKind;
use crate::plan::Plan;
use crate::plan::model::Keep;
use crate::record::Record;
use crate::report::{Options, ReportError, Source, Tables, write};
use crate::verify::tests::run::{Run, bad, plan, took};
use crate::verify::{Assessment, assess};
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// 30 s at 100/s, 5 ms each; bad from 10 s to 11 s; the first 5 s are warm-up.
fn run() -> Run {
    Run::new()
        .load(
            100,
            |second, attempt| if (10.0..11.0).contains(&second) { bad(attempt) } else { took(attempt, 5.0) },
        )
        .warmup(5.0)
        .fault("dies", 10.0, 15.0)
}

struct Written {
    folder: TempDir,
    record: Record,
    assessment: Assessment,
    files: Vec<PathBuf>,
}

fn written(run: Run) -> Written {
    let (folder, record) = run.record();
    let plan = plan("[[objective]]\nexpect = 'availability >= 99%'\n");
    let assessment = assess(&plan, &record).expect("assessed");
    let write = || reports(&plan, &record, &assessment, record.manifest.complete);
    write().expect("written");
    let files = write().expect("written again over the old ones");
    Written { folder, record, assessment, files }
}

fn reports(
    plan: &Plan,
    record: &Record,
    assessment: &Assessment,
    jtl: bool,
) -> Result<Vec<PathBuf>, ReportError> {
    let tables = Tables::read(record).expect("counted");
    let source = Source { plan, record, assessment, tables: &tables };
    write(record.folder(), &source, &Options { jtl })
}

fn rows(folder: &Path, file: &str) -> Vec<Vec<String>> {
    let mut csv = csv::ReaderBuilder::new().has_headers(false).from_path(folder.join(file)).expect("opens");
    csv.records().map(|row| row.expect("reads").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn all_files_are_there_and_nothing_is_left_beside_them() {
    let written = written(run());
    let names: Vec<&str> = written.files.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let expected = [
        "verdict.json",
        "stats.csv",
        "stats_history.csv",
        "failures.csv",
        "faults.csv",
        "objectives.csv",
        "invariants.csv",
        "latency.hlog",
        "summary.md",
        "junit.xml",
        "results.jtl",
        "report.html",
    ];
    assert_eq!(names, expected);
    for entry in std::fs::read_dir(written.record.folder()).expect("there") {
        let name = entry.expect("reads").file_name();
        assert!(!name.to_string_lossy().ends_with(".new"), "{name:?}");
    }
    drop(written.folder);
}

#[test]
fn the_verdict_reads_back() {
    let written = written(run());
    let text = std::fs::read_to_string(written.record.folder().join("verdict.json")).expect("there");
    assert_eq!(serde_json::from_str::<Assessment>(&text).expect("reads"), written.assessment);
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&value["format"], &value["verdict"]), (&1.into(), &"fail".into()));
}

#[test]
fn stats_have_locusts_columns_and_leave_the_warm_up_out() {
    let written = written(run());
    let rows = rows(written.record.folder(), "stats.csv");
    assert_eq!(
        rows[0].join(","),
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
         Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"
    );
    assert_eq!(rows[1][..4], ["GET", "buy/look", "2500", "100"]);
    assert_eq!(rows[2][..4], ["POST", "buy/order", "0", "0"]);
    assert_eq!(rows[3][..5], ["", "Aggregated", "2500", "100", "5.003"]);
    assert_eq!(rows[3][8..11], ["100", "100", "4"]);
    assert_eq!(rows[3][15..18], ["5.003", "5.003", "N/A"], "4 % were bad: 95 % were not, 98 % were");
    assert_eq!(rows[2][4], "N/A");
}

#[test]
fn the_history_has_a_row_for_each_second_warm_up_included() {
    let written = written(run());
    let rows = rows(written.record.folder(), "stats_history.csv");
    assert_eq!(rows[0][..6], ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s"]);
    assert_eq!(rows[0][17..19], ["Total Request Count", "Total Failure Count"]);
    assert_eq!(rows.len(), 1 + 2 * 30);
    let all: Vec<&Vec<String>> = rows.iter().filter(|row| row[3] == "Aggregated").collect();
    assert_eq!(all[0][..2], ["1700000002", "0"]);
    assert_eq!((all[0][24].as_str(), all[0][25].as_str()), ("0", "true"));
    assert_eq!((all[5][24].as_str(), all[5][25].as_str()), ("5", "false"));
    assert_eq!((all[10][5].as_str(), all[10][6].as_str()), ("100", "N/A"));
    assert_eq!(all[29][17..19], ["3000", "100"]);
}

#[test]
fn failures_say_how_often_and_from_when_to_when() {
    let written = written(run());
    let rows = rows(written.record.folder(), "failures.csv");
    assert_eq!(rows[0].join(","), "Method,Name,Error,Occurrences,First s,Last s");
    assert_eq!(rows[1..], [["GET", "buy/look", "status 503", "100", "10.000", "10.990"]]);
}

#[test]
fn faults_are_listed_with_their_recovery() {
    let written = written(run());
    let rows = rows(written.record.folder(), "faults.csv");
    assert_eq!(rows[0].len(), 16);
    assert_eq!(
        rows[1].join(","),
        "dies,0,kill,node-2,9.995,10.000,10.000,15.000,pass,500,100,0.900,1.100,,,",
        "it is of a version that did not count"
    );
}

#[test]
fn objectives_are_listed_with_their_unit() {
    let written = written(run());
    let rows = rows(written.record.folder(), "objectives.csv");
    assert_eq!(
        rows[0].join(","),
        "id,verdict,advisory,expect,window,flow,step,unit,actual,actual_from_send,bound,interval_low,interval_high,\
         samples,budget_burned_share,reason"
    );
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][..3], ["availability >= 99%", "fail", "false"]);
    assert_eq!(rows[1][7..9], ["share", "0.96"]);
    assert_eq!((rows[1][10].as_str(), rows[1][13].as_str()), ("0.99", "2500"));
}

#[test]
fn a_plan_without_invariants_has_a_head_for_them() {
    let written = written(run());
    let rows = rows(written.record.folder(), "invariants.csv");
    assert_eq!(rows, [["id", "verdict", "check", "operations", "reason", "evidence"]]);
}

#[test]
fn a_real_verdict_follows_the_published_schema() {
    let written = written(run());
    let text = std::fs::read_to_string(written.record.folder().join("verdict.json")).expect("there");
    let validator = jsonschema::validator_for(&crate::report::schema()).expect("a schema");
    assert!(validator.is_valid(&serde_json::from_str(&text).expect("JSON")));
}

#[test]
fn the_jtl_has_a_line_for_each_request() {
    let mut run = run();
    run.attempts[0].status = None;
    run.attempts[0].error = ErrorKind::Refused;
    run.attempts[0].good = false;
    let written = written(run);
    let rows = rows(written.record.folder(), "results.jtl");
    assert_eq!(rows.len(), 3_001);
    assert_eq!(rows[0][..3], ["timeStamp", "elapsed", "label"]);
    let refused = rows.iter().find(|row| row[4] == "refused").expect("the refused one");
    assert_eq!(refused[3], "Non HTTP response code: refused");
    assert_eq!(refused[0], "1700000002000");
    let last = rows.last().expect("rows");
    assert_eq!(last[1..8], ["5", "buy/look", "200", "", "user 2999", "text", "true"]);
}

#[test]
fn a_jtl_of_some_requests_is_refused() {
    let (_folder, record) = Run { keep: Keep::Marked, ..run() }.record();
    let plan = plan("");
    let assessment = assess(&plan, &record).expect("assessed");
    let error = reports(&plan, &record, &assessment, true).expect_err("refused");
    assert!(matches!(error, ReportError::Incomplete { .. }));
    assert!(error.to_string().contains("keep = \"all\""), "{error}");
    assert!(!record.folder().join("stats.csv").exists());
}

#[test]
fn marked_records_give_tables_from_their_histograms() {
    let written = written(Run { keep: Keep::Marked, ..run() });
    let rows = rows(written.record.folder(), "stats.csv");
    assert_eq!(rows[1][..4], ["GET", "buy/look", "2500", "100"]);
    assert_eq!(rows[1][8], "N/A", "sizes are kept with the operations only");
}

#[test]
fn the_interval_log_reads_back_with_every_operation() {
    let written = written(run());
    let text = std::fs::read(written.record.folder().join("latency.hlog")).expect("there");
    assert!(text.starts_with(b"#[Histogram log format version 1.3]\n"));
    let (mut good, mut bad_ones, mut longest) = (0, 0, 0);
    for entry in IntervalLogIterator::new(&text) {
        let LogEntry::Interval(interval) = entry.expect("reads") else { continue };
        let bytes = base64_decoded(interval.encoded_histogram());
        let histogram: hdrhistogram::Histogram<u64> =
            Deserializer::new().deserialize(&mut bytes.as_slice()).expect("a histogram");
        match interval.tag().expect("tagged").as_str() {
            "buy/look" => good += histogram.len(),
            "buy/look:bad" => bad_ones += histogram.len(),
            other => panic!("{other}"),
        }
        longest = longest.max(histogram.max());
    }
    assert_eq!((good, bad_ones), (2_900, 100));
    assert!((5_000..5_010).contains(&longest), "{longest}");
}

/// RFC 4648, written out here so that the test needs no crate for it.
fn base64_decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|other| *other == letter).expect("base64") as u32;
        bits = bits << 6 | value;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}
