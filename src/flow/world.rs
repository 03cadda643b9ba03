//! Where sessions meet the world: connections and time. Tests put a scripted world behind it.

use super::timer::Timer;
use crate::event::{Clock, Nanos};
use crate::http::{Client, Exchange, Origin, Pool, Request};
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Connections and time.
pub(super) trait World {
    /// A set of connections.
    type Pool;

    /// An empty set of connections.
    fn pool(&self) -> Self::Pool;
    /// Now, on the run's clock.
    fn now(&self) -> Nanos;
    /// Now, in seconds since 1970: what dates in headers are measured against.
    fn wall(&self) -> i64;
    /// Sends a request once.
    fn send(
        &self,
        pool: &Self::Pool,
        origin: &Origin,
        request: &Request,
        timeout: Duration,
    ) -> impl Future<Output = Exchange>;
    /// Waits until a point on the run's clock.
    fn sleep_until(&self, at: Nanos) -> impl Future<Output = ()>;
    /// Ends every exchange in flight now, and later ones at once.
    fn cut(&self);
}

/// The real world.
pub(super) struct Live {
    pub(super) client: Rc<Client>,
    pub(super) clock: Clock,
    pub(super) timer: Rc<dyn Timer>,
}

impl World for Live {
    type Pool = Pool;

    fn pool(&self) -> Pool {
        self.client.pool()
    }

    #[inline]
    fn now(&self) -> Nanos {
        self.clock.now()
    }

    fn wall(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
    }

    #[inline]
    fn send(
        &self,
        pool: &Pool,
        origin: &Origin,
        request: &Request,
        timeout: Duration,
    ) -> impl Future<Output = Exchange> {
        self.client.send(pool, origin, request, timeout)
    }

    fn sleep_until(&self, at: Nanos) -> impl Future<Output = ()> {
        self.timer.sleep_until(at)
    }

    fn cut(&self) {
        self.client.cut();
    }
}
