//! How the page is built.

use super::page::{Page, select, text};
use super::recorded::{Tale, Told};
use shakedown::plan::model::Keep;
use std::collections::{BTreeMap, BTreeSet};

fn page() -> Page {
    Page::of(Tale::default().told().html())
}

#[test]
fn it_is_parsed_without_an_error() {
    let page = page();
    assert_eq!(page.html.errors, Vec::<std::borrow::Cow<str>>::new());
    assert!(page.source.starts_with("<!DOCTYPE html>"));
}

#[test]
fn the_sections_stand_in_their_order_and_the_navigation_names_them_all() {
    let page = page();
    let order = [
        "verdict",
        "objectives",
        "invariants",
        "faults",
        "latency",
        "load",
        "instances",
        "percentiles",
        "steps",
        "errors",
        "balance",
        "environment",
    ];
    let found: Vec<&str> =
        page.all("main > header[id], main > section[id]").iter().filter_map(|e| e.attr("id")).collect();
    assert_eq!(found, order);
    let links: Vec<String> = page
        .all("nav a")
        .iter()
        .filter_map(|link| link.attr("href")?.strip_prefix('#').map(str::to_owned))
        .collect();
    assert_eq!(links, order);
}

#[test]
fn no_id_is_there_twice_and_every_link_and_label_finds_its_own() {
    let page = page();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for element in page.all("[id]") {
        *ids.entry(element.attr("id").expect("has one")).or_default() += 1;
    }
    let twice: Vec<_> = ids.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    for link in page.all("a[href]") {
        let target = link.attr("href").expect("has one").strip_prefix('#').expect("a link into the page");
        assert!(ids.contains_key(target), "#{target}");
    }
    for labelled in page.all("[aria-labelledby]") {
        for id in labelled.attr("aria-labelledby").expect("has one").split(' ') {
            assert!(ids.contains_key(id), "{id}");
        }
    }
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    let page = page();
    let forbidden = "link, img, iframe, object, embed, base, video, audio, source, form, script[src], image, use, foreignObject, a[ping], area";
    assert!(page.all(forbidden).is_empty());
    for element in page.all("*") {
        for (name, value) in element.value().attrs() {
            let allowed = name == "href" && value.starts_with('#');
            let fetches =
                ["src", "srcset", "href", "xlink:href", "action", "poster", "data", "background", "manifest"];
            assert!(allowed || !fetches.contains(&name), "{}: {name}={value}", element.value().name());
            assert!(!value.contains("url("), "{name}={value}");
        }
    }
    for element in page.all("style, script").into_iter().map(|element| element.inner_html()) {
        for word in ["http:", "https:", "@import", "url(", "fetch(", "XMLHttpRequest", "WebSocket", "import("]
        {
            assert!(!element.replace("http://www.w3.org/2000/svg", "").contains(word), "{word}");
        }
    }
}

#[test]
fn it_reads_where_inline_style_and_script_are_blocked() {
    let page = page();
    for element in page.all("*") {
        for (name, value) in element.value().attrs() {
            assert!(name != "style" && !name.starts_with("on"), "{name}={value}");
        }
    }
    // Every chart has its colours and sizes as attributes.
    for svg in page.all("svg") {
        assert!(svg.attr("width").is_some() && svg.attr("height").is_some(), "{}", svg.html());
    }
    for shape in page.all("svg path, svg rect") {
        assert!(shape.attr("fill").is_some(), "a shape would be black: {}", shape.html());
    }
    assert!(page.all("[hidden]").is_empty(), "nothing waits for a script to be shown");
}

#[test]
fn every_picture_has_a_role_and_a_title_or_is_hidden_from_those_who_listen() {
    let page = page();
    let pictures = page.all("svg");
    assert!(pictures.len() > 30, "{}", pictures.len());
    for svg in pictures {
        match svg.attr("role") {
            Some("img") => {
                let titles: Vec<String> =
                    svg.child_elements().filter(|child| child.value().name() == "title").map(text).collect();
                assert!(titles.len() == 1 && !titles[0].is_empty(), "{}", svg.html());
            }
            Some("presentation") => {
                let inside = svg
                    .ancestors()
                    .filter_map(scraper::ElementRef::wrap)
                    .any(|outer| outer.value().name() == "svg" && outer.attr("role") == Some("img"));
                assert!(inside || svg.attr("aria-hidden") == Some("true"), "{}", svg.html());
            }
            role => panic!("{role:?}: {}", svg.html()),
        }
    }
}

#[test]
fn tables_are_named_and_their_cells_have_headings() {
    let page = page();
    for table in page.all("table") {
        assert_eq!(table.select(&select("caption")).count(), 1, "{}", table.html());
        let heads = table.select(&select("thead th")).count();
        assert!(table.select(&select("thead th")).all(|head| head.attr("scope") == Some("col")));
        for row in table.select(&select("tbody tr")) {
            let spans = |cell: scraper::ElementRef| {
                cell.attr("colspan").map_or(1, |span| span.parse().expect("a number"))
            };
            assert_eq!(row.select(&select("th, td")).map(spans).sum::<usize>(), heads, "{}", row.html());
        }
    }
    let mut last = 1;
    for heading in page.all("h1, h2, h3, h4") {
        let level: usize = heading.value().name()[1..].parse().expect("a level");
        assert!(level <= last + 1, "from h{last} to h{level}: {}", text(heading));
        last = level;
    }
    assert_eq!(page.one("html").attr("lang"), Some("en"));
}

#[test]
fn every_chart_has_its_data_behind_it_and_a_legend_that_the_data_names() {
    let page = page();
    let charts = page.all("figure.chart");
    let ids: BTreeSet<&str> = charts.iter().filter_map(|figure| figure.attr("id")).collect();
    for id in [
        "glance",
        "latency-chart",
        "step-latency-chart",
        "arrivals-chart",
        "served-chart",
        "errors-chart",
        "cpu-chart",
        "memory-chart",
        "probe-chart-0",
        "percentile-chart",
        "balance-chart",
        "lateness-chart",
    ] {
        assert!(ids.contains(id), "{id} is missing: {ids:?}");
    }
    for figure in charts.iter().filter(|figure| figure.attr("id").is_some()) {
        let heads: Vec<String> = figure.select(&select("details.data thead th")).map(text).collect();
        let count = figure.attr("data-count").map_or(0, |count| count.parse::<usize>().expect("a number"));
        let rows = figure.select(&select("details.data tbody tr")).count();
        assert!(rows > 0 && (count == 0 || rows == count), "{:?}: {rows} rows", figure.attr("id"));
        for name in figure.select(&select(".legend li span")).map(text) {
            assert!(heads.contains(&name), "{name} is not in {heads:?}");
        }
    }
}

#[test]
fn a_long_run_is_drawn_with_few_points_and_says_so() {
    let tale = Tale { seconds: 900, sessions_per_second: 2, ..Tale::default() };
    let page = Page::of(tale.told().html());
    let figure = page.one("#latency-chart");
    assert_eq!(figure.attr("data-width"), Some("4"));
    assert!(
        text(page.one("#latency-chart .note")).starts_with("Each point covers 4 seconds; the shaded range")
    );
    assert!(page.heads("#latency-chart").contains(&"p99, single seconds".to_owned()));
    assert!(page.all("#latency-chart path.range").len() == 1);
}

#[test]
fn it_is_written_of_marked_records_and_of_runs_that_never_loaded() {
    let marked = Tale { keep: Keep::Marked, ..Tale::default() }.told();
    let page = Page::of(marked.html());
    assert!(text(page.one("#balance")).contains("kept only marked operations"));
    assert!(page.all("#latency-chart").len() == 1);

    let nothing: Told = Tale { seconds: 0, warmup: 0, sessions_per_second: 0, ..Tale::default() }.told();
    let page = Page::of(nothing.html());
    assert!(text(page.one("#verdict")).contains("UNKNOWN"));
    assert!(text(page.one("#latency")).contains("No load was run."));
}
