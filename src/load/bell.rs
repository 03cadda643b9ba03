//! A wake-up within one thread: without the lock that one across threads needs, as it is waited for once per arrival.

use std::cell::{Cell, RefCell};
use std::task::{Poll, Waker};

/// Rung once; for one listener at a time.
#[derive(Default)]
pub(crate) struct Bell {
    rung: Cell<bool>,
    listener: RefCell<Option<Waker>>,
}

impl Bell {
    /// Wakes the listener, now and ever after.
    pub(crate) fn ring(&self) {
        self.rung.set(true);
        if let Some(listener) = self.listener.take() {
            listener.wake();
        }
    }

    /// Waits until it has been rung.
    pub(crate) async fn heard(&self) {
        std::future::poll_fn(|context| {
            if self.rung.get() {
                return Poll::Ready(());
            }
            let mut listener = self.listener.borrow_mut();
            match listener.as_mut() {
                Some(known) => known.clone_from(context.waker()),
                None => *listener = Some(context.waker().clone()),
            }
            Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn it_is_heard_by_who_waits_and_by_who_comes_later() {
        let runtime =
            tokio::runtime::Builder::new_current_thread().build_local(Default::default()).expect("a runtime");
        runtime.block_on(async {
            let bell = Rc::new(Bell::default());
            let ringer = bell.clone();
            tokio::task::spawn_local(async move { ringer.ring() });
            bell.heard().await;
            bell.heard().await;
        });
    }
}
