//! Whole sessions against a scripted world: no sockets, no real time.

mod compile;
mod data;
mod live;
mod replays;
mod replies;
mod requests;
mod retries;
mod samples;
mod setup;
mod walks;
mod world;

pub(super) use world::program;

/// What a Python script prints that is given this input; nothing, with a message, where there is no Python.
pub(super) fn python(script: &str, input: &str) -> Option<String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let started =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else {
        eprintln!("skipped: there is no python3");
        return None;
    };
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("taken");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8(output.stdout).expect("text"))
}
