//! A toxic as it was asked for, and a proxy's toxics as its connections see them.

use super::counters::{Counted, Tally};
use super::error::Error;
use super::item::Stream;
use super::limits;
use super::toxics::Kind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// A toxic as it was asked for.
#[derive(Clone, Debug)]
pub struct Toxic {
    /// Its name, unique in the proxy.
    pub name: String,
    /// Its kind.
    pub kind: &'static Kind,
    /// The direction that it strikes.
    pub stream: Stream,
    /// The direction as the client wrote it; Toxiproxy gives it back unchanged.
    pub stream_text: String,
    /// The share of connections that it strikes.
    pub toxicity: f32,
    /// Its attributes, in the kind's order.
    pub values: Vec<i64>,
    /// How long it lives; then it removes itself. `None`: until somebody removes it.
    pub ttl: Option<Duration>,
}

impl Toxic {
    /// A toxic with Toxiproxy's defaults; `None`: there is no such kind.
    pub fn new(kind: &str, stream: Stream) -> Option<Toxic> {
        let kind = Kind::named(kind)?;
        Some(Toxic {
            name: format!("{}_{}", kind.name, stream.name()),
            kind,
            stream,
            stream_text: stream.name().to_owned(),
            toxicity: 1.0,
            values: vec![0; kind.attributes.len()],
            ttl: None,
        })
    }

    /// With one of its attributes; `None`: the kind has no such attribute.
    #[must_use]
    pub fn with(mut self, attribute: &str, value: i64) -> Option<Toxic> {
        let place = self.kind.attributes.iter().position(|name| *name == attribute)?;
        self.values[place] = value;
        Some(self)
    }
}

/// A toxic in force.
#[derive(Debug)]
pub(super) struct Placed {
    /// Its own for as long as the proxy lives.
    pub id: u64,
    /// Rises with each update.
    pub version: u64,
    pub toxic: Toxic,
    /// When it removes itself.
    pub expires: Option<Instant>,
    /// How many connections it has met since it was added.
    pub met: Arc<AtomicU64>,
    /// What it has struck since it was added.
    pub counted: Arc<Counted>,
}

/// All toxics of a proxy, in the order in which they were added.
pub(super) type Toxics = Arc<Vec<Arc<Placed>>>;

/// The toxics of one proxy. Whoever changes them publishes the whole list: nobody waits for a connection, so that nothing
/// can hang. A connection takes note before it hands on any byte that it read later.
#[derive(Debug)]
pub(super) struct Shelf {
    published: watch::Sender<Toxics>,
    last_id: AtomicU64,
}

impl Shelf {
    pub(super) fn new() -> Shelf {
        Shelf { published: watch::Sender::new(Arc::new(Vec::new())), last_id: AtomicU64::new(0) }
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<Toxics> {
        self.published.subscribe()
    }

    /// Upstream's first, each stream's in the order in which they were added.
    pub(super) fn list(&self) -> Vec<Toxic> {
        let all = Arc::clone(&self.published.borrow());
        let of = |stream| all.iter().filter(move |placed| placed.toxic.stream == stream);
        of(Stream::Upstream).chain(of(Stream::Downstream)).map(|placed| placed.toxic.clone()).collect()
    }

    pub(super) fn find(&self, name: &str) -> Option<Toxic> {
        self.published
            .borrow()
            .iter()
            .find(|placed| placed.toxic.name == name)
            .map(|placed| placed.toxic.clone())
    }

    /// What the toxic of this name has struck since it was added.
    pub(super) fn tally(&self, name: &str) -> Option<Tally> {
        let all = self.published.borrow();
        all.iter().find(|placed| placed.toxic.name == name).map(|placed| placed.counted.tally())
    }

    /// Adds one; gives when it expires.
    pub(super) fn add(&self, toxic: Toxic) -> Result<Option<Instant>, Error> {
        let expires = expiry(&toxic);
        self.change(|all| {
            if all.iter().any(|placed| placed.toxic.name == toxic.name) {
                return Err(Error::toxic_exists());
            }
            if all.len() >= limits::TOXICS {
                return Err(Error::too_many("toxics of a proxy", limits::TOXICS));
            }
            let id = self.last_id.fetch_add(1, Ordering::Relaxed);
            let (met, counted) = (Arc::default(), Arc::default());
            all.push(Arc::new(Placed { id, version: 0, toxic, expires, met, counted }));
            Ok(expires)
        })
    }

    /// Replaces attributes, toxicity and time to live of the toxic of this name.
    pub(super) fn update(&self, toxic: Toxic) -> Result<Option<Instant>, Error> {
        let expires = expiry(&toxic);
        self.change(|all| {
            let found = all.iter_mut().find(|placed| placed.toxic.name == toxic.name);
            let placed = found.ok_or_else(Error::toxic_not_found)?;
            let (id, version, met) = (placed.id, placed.version + 1, Arc::clone(&placed.met));
            let counted = Arc::clone(&placed.counted);
            *placed = Arc::new(Placed { id, version, toxic, expires, met, counted });
            Ok(expires)
        })
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), Error> {
        self.change(|all| {
            let before = all.len();
            all.retain(|placed| placed.toxic.name != name);
            if all.len() < before { Ok(()) } else { Err(Error::toxic_not_found()) }
        })
    }

    /// Removes the toxics whose time was this.
    pub(super) fn expire(&self, at: Instant) {
        self.published.send_if_modified(|all| {
            let left: Vec<_> = all.iter().filter(|placed| placed.expires != Some(at)).cloned().collect();
            let gone = left.len() < all.len();
            *all = Arc::new(left);
            gone
        });
    }

    pub(super) fn clear(&self) {
        self.published.send_replace(Arc::default());
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Arc<Placed>>) -> Result<T, Error>) -> Result<T, Error> {
        let mut outcome = None;
        self.published.send_if_modified(|published| {
            let mut all = Vec::clone(published);
            let changed = change(&mut all);
            let done = changed.is_ok();
            if done {
                *published = Arc::new(all);
            }
            outcome = Some(changed);
            done
        });
        outcome.unwrap_or_else(|| Err(Error::toxic_not_found()))
    }
}

fn expiry(toxic: &Toxic) -> Option<Instant> {
    toxic.ttl.map(|ttl| Instant::now() + ttl.min(limits::WAIT))
}
