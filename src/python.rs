//! Python's readers, which ours are held against in tests.

use std::io::Write;
use std::process::{Command, Stdio};

/// What a Python script prints that is given this input. Nothing, with a message, where there is no Python or the script ends
/// with 77, because a package that it wants is not there.
pub(crate) fn run(script: &str, input: &str) -> Option<String> {
    let started =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    // A script that ends early reads nothing.
    let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    if output.status.code() == Some(77) {
        eprintln!("skipped: {}", String::from_utf8_lossy(&output.stdout).trim());
        return None;
    }
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).expect("text"))
}
