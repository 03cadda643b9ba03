//! The page in a real browser: headless Chromium, driven by its WebDriver. Where there is none, the tests say so and are
//! skipped; where `SHAKEDOWN_CI` is set they fail. `SHAKEDOWN_SCREENSHOTS=DIR` keeps pictures of the page to be looked at.

mod access;
mod charts;
mod driver;
mod looks;
mod plain;
#[allow(dead_code, reason = "each set of tests uses a part of it")]
#[path = "../support/recorded.rs"]
mod recorded;
#[path = "../support/skipping.rs"]
mod skipping;
mod tables;
#[path = "../support/waiting.rs"]
mod waiting;

use driver::Browser;
use recorded::{Tale, Words};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One page for all tests: three nodes, one of which dies, a server that says nasty things.
static PAGE: LazyLock<PathBuf> = LazyLock::new(|| {
    let words = Words {
        response: "HTTP/1.1 503 No\r\nX-A: <script>document.title='owned'</script>\r\n\r\n<img src=x onerror=\"document.title='owned'\">".into(),
        ..Words::default()
    };
    let told = Tale { words, ..Tale::default() }.told();
    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-report.html");
    std::fs::copy(told.path(), &page).expect("copied");
    page
});

/// A browser with the page in it, if there is a browser.
fn opened() -> Option<Browser> {
    let browser = Browser::start()?;
    browser.open(&PAGE, "");
    Some(browser)
}
