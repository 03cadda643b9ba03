//! Reading ahead: the next batches are inflated by a thread of their own while the last ones are counted.

use crate::record::RecordError;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// So many batches wait at most: some megabytes.
const WAITING: usize = 2;

/// The same items in the same order. The thread ends with the items, or soon after nobody wants them any more.
pub(super) fn ahead<T: Send + 'static>(
    path: &Path,
    items: impl Iterator<Item = Result<T, RecordError>> + Send + 'static,
) -> Result<Ahead<T>, RecordError> {
    let (give, take) = sync_channel(WAITING);
    let read = move || items.map_while(|item| give.send(item).ok()).for_each(drop);
    let reader = thread::Builder::new().name("reader".to_owned()).spawn(read);
    reader.map_err(|error| RecordError::io("start a thread that reads", path, &error))?;
    Ok(Ahead(take))
}

/// What was read ahead.
pub(super) struct Ahead<T>(Receiver<Result<T, RecordError>>);

impl<T> Iterator for Ahead<T> {
    type Item = Result<T, RecordError>;

    fn next(&mut self) -> Option<Result<T, RecordError>> {
        self.0.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_items_come_in_their_order_and_an_error_among_them() {
        let path = Path::new("x");
        let broken = || RecordError::Unreadable { path: path.to_owned(), reason: "broken".into() };
        let items = (0..100).map(move |number| if number == 99 { Err(broken()) } else { Ok(number) });
        let read: Vec<_> = ahead(path, items).expect("a thread").map(Result::ok).collect();
        assert_eq!(read[..99], (0..99).map(Some).collect::<Vec<_>>());
        assert_eq!(read[99..], [None]);
    }

    #[test]
    fn who_wants_no_more_does_not_wait() {
        let endless = (0..).map(Ok::<u64, RecordError>);
        let mut read = ahead(Path::new("x"), endless).expect("a thread");
        assert!(matches!(read.next(), Some(Ok(0))));
    }
}
