//! The place of one instance: what is planned for it, and its present life.

use super::layout::Planned;
use super::life::Life;
use crate::stack::{Instance, StackError};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The place of one instance.
pub(super) struct Slot {
    /// Actions on the instance follow one another.
    pub gate: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    planned: Planned,
    life: Option<Life>,
}

impl Slot {
    pub(super) fn new(planned: Planned) -> Slot {
        Slot { gate: tokio::sync::Mutex::new(()), state: Mutex::new(State { planned, life: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn planned(&self) -> Planned {
        self.state().planned.clone()
    }

    pub(super) fn name(&self) -> String {
        self.state().planned.name.clone()
    }

    pub(super) fn set_port(&self, port: u16) {
        self.state().planned.port = Some(port);
    }

    /// The present or the last life.
    pub(super) fn last_life(&self) -> Option<Life> {
        self.state().life.clone()
    }

    /// The present life.
    pub(super) fn life(&self) -> Option<Life> {
        self.last_life().filter(Life::runs)
    }

    /// The present life, or an error that says that there is none.
    pub(super) fn running(&self) -> Result<Life, StackError> {
        self.life().ok_or_else(|| StackError::new(format!("{} does not run", self.name())))
    }

    pub(super) fn begin(&self, life: Life) {
        self.state().life = Some(life);
    }

    pub(super) fn instance(&self, service: &str) -> Instance {
        let state = self.state();
        let life = state.life.as_ref().filter(|life| life.runs());
        Instance {
            name: state.planned.name.clone(),
            service: service.to_owned(),
            index: state.planned.index,
            address: state.planned.port.map(super::names::address),
            pid: life.map(|life| life.child.pid),
            alive: life.is_some(),
            container: None,
        }
    }
}
