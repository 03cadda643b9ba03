//! The page in a real browser: headless Chromium, driven by its WebDriver. Where there is none, the tests say so and are
//! skipped; with `SHAKEDOWN_CI=1` they fail. `SHAKEDOWN_SCREENSHOTS=DIR` keeps pictures of the page to be looked at.

mod access;
mod charts;
mod driver;
mod looks;
mod plain;
#[path = "../support/recorded.rs"]
mod recorded;
mod tables;

use driver::Browser;
use recorded::{Tale, Told, Words};
use std::sync::LazyLock;

/// One page for all tests: three nodes, one of which dies, a server that says nasty things.
static TOLD: LazyLock<Told> = LazyLock::new(|| {
    let words = Words {
        response: "HTTP/1.1 503 No\r\nX-A: <script>document.title='owned'</script>\r\n\r\n<img src=x onerror=\"document.title='owned'\">".into(),
        ..Words::default()
    };
    Tale { words, ..Tale::default() }.told()
});

/// A browser with the page in it, if there is a browser.
fn opened() -> Option<Browser> {
    let browser = Browser::start()?;
    browser.open(&TOLD.path(), "");
    Some(browser)
}
