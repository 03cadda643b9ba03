//! Patroni's wheel, got with this machine's pip where it has one: a container may not know the machine's certificates.

use super::child::run;
use super::{Files, Tell};
use std::process::Command;
use std::time::Duration;

/// The version; the Dockerfile has it too, with the file's sum.
const PATRONI: &str = "patroni==3.1.2";

/// Puts the wheel beside the Dockerfile. Where that fails the Dockerfile gets it by itself.
pub(super) fn fetch(files: &Files, tell: Tell<'_>) {
    let folder = files.image("postgres").join("wheels");
    let there = std::fs::read_dir(&folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().extension().is_some_and(|end| end == "whl"))
    });
    if there {
        return;
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest"]);
    pip.arg(&folder).arg(PATRONI);
    let log = files.cache.join("logs/wheel.txt");
    match run("downloading Patroni", &mut pip, &log, Duration::from_secs(120)) {
        Ok(()) => tell("postgres: Patroni's wheel is here"),
        Err(error) => tell(&format!("postgres: {}; the image gets Patroni by itself", error.message)),
    }
}
