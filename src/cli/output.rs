//! Results go to standard output, everything else to standard error; a reader that has gone is no trouble of ours.

use super::{Exit, Stop};
use std::io::{IsTerminal, Write};

/// Prints a result.
pub(super) fn result(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line of progress or trouble.
pub(super) fn line(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{text}");
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
