//! The figures of the page: those of `verdict.json`, and those that this test computes from `operations.arrows` by itself.

use super::page::{Page, select, text};
use super::recorded::{Tale, Told};
use serde_json::Value;
use shakedown::event::Nanos;
use std::collections::BTreeMap;

fn told() -> (Told, Page) {
    let told = Tale::default().told();
    let page = Page::of(told.html());
    (told, page)
}

fn verdict(told: &Told) -> Value {
    let text = std::fs::read_to_string(told.record.folder().join("verdict.json")).expect("there");
    serde_json::from_str(&text).expect("JSON")
}

/// `1,234` as a number.
fn number(text: &str) -> u64 {
    let digits: String = text.chars().filter(|c| *c != ',').take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{text} is not a count"))
}

/// `4.55ms` in nanoseconds.
fn nanos(text: &str) -> f64 {
    let split = text.find(|c: char| c.is_alphabetic()).unwrap_or_else(|| panic!("{text} has no unit"));
    let unit = match &text[split..] {
        "ns" => 1.0,
        "us" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        other => panic!("{other} is no unit"),
    };
    text[..split].parse::<f64>().expect("a number") * unit
}

/// Three digits are shown; a bucket is 0.1 % wide.
#[track_caller]
fn near(shown: f64, computed: f64) {
    assert!(
        (shown - computed).abs() <= computed * 0.007 + 1_000.0,
        "{shown} is shown, {computed} was computed"
    );
}

/// One operation, put together here from its attempts.
#[derive(Clone)]
struct Whole {
    step: u16,
    intended: Nanos,
    end: Nanos,
    good: bool,
    attempts: u64,
}

fn operations(told: &Told) -> Vec<Whole> {
    let mut operations: BTreeMap<u64, Whole> = BTreeMap::new();
    for batch in told.record.attempts().expect("opens") {
        for row in batch.expect("reads").iter() {
            let whole = operations.entry(row.op).or_insert(Whole {
                step: row.step.0,
                intended: row.intended,
                end: row.end,
                good: row.good,
                attempts: 0,
            });
            whole.attempts += 1;
            if row.intended < whole.intended {
                whole.intended = row.intended;
            }
            if row.end >= whole.end {
                (whole.end, whole.good) = (row.end, row.good);
            }
        }
    }
    operations.into_values().collect()
}

/// The value at rank ⌈q·n⌉, bad ones above all good ones.
fn quantile(operations: &[Whole], q: f64) -> Option<f64> {
    let mut latencies: Vec<f64> = operations
        .iter()
        .map(|whole| if whole.good { (whole.end - whole.intended).0 as f64 } else { f64::INFINITY })
        .collect();
    latencies.sort_by(f64::total_cmp);
    let rank = ((q * latencies.len() as f64).ceil() as usize).max(1);
    Some(latencies[rank - 1]).filter(|latency| latency.is_finite())
}

#[test]
fn the_verdict_and_its_reason_are_those_of_the_json() {
    let (told, page) = told();
    let verdict = verdict(&told);
    let word = verdict["verdict"].as_str().expect("a verdict").to_uppercase();
    assert!(text(page.one("#verdict .stamp")).contains(&word));
    let reason = verdict["reason"].as_str().expect("a reason");
    assert_eq!(text(page.one("#verdict .reason")), reason);
}

#[test]
fn objectives_stand_as_in_the_json() {
    let (told, page) = told();
    let verdict = verdict(&told);
    let rows = page.rows("#objectives table");
    let objectives = verdict["objectives"].as_array().expect("a list");
    assert_eq!(rows.len(), objectives.len());
    for (row, objective) in rows.iter().zip(objectives) {
        let of = |key: &str| objective[key].as_str().unwrap_or_default().to_owned();
        assert!(row[0].contains(&of("verdict").to_uppercase()), "{row:?}");
        assert!(row[1].starts_with(&of("id")), "{row:?}");
        assert_eq!(row[2], of("expect"));
        assert!(row[3].starts_with(&of("actual_text")), "{row:?}");
        assert_eq!(number(&row[5]), objective["samples"].as_u64().expect("a count"));
        assert_eq!(row[7], of("window"));
        assert_eq!(row[6] == "–", objective["budget_burned"].is_null(), "{row:?}");
        assert_eq!(row[4] == "–", objective["interval"].is_null(), "{row:?}");
    }
    assert!(rows.iter().any(|row| row[4] != "–") && rows.iter().any(|row| row[6] != "–"), "{rows:?}");
}

#[test]
fn faults_stand_as_in_the_json() {
    let (told, page) = told();
    let fault = &verdict(&told)["faults"][0];
    let row = &page.rows("#faults table.sortable")[0];
    for (cell, key) in [(2, "planned"), (3, "applied"), (4, "healed")] {
        assert_eq!(row[cell], format!("{:.2}s", fault[key].as_f64().expect("a time")), "{key}");
    }
    let struck = &fault["struck"]["targets"][0]["tally"];
    assert_eq!(row[5], format!("{} of {} processes", struck["struck"], struck["seen"]));
    assert!(row[8].starts_with(&format!("{} of", fault["bad"])), "{row:?}");
    let bounds = &fault["recovery"]["after_applied"];
    let tenth = |end: &str| (bounds[end].as_f64().expect("an end") * 10.0).round() / 10.0;
    assert!(row[6].starts_with(&format!("{}–{}s", tenth("low"), tenth("high"))), "{row:?} {bounds}");
}

#[test]
fn the_table_of_steps_is_what_the_attempts_say() {
    let (told, page) = told();
    let warm = told.record.manifest.warmup_end;
    let measured: Vec<Whole> = operations(&told).into_iter().filter(|whole| whole.intended >= warm).collect();
    let rows = page.rows("#steps table");
    assert_eq!(rows.len(), 3);
    for (step, row) in rows.iter().enumerate() {
        let of: Vec<Whole> =
            measured.iter().filter(|whole| usize::from(whole.step) == step).cloned().collect();
        assert_eq!(number(&row[1]), of.len() as u64);
        assert_eq!(number(&row[3]), of.iter().map(|whole| whole.attempts).sum::<u64>());
        assert_eq!(number(&row[4]), of.iter().filter(|whole| !whole.good).count() as u64);
        for (cell, q) in [(5, 0.5), (6, 0.9), (7, 0.99)] {
            match quantile(&of, q) {
                Some(latency) => near(nanos(&row[cell]), latency),
                None => assert_eq!(row[cell], "no good reply"),
            }
        }
    }
    let all: Vec<String> = page.one("#steps tfoot tr").select(&select("th, td")).map(text).collect();
    assert_eq!(number(&all[1]), measured.len() as u64);
    near(nanos(&all[7]), quantile(&measured, 0.99).expect("served"));
    assert_eq!(number(&all[1]), told.assessment.operations);
}

#[test]
fn every_second_of_the_latency_chart_is_what_the_attempts_say() {
    let (told, page) = told();
    let mut seconds: BTreeMap<i64, Vec<Whole>> = BTreeMap::new();
    for whole in operations(&told) {
        seconds.entry(whole.intended.second()).or_default().push(whole);
    }
    let rows = page.rows("#latency-chart .data table");
    assert_eq!(rows.len(), 61);
    let first = told.record.manifest.load_start.second();
    let mut lost = 0;
    for (place, row) in rows.iter().enumerate() {
        let second = first + place as i64;
        let from = second as f64 - told.record.manifest.load_start.as_secs_f64();
        assert_eq!(row[0], format!("{from:.1}s"));
        let Some(of) = seconds.get(&second) else {
            assert_eq!(row[1..], ["–", "–", "–", "–"].map(str::to_owned));
            continue;
        };
        for (cell, q) in [(1, 0.5), (2, 0.9), (3, 0.99)] {
            match quantile(of, q) {
                Some(latency) => near(nanos(&row[cell]), latency),
                None => {
                    lost += 1;
                    assert_eq!(row[cell], "no good reply");
                }
            }
        }
    }
    assert!(lost > 0, "the tale has seconds without a good reply");
}

#[test]
fn the_balance_is_what_the_attempts_say() {
    let (told, page) = told();
    let warm = told.record.manifest.warmup_end;
    let mut counts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for batch in told.record.attempts().expect("opens") {
        for row in batch.expect("reads").iter().filter(|row| row.intended >= warm) {
            let name = match row.instance {
                Some(number) => told.record.manifest.instances[usize::from(number)].name.clone(),
                None => "nobody said".to_owned(),
            };
            let count = counts.entry(name).or_default();
            *count = (count.0 + 1, count.1 + u64::from(!row.good));
        }
    }
    let rows = page.rows("#balance table.sortable");
    let shown: BTreeMap<String, (u64, u64)> =
        rows.iter().map(|row| (row[0].clone(), (number(&row[1]), number(&row[3])))).collect();
    assert_eq!(shown, counts);
}

#[test]
fn the_errors_are_what_the_attempts_say() {
    let (told, page) = told();
    let warm = told.record.manifest.warmup_end;
    let bad =
        operations(&told).into_iter().filter(|whole| !whole.good && whole.intended >= warm).count() as u64;
    let rows = page.rows("#errors table.sortable");
    assert_eq!(rows.iter().map(|row| number(&row[2])).sum::<u64>(), bad);
    assert!(bad > 0 && rows.iter().all(|row| row[1] == "refused"), "{rows:?}");
    assert_eq!(told.assessment.bad, bad);
}
