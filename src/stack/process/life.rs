//! One life of an instance: from the start of a process to its end. A restart begins another one.

use crate::stack::Child;
use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// How far a life has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// How it ended; `None` while it runs.
    pub ended: Option<End>,
    /// Whether the watcher has done its last work on it.
    pub settled: bool,
}

/// How a process ended, in words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    /// `exit status 3`, `killed by signal KILL`.
    pub how: String,
}

/// One life. Cheap to clone: all clones are the same life.
#[derive(Clone, Debug)]
pub(super) struct Life {
    /// The process.
    pub child: Child,
    /// The log's length when it began.
    pub log_from: u64,
    pub progress: watch::Receiver<Progress>,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    ready: AtomicBool,
    told_gone: AtomicBool,
    cause: Mutex<Option<&'static str>>,
}

impl Life {
    pub(super) fn new(child: Child, log_from: u64) -> (Life, watch::Sender<Progress>) {
        let (sender, progress) = watch::channel(Progress::default());
        (Life { child, log_from, progress, shared: Arc::default() }, sender)
    }

    /// Whether the process runs (paused counts).
    pub(super) fn runs(&self) -> bool {
        self.progress.borrow().ended.is_none()
    }

    /// Waits until the process has ended and is reaped.
    pub(super) async fn ended(&self) -> End {
        let mut progress = self.progress.clone();
        let vanished = || End { how: "the watcher went away".into() };
        match progress.wait_for(|progress| progress.ended.is_some()).await {
            Ok(progress) => progress.ended.clone().unwrap_or_else(vanished),
            Err(_) => vanished(),
        }
    }

    /// Waits until the watcher has done its last work.
    pub(super) async fn settled(&self) {
        // An error means that the watcher is gone, and so has nothing left to do.
        let _ = self.progress.clone().wait_for(|progress| progress.settled).await;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.shared.ready.load(Ordering::Acquire)
    }

    /// Returns whether it was not ready before.
    pub(super) fn set_ready(&self) -> bool {
        !self.shared.ready.swap(true, Ordering::AcqRel)
    }

    /// Whether this is the first call: the ledger is told once.
    pub(super) fn first_to_tell_gone(&self) -> bool {
        !self.shared.told_gone.swap(true, Ordering::AcqRel)
    }

    /// Why it is about to end, if by our hand; `None` takes it back.
    pub(super) fn expect(&self, cause: Option<&'static str>) {
        *self.shared.cause.lock().unwrap_or_else(PoisonError::into_inner) = cause;
    }

    pub(super) fn cause(&self) -> Option<&'static str> {
        *self.shared.cause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `exit status 3`, `killed by signal KILL`.
pub(super) fn in_words(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => {
            format!("ended by signal {signal} ({})", crate::stack::os::signal_name(signal))
        }
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn an_end_has_words() {
        assert_eq!(in_words(ExitStatus::from_raw(3 << 8)), "exit status 3");
        assert_eq!(in_words(ExitStatus::from_raw(9)), "ended by signal 9 (KILL)");
    }

    #[tokio::test]
    async fn all_clones_are_one_life() {
        let child = Child { instance: "a-1".into(), pid: 2, start_time: 3 };
        let (life, sender) = Life::new(child, 0);
        let clone = life.clone();
        assert!(
            life.runs() && !clone.is_ready() && life.set_ready() && clone.is_ready() && !clone.set_ready()
        );
        assert!(life.first_to_tell_gone() && !clone.first_to_tell_gone());
        sender.send_modify(|progress| progress.ended = Some(End { how: "x".into() }));
        assert!(!clone.runs());
        assert_eq!(clone.ended().await.how, "x");
        drop(sender);
        clone.settled().await;
    }
}
