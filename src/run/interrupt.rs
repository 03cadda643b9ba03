//! How a user ends a run before its time.

use tokio::sync::watch;

/// Raised once: the run ends in order. Whoever holds it can wait for that.
#[derive(Clone, Debug)]
pub struct Interrupt {
    raised: watch::Receiver<u32>,
}

impl Interrupt {
    /// An interrupt, and what raises it: by adding one.
    pub fn new() -> (watch::Sender<u32>, Interrupt) {
        let (raise, raised) = watch::channel(0);
        (raise, Interrupt { raised })
    }

    /// Whether it was raised.
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow() > 0
    }

    /// Waits until it has been raised so many times; forever, if nobody is left who could.
    pub async fn raised(&self, times: u32) {
        let mut raised = self.raised.clone();
        if raised.wait_for(|count| *count >= times).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_seen_by_every_holder() {
        let (raise, interrupt) = Interrupt::new();
        let other = interrupt.clone();
        assert!(!other.is_raised());
        raise.send_modify(|count| *count += 1);
        other.raised(1).await;
        assert!(interrupt.is_raised());
    }
}
