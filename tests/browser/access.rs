//! What those who listen to the page are told, as Chromium's own accessibility tree has it.

use super::opened;
use serde_json::{Value, json};

#[test]
fn everything_that_is_announced_has_a_name() {
    let Some(browser) = opened() else { return };
    browser.chromium("Accessibility.enable", json!({}));
    let tree = browser.chromium("Accessibility.getFullAXTree", json!({}));
    let nodes = tree["nodes"].as_array().expect("nodes");
    let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
    let mut named = 0;
    let mut nameless = Vec::new();
    for node in nodes.iter().filter(|node| node["ignored"] != json!(true)) {
        let role = text(&node["role"]);
        let speaks =
            ["link", "button", "image", "img", "region", "table", "heading", "navigation", "columnheader"];
        if !speaks.contains(&role.as_str()) {
            continue;
        }
        if text(&node["name"]).trim().is_empty() { nameless.push(role) } else { named += 1 }
    }
    assert_eq!(nameless, Vec::<String>::new());
    assert!(named > 100, "only {named} were found");
}

#[test]
fn the_keyboard_reaches_everything_that_can_be_used() {
    let Some(browser) = opened() else { return };
    let unreachable = browser.run(
        "return [...document.querySelectorAll('a, button, summary, .wide, pre, svg.plot')]\
           .filter(e => e.checkVisibility() && !e.closest('details:not([open]) > :not(summary)'))\
           .filter(e => e.tabIndex < 0 && !e.closest('#percentiles')).map(e => e.outerHTML.slice(0, 100))",
    );
    assert_eq!(unreachable, json!([]));
    let landmarks = browser.run("return [document.querySelectorAll('main').length, document.querySelectorAll('nav[aria-label]').length, document.documentElement.lang, document.title.length > 0]");
    assert_eq!(landmarks, json!([1, 1, "en", true]));
}
