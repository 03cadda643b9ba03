//! Results go to standard output, everything else to standard error. Control characters are printed as escapes: what a
//! server, a log or a plan said must not steer the terminal.

use super::{Exit, Stop};
use crate::report;
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

/// The first error of writing to standard output. One for the process, as standard output is.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Prints a result. An error is kept for [`finish`].
pub(super) fn result(text: &str) {
    let shown = report::visible_keeping_colour(text);
    let mut out = std::io::stdout().lock();
    failed(out.write_all(shown.as_bytes()).and_then(|()| out.flush()));
}

/// Prints a line of progress or trouble. Where even this cannot be written, there is no place left to report it.
pub(super) fn line(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{}", report::visible(text));
}

/// Keeps the first error of standard output. A reader that closed the pipe has read what it wanted: that is no error.
pub(super) fn failed(written: std::io::Result<()>) {
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = FAILURE.set(error.to_string());
    }
}

/// The exit code, or that of a result that could not be printed where this one is graver.
pub fn finish(exit: Exit) -> Exit {
    match FAILURE.get() {
        None => exit,
        Some(error) => {
            line(&format!("shakedown: cannot write to standard output: {error}"));
            exit.and(Exit::Unknown)
        }
    }
}

/// Tells the user why we stop, and with which code.
pub fn tell(stop: Stop) -> Exit {
    if !stop.message.is_empty() {
        line(&format!("shakedown: {}", stop.message));
    }
    stop.exit
}

/// Whether results may be coloured: a terminal, and the user does not mind (<https://no-color.org>).
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && wants_colour()
}

/// Whether a live view may be drawn.
pub(super) fn live() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the user has not asked for plain text.
pub(super) fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The width of the terminal on standard output, or 80.
pub(super) fn width() -> usize {
    rustix::termios::tcgetwinsize(std::io::stdout())
        .ok()
        .map(|size| size.ws_col as usize)
        .filter(|width| *width > 20)
        .unwrap_or(80)
}
