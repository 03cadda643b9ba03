//! The controller: strikes at the planned times, watches what is in force, heals.

mod active;
mod armed;
mod pending;
mod radius;
mod strike;
#[cfg(all(test, target_os = "linux"))]
mod tests;
mod timer;
mod turns;

use super::Journal;
use super::helpers::Helpers;
use crate::event::{Clock, Event, EventSink, FaultEvent, FaultStage, Nanos, Struck};
use crate::plan::model::FaultSpec;
use crate::stack::Stack;
use active::Active;
use armed::Armed;
pub use armed::first_victims;
use pending::PendingStrikes;
use radius::Radius;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::{RwLock, watch};
use tokio::task::JoinSet;

/// Carries out a plan's faults.
pub struct Controller {
    shared: Arc<Shared>,
}

struct Shared {
    faults: Vec<Armed>,
    seed: u64,
    stack: Arc<dyn Stack>,
    journal: Arc<Journal>,
    clock: Clock,
    events: Arc<dyn EventSink>,
    /// Once true, nothing strikes any more.
    closed: watch::Sender<bool>,
    /// Read while a fault is being applied; healing everything waits for it.
    applying: RwLock<()>,
    active: Mutex<Vec<Arc<Active>>>,
    /// Strikes that the load must still go on for.
    pending: PendingStrikes,
    /// How many instances are broken at the same time.
    affected: Arc<Radius>,
    /// Helpers in the targets' network namespaces.
    helpers: OnceLock<Arc<Helpers>>,
}

impl Controller {
    /// Checks the faults against each other and the stack's instances; nothing happens yet.
    pub fn new(
        faults: &[FaultSpec],
        seed: u64,
        stack: Arc<dyn Stack>,
        journal: Arc<Journal>,
        clock: Clock,
        events: Arc<dyn EventSink>,
    ) -> Result<Controller, Vec<String>> {
        let faults = armed::arm(faults, &stack.instances(), seed)?;
        let closed = watch::Sender::new(false);
        let shared = Shared {
            faults,
            seed,
            stack,
            journal,
            clock,
            events,
            closed,
            applying: RwLock::new(()),
            active: Mutex::new(Vec::new()),
            pending: PendingStrikes::default(),
            affected: Arc::default(),
            helpers: OnceLock::new(),
        };
        Ok(Controller { shared: Arc::new(shared) })
    }

    /// The blast radius: no more instances than this are broken at the same time.
    #[must_use]
    pub fn at_most(self, instances: Option<u32>) -> Controller {
        self.shared.affected.limit(instances);
        self
    }

    /// Helpers stand ready in the targets' network namespaces.
    #[must_use]
    pub fn with_helpers(self, helpers: Option<Arc<Helpers>>) -> Controller {
        if let Some(helpers) = helpers {
            // A controller is given helpers once, where it is made.
            let _ = self.shared.helpers.set(helpers);
        }
        self
    }

    /// Strikes and heals as planned, until nothing more is to be done, the load ends or `cancel` becomes true. It returns
    /// once nothing is being applied or healed any more; faults that last to the end of the load are still in force: call
    /// [`Controller::heal_all`]. Dropping the future lets nothing strike any more.
    pub async fn run(&self, load_start: Nanos, load_end: Nanos, cancel: watch::Receiver<bool>) {
        let closing = CloseOnDrop(Arc::clone(&self.shared));
        let mut driving = JoinSet::new();
        for place in 0..self.shared.faults.len() {
            driving.spawn(strike::drive(Arc::clone(&self.shared), place, load_start, load_end));
        }
        let shared = Arc::clone(&self.shared);
        let canceller = tokio::spawn(async move {
            let mut cancel = cancel;
            // A sender that is gone never cancels.
            if cancel.wait_for(|cancel| *cancel).await.is_ok() {
                shared.close();
            }
        });
        while driving.join_next().await.is_some() {}
        canceller.abort();
        drop(closing);
    }

    /// The condition of a fault with `when` holds: it strikes now. Before the load it is kept; once is enough.
    /// `false`: there is no fault with `when` of this id.
    pub fn trigger(&self, id: &str) -> bool {
        let found = self.shared.faults.iter().find(|fault| fault.id == id && fault.waits_for_trigger());
        found.map(|fault| fault.trigger.send_replace(true)).is_some()
    }

    /// The ids of faults with `when`, with their conditions.
    pub fn conditions(&self) -> Vec<(String, String)> {
        self.shared.faults.iter().filter_map(Armed::condition).collect()
    }

    /// The id of a fault that is due and has not yet been in force for long enough, so that the load should go on.
    pub fn outstanding(&self, now: Nanos) -> Option<&str> {
        let fault = self.shared.pending.fault(now)?;
        self.shared.faults.get(fault).map(|fault| fault.id.as_str())
    }

    /// How many faults are in force.
    pub fn active(&self) -> usize {
        self.shared.active().len()
    }

    /// Heals whatever is in force, all at once, after anything that is just being applied; nothing strikes afterwards. Each
    /// heal that fails is tried once more. The errors name what is still broken; it may be called again.
    pub async fn heal_all(&self) -> Result<(), Vec<String>> {
        self.shared.close();
        let _settled = self.shared.applying.write().await;
        let mut healing = JoinSet::new();
        for active in self.shared.active().clone() {
            let shared = Arc::clone(&self.shared);
            healing.spawn(async move { shared.heal(&active).await });
        }
        let mut failed = Vec::new();
        while let Some(healed) = healing.join_next().await {
            if let Err(error) = healed.unwrap_or_else(|error| Err(error.to_string())) {
                failed.push(error);
            }
        }
        failed.sort();
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }
}

struct CloseOnDrop(Arc<Shared>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Shared {
    fn close(&self) {
        self.closed.send_replace(true);
    }

    fn is_closed(&self) -> bool {
        *self.closed.borrow()
    }

    fn active(&self) -> MutexGuard<'_, Vec<Arc<Active>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, fault: &Armed, occurrence: u32, stage: FaultStage, told: Told) {
        let event = FaultEvent {
            id: fault.id.clone(),
            occurrence,
            kind: fault.kind.to_owned(),
            targets: told.targets,
            stage,
            planned: told.planned,
            detail: told.detail,
            struck: told.struck,
        };
        self.events.emit(self.clock.now(), Event::Fault(event));
    }

    fn note(&self, text: String) {
        self.events.emit(self.clock.now(), Event::Note { text });
    }
}

/// The changing parts of a fault's event.
#[derive(Clone, Debug, Default)]
struct Told {
    targets: Vec<String>,
    planned: Option<Nanos>,
    detail: Option<String>,
    struck: Option<Struck>,
}
