//! The engine: one small file per question or action. Nothing outside this folder speaks Docker's API.
//!
//! Containers are named by id: a name may be given away, an id never is.

mod act;
mod address;
mod cgroup;
mod connect;
mod container;
mod error;
mod events;
mod exec;
mod facts;
mod find;
mod helper;
mod image;
mod labels;
mod logs;
mod usage;
mod volumes;

pub use address::Address;
pub use container::{Container, Endpoint, Health, Published, State, instance_name, services_of};
pub use error::{EngineError, Trouble};
pub use events::{EngineEvent, Happened};
pub use exec::Executed;
pub use helper::{Helper, HelperSpec};
pub use labels::{CONFIG_FILES_LABEL, NUMBER_LABEL, ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL};
pub use usage::{Pressure, Usage};

use bollard::Docker;

/// A connection to an engine. Cheap to clone; every request makes a connection of its own.
#[derive(Clone, Debug)]
pub struct Engine {
    docker: Docker,
    address: Address,
}

impl Engine {
    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    fn error(&self, error: bollard::errors::Error) -> EngineError {
        EngineError::of(&self.address, error)
    }
}
