//! What is left without script, and without style.

use super::{PAGE, opened};
use serde_json::json;

/// Every word of the body but that of closed details, and what cannot be seen of it.
const UNSEEN: &str = "const unseen = [];\
     for (const e of document.querySelectorAll('main h1, main h2, main p, main dd, main dt, main td, main th, main li, main summary, main svg text')) {\
       const inside = e.closest('details'); if (inside && e.tagName !== 'SUMMARY' && !inside.open) continue;\
       if (e.closest('thead') && getComputedStyle(e.closest('thead')).display === 'none') continue;\
       if (!e.textContent.trim()) continue;\
       const b = e.getBoundingClientRect();\
       if (!e.checkVisibility() || b.width === 0 || b.height === 0) unseen.push(e.outerHTML.slice(0, 200)); }\
     return unseen;";

#[test]
fn without_script_every_number_is_there_and_tables_open() {
    let Some(browser) = opened() else { return };
    browser.chromium("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&PAGE, "");
    assert_eq!(
        browser.run("return document.querySelectorAll('.tools, thead button, .cursor').length"),
        0,
        "no script ran"
    );
    assert_eq!(browser.run(UNSEEN), json!([]));
    let [x, y, width, height] = browser.place("#latency-chart details.data summary");
    browser.click(x + width / 2.0, y + height / 2.0);
    browser.until("return document.querySelector('#latency-chart details.data').open");
    assert_eq!(browser.run(UNSEEN), json!([]));
    browser.picture("no-script");
}

#[test]
fn under_a_policy_that_blocks_script_and_style_it_still_reads() {
    let Some(browser) = opened() else { return };
    let html = std::fs::read_to_string(&*PAGE).expect("the page").replace(
        "<meta charset=\"utf-8\">",
        "<meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("blocked.html");
    std::fs::write(&path, html).expect("written");
    browser.open(&path, "");
    let styled = browser.run("return [getComputedStyle(document.body).maxWidth, getComputedStyle(document.querySelector('nav')).position, document.querySelectorAll('.tools').length]");
    assert_eq!(styled, json!(["none", "static", 0]), "neither style nor script was let in");
    assert_eq!(browser.run(UNSEEN), json!([]));
    // Lines are seen by their attributes alone.
    let line = browser.run(
        "const s = getComputedStyle(document.querySelector('#latency-chart path.s2')), b = document.querySelector('#latency-chart svg.plot').getBoundingClientRect();\
         return [s.stroke, s.fill, b.width, b.height > 200]",
    );
    assert_eq!(line, json!(["rgb(184, 64, 14)", "none", 960, true]));
    browser.picture("blocked");
}

#[test]
fn nothing_that_was_said_runs_and_nothing_is_complained_of() {
    let Some(browser) = opened() else { return };
    assert_ne!(browser.run("return document.title"), json!("owned"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
    // Even a script that got in would not run: the page's own policy forbids it.
    browser.run("const s = document.createElement('script'); s.textContent = \"document.title = 'owned'\"; document.body.append(s);");
    assert_ne!(browser.run("return document.title"), json!("owned"));
}
