//! Ctrl-C and SIGTERM: the first ends a run in order, the second at once (after healing).

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Counts signals into `raise` for as long as the runtime lives.
/// `first`: what the first one does.
pub(super) fn listen(raise: watch::Sender<u32>, first: &'static str) -> Result<(), String> {
    let handler =
        |kind: SignalKind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
    let mut interrupt = handler(SignalKind::interrupt())?;
    let mut terminate = handler(SignalKind::terminate())?;
    let mut hangup = handler(SignalKind::hangup())?;
    // Writing beyond the limit on file sizes is then an error that is told, and not the end of the process.
    let mut too_large = handler(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
    tokio::task::spawn_local(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
                _ = too_large.recv() => continue,
            }
            raise.send_modify(|count| *count += 1);
            let said = if *raise.borrow() == 1 { first } else { "leaving at once, after healing" };
            super::output::line(&format!("\nshakedown: {said}"));
        }
    });
    Ok(())
}
