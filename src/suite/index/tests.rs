//! The page of several runs: rows, links, and text that stays text.

use super::*;
use crate::report::Beat;
use crate::stats::Quantile;

fn entry(plan: &str, folder: &str, started: i64, verdict: Verdict) -> Entry {
    let beat = |second: f64, bad, p99| Beat { second, operations: 100, bad, p99 };
    Entry {
        folder: folder.into(),
        plan: plan.into(),
        claim: Some("Users <do> not notice.".into()),
        counter: None,
        started: started * 1_000_000_000,
        verdict,
        reason: "kept.".into(),
        operations: 300,
        bad: 2,
        beats: vec![
            beat(0.0, 0, Quantile::Value(2_000_000)),
            beat(1.0, 2, Quantile::NoGoodReply),
            beat(2.0, 0, Quantile::Value(4_000_000)),
        ],
        faults: vec![(0.5, 1.5)],
    }
}

#[test]
fn a_plan_has_one_row_with_its_newest_run_and_a_link_to_each() {
    let mut counter = entry("a", "r/c-1", 30, Verdict::Fail);
    counter.counter = Some(String::new());
    let page = html(
        &[
            entry("a", "r/a-1", 10, Verdict::Fail),
            entry("a", "r/a-2", 20, Verdict::Pass),
            entry("b", "r/b-1", 10, Verdict::Unknown),
            counter,
        ],
        Path::new("r"),
    );
    assert_eq!(page.matches("class=\"spark\"").count(), 3);
    assert_eq!(page.matches("<tr>").count(), 1 + 3);
    for link in ["a-1/report.html", "a-2/report.html", "b-1/report.html", "c-1/report.html"] {
        assert!(page.contains(&format!("href=\"{link}\"")), "{link}");
    }
    assert!(page.contains("1 passed, 1 failed, 1 could not say"), "{page}");
    assert!(page.contains("a (counter-run)"));
    assert!(page.contains("Users &lt;do&gt; not notice."));
    let loads = ["src=\"http", "href=\"http", "url(", "@import"];
    assert!(!page.contains("<do>") && !loads.iter().any(|load| page.contains(load)), "{page}");
}

#[test]
fn a_second_without_a_reply_breaks_the_line_and_is_marked() {
    let picture = sparkline(&entry("a", "a", 1, Verdict::Pass)).into_string();
    assert!(picture.contains("d=\"M26.7 16.5M133.3 6\""), "{picture}");
    assert!(picture.contains("d=\"M80 0v4\""), "{picture}");
    assert!(
        picture.contains("p99 up to 4.0 ms over 3 s, 1 faults, 1 seconds with bad operations"),
        "{picture}"
    );
}

#[test]
fn a_run_without_any_operation_is_drawn_too() {
    let mut empty = entry("a", "a", 1, Verdict::Unknown);
    (empty.beats, empty.faults) = (Vec::new(), Vec::new());
    assert!(sparkline(&empty).into_string().contains("d=\"\""));
}

#[test]
fn links_are_relative_and_encoded() {
    let link = |folder: &str, run: &str| href(Path::new(folder), Path::new(run));
    assert_eq!(link("r", "r/a"), "a/report.html");
    assert_eq!(link("", "r/a b\"<x>"), "r/a%20b%22%3Cx%3E/report.html");
    assert_eq!(link("r/s", "r/t/ö"), "../t/%C3%B6/report.html");
    assert_eq!(link("/r", "/r/a"), "a/report.html");
}

#[test]
fn the_page_lies_beside_the_runs() {
    let common = |runs: &[&str]| common_folder(&runs.iter().map(PathBuf::from).collect::<Vec<_>>());
    assert_eq!(common(&["r/a", "r/b"]), PathBuf::from("r"));
    assert_eq!(common(&["r/x/a", "r/y/b"]), PathBuf::from("r"));
    assert_eq!(common(&["a", "r/b"]), PathBuf::new());
    assert_eq!(common(&["/r/a"]), PathBuf::from("/r"));
}
