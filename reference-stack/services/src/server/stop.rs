//! An orderly end: SIGTERM or SIGINT tells everybody; work in the background is counted, so that the end can wait for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};

/// Tells when to end.
#[derive(Clone)]
pub struct Stop {
    told: watch::Receiver<bool>,
    busy: Arc<(AtomicUsize, Notify)>,
}

/// Something under way that the end waits for, until this is dropped.
pub struct Busy(Arc<(AtomicUsize, Notify)>);

impl Stop {
    /// Told by SIGTERM or SIGINT.
    pub fn on_signal() -> Stop {
        let (tell, told) = watch::channel(false);
        tokio::spawn(async move {
            let (Ok(mut terminate), Ok(mut interrupt)) =
                (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
            else {
                // Without a handler the signal itself ends the process.
                return std::future::pending::<()>().await;
            };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tell.send_replace(true);
            // Whoever asks later must still find it.
            std::future::pending::<()>().await
        });
        Stop { told, busy: Arc::default() }
    }

    /// Waits until the process must end.
    pub async fn told(&self) {
        let mut told = self.told.clone();
        // An error means that the sender is gone: then nobody will ever tell.
        if told.wait_for(|told| *told).await.is_err() {
            std::future::pending::<()>().await
        }
    }

    /// Whether the process must end.
    pub fn is_told(&self) -> bool {
        *self.told.borrow()
    }

    /// Waits, unless the process must end first: then false.
    pub async fn sleep(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.told() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// Something begins that the end waits for.
    pub fn busy(&self) -> Busy {
        self.busy.0.fetch_add(1, Ordering::Relaxed);
        Busy(self.busy.clone())
    }

    /// Waits until nothing is under way.
    pub async fn idle(&self) {
        loop {
            let changed = self.busy.1.notified();
            if self.busy.0.load(Ordering::Relaxed) == 0 {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.0.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.1.notify_waiters();
        }
    }
}
