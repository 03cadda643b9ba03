//! Sorting, and links to single things.

use super::{PAGE, opened};
use serde_json::{Value, json};

fn column(browser: &super::Browser, table: &str, place: usize) -> Vec<f64> {
    let cells: Value = browser.run(&format!(
        "return [...document.querySelectorAll('{table} tbody tr')].map(r => Number(r.cells[{place}].dataset.v))"
    ));
    cells.as_array().expect("a list").iter().map(|cell| cell.as_f64().expect("a number")).collect()
}

#[test]
fn a_heading_sorts_its_column_up_and_down() {
    let Some(browser) = opened() else { return };
    let press = || {
        let [x, y, width, height] = browser.place("#steps thead th:nth-child(6) button");
        browser.click(x + width / 2.0, y + height / 2.0);
        browser.run("return document.querySelector('#steps thead th:nth-child(6)').getAttribute('aria-sort')")
    };
    assert_eq!(press(), json!("ascending"));
    let up = column(&browser, "#steps table", 5);
    assert!(up.is_sorted() && up.len() == 3, "{up:?}");
    assert_eq!(press(), json!("descending"));
    let down = column(&browser, "#steps table", 5);
    assert!(down.iter().rev().is_sorted() && down != up, "{down:?}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn links_lead_to_every_objective_fault_and_step() {
    let Some(browser) = opened() else { return };
    for place in [
        "#objective-available",
        "#objective-fast",
        "#fault-node-dies",
        "#step-buy-order",
        "#latency",
        "#generator",
    ] {
        browser.open(std::path::Path::new("/dev/null"), "");
        browser.open(&PAGE, place);
        browser.until(&format!(
            "const e = document.querySelector({place:?}), b = e.getBoundingClientRect();\
             return document.querySelector(':target') === e && b.top >= 0 && b.top < innerHeight"
        ));
    }
    // From within the page, too: what the verdict names is a link to where it is shown.
    browser.open(&PAGE, "");
    browser.run("document.querySelector('.decided a').click()");
    browser.until("return document.querySelector(':target') !== null && location.hash.length > 1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
