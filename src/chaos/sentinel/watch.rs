//! What the sentinel's process does.

use super::{CLEAN, READY};
use crate::chaos::heal::{OTHERS_PATIENCE, SENTINELS_PATIENCE, revert};
use crate::chaos::lock::HealLock;
use crate::stack::os;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A child between fork and exec carries no marker yet, and is in no journal: it is looked for a moment later, too.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);
const SWEEP_WITHIN: Duration = Duration::from_millis(200);

/// The body of `shakedown sentinel --journal PATH --run ID`; returns the exit code: 0 if nothing is left to heal.
pub fn sentinel_main(journal: &Path, run: &str) -> i32 {
    // It fails only if we lead a group already; then the terminal's signals do not reach us either.
    let _ = rustix::process::setsid();
    // Signals to all our kind, as from `killall -TERM` or a service manager, must not end us before the harness: we end
    // with it in any case, as soon as its pipe does.
    let Ok(_deaf) = Deaf::start() else { return 1 };
    // Not to keep a folder in use that somebody wants to remove or unmount.
    let _ = std::env::set_current_dir("/");
    if io::stdout().write_all(READY.as_bytes()).and_then(|()| io::stdout().flush()).is_err() {
        return 1;
    }
    if let Ok(nowhere) = File::options().write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(nowhere);
    }
    if said_clean(io::stdin().lock()) {
        return 0;
    }
    // Without the lock nothing of the journal is touched; what runs is ended by its markers below.
    let alone = HealLock::acquire(journal, "sentinel", OTHERS_PATIENCE, &|_| {});
    // Without a journal that can be read the markers are still there to go by.
    let reverted =
        alone.and_then(|_alone| revert(journal, "sentinel", SENTINELS_PATIENCE, |open| open.run == run));
    std::thread::sleep(LOOK_AGAIN_AFTER);
    let late = os::sweep(run, SWEEP_WITHIN);
    let all_well = reverted.is_ok_and(|report| report.left.is_empty()) && late.left.is_empty();
    i32::from(!all_well)
}

/// Handlers for the signals that ask a program to end. Nobody reads them: being handled is the point.
struct Deaf {
    _signals: Vec<Signal>,
    _runtime: Runtime,
}

impl Deaf {
    fn start() -> io::Result<Deaf> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let signals = {
            let _inside = runtime.enter();
            [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup(), SignalKind::quit()]
                .into_iter()
                .map(signal)
                .collect::<io::Result<Vec<_>>>()?
        };
        Ok(Deaf { _signals: signals, _runtime: runtime })
    }
}

/// Reads to the end of the pipe. Only the very word counts: a harness that died while writing has said nothing.
fn said_clean(mut pipe: impl Read) -> bool {
    let mut said = Vec::new();
    let mut piece = [0_u8; 64];
    loop {
        match pipe.read(&mut piece) {
            Ok(0) => return said == CLEAN.as_bytes(),
            Ok(length) => {
                // Nothing longer than the word can be the word.
                let room = (CLEAN.len() + 1).saturating_sub(said.len());
                said.extend_from_slice(&piece[..length.min(room)]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_word_is_clean() {
        assert!(said_clean(&b"clean\n"[..]));
        for said in ["", "clean", "clea", "clean\n\n", "unclean\n", "clean\nclean\n"] {
            assert!(!said_clean(said.as_bytes()), "{said:?}");
        }
    }
}
