//! What is not tested is told; in CI it fails.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// The reasons that were told: each once, and not once a test.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Says that tests are skipped, and why. Where `SHAKEDOWN_CI` is set nothing may be skipped: it fails.
#[track_caller]
pub fn skip(why: &str) {
    assert!(std::env::var_os("SHAKEDOWN_CI").is_none(), "SHAKEDOWN_CI is set, and {why}");
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.insert(why.to_owned()) {
        // Past the test runner, which catches `eprintln!` and shows nothing of tests that pass.
        let _ = writeln!(std::io::stderr(), "tests are skipped: {why}");
    }
}
