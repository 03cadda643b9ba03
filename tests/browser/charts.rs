//! Crosshair, zoom, and series on and off.

use super::opened;
use serde_json::json;

/// Where all crosshairs stand: the places of those that are seen, once each.
const CURSORS: &str = "return [...new Set([...document.querySelectorAll('.cursor')]\
     .filter(c => c.getAttribute('visibility') === 'visible').map(c => c.getAttribute('x1')))]";
const CHARTS: &str = "return document.querySelectorAll('figure.time, figure.lanes').length";
const BOXES: &str = "return [...new Set([...document.querySelectorAll('figure.time svg.area, figure.lanes svg.area')]\
     .map(a => a.getAttribute('viewBox').split(' ').slice(0, 3).filter((_, i) => i !== 1).map(n => Math.round(n)).join(' ')))]";

#[test]
fn the_crosshair_stands_at_one_time_in_all_charts_and_shows_the_tables_values() {
    let Some(browser) = opened() else { return };
    let [x, y, width, height] = browser.place("#latency-chart svg.plot");
    browser.mouse("mouseMoved", x + width * 0.5, y + height / 2.0);
    browser.until("return document.querySelectorAll('.cursor[visibility=visible]').length > 5");
    assert_eq!(browser.run(CURSORS).as_array().map(Vec::len), Some(1), "one place");
    let charts = browser.run(CHARTS);
    assert_eq!(browser.run("return document.querySelectorAll('.cursor[visibility=visible]').length"), charts);
    let shown = browser.run(
        "const f = document.querySelector('#latency-chart');\
         const row = f.querySelectorAll('.data tbody tr')[30].cells;\
         return [[...f.querySelectorAll('.legend output')].map(o => o.textContent), [1, 2, 3, 4].map(i => row[i].textContent)]",
    );
    assert_eq!(shown[0], shown[1], "the values of the middle of the run");
    assert_ne!(shown[0][0], json!(""));
    browser.mouse("mouseMoved", 2.0, 2.0);
    browser.until("return document.querySelectorAll('.cursor[visibility=visible]').length === 0");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn dragging_zooms_all_charts_and_the_button_takes_it_back() {
    let Some(browser) = opened() else { return };
    let before = browser.run(BOXES);
    assert_eq!(before, json!(["0 1000"]));
    let [x, y, width, height] = browser.place("#served-chart svg.plot");
    let middle = y + height / 2.0;
    browser.mouse("mouseMoved", x + width * 0.25, middle);
    browser.mouse("mousePressed", x + width * 0.25, middle);
    browser.mouse("mouseMoved", x + width * 0.5, middle);
    assert_eq!(browser.run("return document.querySelectorAll('.sweep[visibility=visible]').length"), 1);
    browser.mouse("mouseReleased", x + width * 0.5, middle);
    let zoomed = browser.run(BOXES);
    let view = zoomed[0].as_str().expect("a box").to_owned();
    let numbers: Vec<f64> = view.split(' ').map(|number| number.parse().expect("a number")).collect();
    assert_eq!(zoomed.as_array().map(Vec::len), Some(1), "all together: {zoomed}");
    assert!((numbers[0] - 250.0).abs() < 4.0 && (numbers[1] - 250.0).abs() < 4.0, "{view}");
    let named = browser.run("return document.querySelector('#served-chart .times text').textContent");
    assert_eq!(named, json!("16s"));
    browser.run("document.querySelector('.tools button').click()");
    assert_eq!(browser.run(BOXES), before);
    assert_eq!(
        browser.run("return document.querySelector('#served-chart .times text').textContent"),
        json!("0s")
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_keyboard_moves_the_crosshair_and_zooms() {
    let Some(browser) = opened() else { return };
    browser.place("#latency-chart svg.plot");
    browser.run("document.querySelector('#latency-chart svg.plot').focus()");
    browser.key("ArrowRight");
    browser.until("return document.querySelectorAll('.cursor[visibility=visible]').length > 5");
    let first = browser.run(CURSORS);
    browser.key("ArrowRight");
    assert_ne!(browser.run(CURSORS), first);
    browser.key("+");
    assert_ne!(browser.run(BOXES), json!(["0 1000"]));
    browser.key("Escape");
    assert_eq!(browser.run(BOXES), json!(["0 1000"]));
}

#[test]
fn a_legends_entry_takes_its_series_away_and_brings_it_back() {
    let Some(browser) = opened() else { return };
    let press = || {
        let [x, y, width, height] = browser.place("#latency-chart .legend button");
        browser.click(x + width / 2.0, y + height / 2.0);
        browser.run(
            "const f = document.querySelector('#latency-chart');\
             return [f.querySelector('.legend button').getAttribute('aria-pressed'),\
                     getComputedStyle(f.querySelector('g.line[data-line=\"0\"]')).visibility,\
                     getComputedStyle(f.querySelector('g.line[data-line=\"1\"]')).visibility]",
        )
    };
    assert_eq!(press(), json!(["false", "hidden", "visible"]));
    assert_eq!(press(), json!(["true", "visible", "visible"]));
}
