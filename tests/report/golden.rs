//! The page of a fixed record, as a reader sees it: `report.txt` holds its words, without the data behind the charts, and
//! `latency-chart.svg` a chart. `UPDATE_SNAPSHOTS=1` writes them anew, to be read before they are kept.

use super::page::{Page, select, text};
use super::recorded::Tale;
use scraper::{ElementRef, Node};
use std::path::Path;

#[track_caller]
fn hold(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{name} is not what is made now; UPDATE_SNAPSHOTS=1 writes it anew. Made:\n{made}");
}

#[test]
fn the_words_of_a_page_are_as_they_were() {
    let page = Page::of(Tale::default().told().html());
    let mut lines = Vec::new();
    read(page.one("main"), &mut lines);
    let version = env!("CARGO_PKG_VERSION");
    hold("report.txt", &(lines.join("\n") + "\n").replace(version, "VERSION"));
}

#[test]
fn a_chart_is_drawn_as_it_was() {
    let page = Page::of(Tale::default().told().html());
    let svg = page.one("#latency-chart svg.plot").html().replace("><", ">\n<");
    hold("latency-chart.svg", &(svg + "\n"));
}

#[test]
fn the_same_record_gives_the_same_page() {
    let told = Tale::default().told();
    let first = told.html();
    told.write_again();
    assert!(first == told.html(), "it differs from one time to the next");
}

/// A line for each block of words; a table's row is one.
fn read(element: ElementRef, lines: &mut Vec<String>) {
    const BLOCKS: &[&str] = &["p", "h1", "h2", "h3", "h4", "li", "tr", "summary", "dt", "dd", "pre"];
    if element.value().name() == "details" && element.attr("class") == Some("data") {
        return;
    }
    if element.value().name() == "svg" {
        lines.extend(element.select(&select("title")).next().map(|title| format!("    [{}]", text(title))));
        return;
    }
    if BLOCKS.contains(&element.value().name()) {
        let cells: Vec<String> = match element.value().name() {
            "tr" => element.child_elements().map(text).collect(),
            _ => vec![text(element)],
        };
        lines.push(cells.join(" | "));
        return;
    }
    for child in element.children() {
        if let (Node::Element(_), Some(child)) = (child.value(), ElementRef::wrap(child)) {
            read(child, lines);
        }
    }
}
