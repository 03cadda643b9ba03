//! What the engine says of its machine.

use super::{Engine, EngineError};
use bollard::models::SystemInfoCgroupVersionEnum;

impl Engine {
    /// The machine's memory in bytes; 0 where the engine does not say.
    pub async fn memory_of_machine(&self) -> Result<u64, EngineError> {
        let info = self.docker.info().await.map_err(|error| self.error(error))?;
        Ok(info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default())
    }

    /// Whether its limits are held by the first version of control groups, which refuses a memory limit below what is in use.
    pub async fn has_old_cgroups(&self) -> Result<bool, EngineError> {
        let info = self.docker.info().await.map_err(|error| self.error(error))?;
        Ok(info.cgroup_version == Some(SystemInfoCgroupVersionEnum::_1))
    }
}
