//! The strikes of one fault take turns: each waits for those that should be over by its time. A heal that takes its time (an
//! engine that starts a container again) makes the next strike late, which is recorded, and not impossible.

use crate::event::Nanos;
use tokio::sync::watch;

/// The strikes of one fault that may not be over yet: when each should be, and what closes once it is.
#[derive(Default)]
pub(super) struct Turns(Vec<(Nanos, watch::Receiver<()>)>);

/// One strike's turn. Dropping it ends it.
pub(super) struct Turn {
    before: Vec<watch::Receiver<()>>,
    _over: watch::Sender<()>,
}

impl Turns {
    /// The turn of a strike that is due `at`, and should be over by `until`.
    pub(super) fn next(&mut self, at: Nanos, until: Nanos) -> Turn {
        self.0.retain(|(_, over)| over.has_changed().is_ok());
        let before = self.0.iter().filter(|(until, _)| *until <= at).map(|(_, over)| over.clone()).collect();
        let (sender, over) = watch::channel(());
        self.0.push((until, over));
        Turn { before, _over: sender }
    }
}

impl Turn {
    /// Waits until it has come.
    pub(super) async fn comes(&mut self) {
        for mut over in self.before.drain(..) {
            // Nothing is ever sent: an error says that the other turn is over.
            while over.changed().await.is_ok() {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn a_turn_waits_for_those_that_should_be_over_and_for_no_other() {
        let mut turns = Turns::default();
        let first = turns.next(Nanos(0), Nanos(10));
        let mut beside = turns.next(Nanos(5), Nanos(15));
        assert_eq!(beside.comes().now_or_never(), Some(()), "the first one lasts beside it");
        let mut second = turns.next(Nanos(10), Nanos(20));
        assert_eq!(second.comes().now_or_never(), None, "the first one should be over");
        let mut again = turns.next(Nanos(10), Nanos(20));
        drop(first);
        assert_eq!(again.comes().now_or_never(), Some(()));
    }
}
