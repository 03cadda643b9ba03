//! A fault in force, and its heal.

use super::radius::Affected;
use super::{Shared, Told};
use crate::chaos::{Entry, Escape, FaultGuard};
use crate::event::{FaultStage, Nanos};
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex;

/// How long after a heal has failed it is tried once more.
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// One strike in force.
pub(super) struct Active {
    /// The fault's place in the controller.
    pub fault: usize,
    pub occurrence: u32,
    pub targets: Vec<String>,
    /// When the timeline wants it healed.
    pub heal_planned: Nanos,
    pub guard: Box<dyn FaultGuard>,
    /// Its share in the blast radius, until it is healed.
    pub affected: std::sync::Mutex<Option<Affected>>,
    /// Whether it is healed; held while it is being healed.
    pub healed: Mutex<bool>,
}

impl Shared {
    /// Heals one strike, once more if that fails; each try is told. One that is healed already is left alone.
    pub(super) async fn heal(&self, active: &Arc<Active>) -> Result<(), String> {
        let mut healed = active.healed.lock().await;
        if *healed {
            return Ok(());
        }
        self.tell_heal(active, FaultStage::HealStarted, None);
        for Escape { target, why } in active.guard.missing().await {
            let told = Told { targets: vec![target], detail: Some(why), ..Told::default() };
            self.tell(&self.faults[active.fault], active.occurrence, FaultStage::EndedEarly, told);
        }
        let Err(first) = active.guard.heal().await else {
            *healed = true;
            self.healed(active).await;
            return Ok(());
        };
        self.tell_heal(active, FaultStage::HealFailed, Some(format!("{first}; it is tried once more")));
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
        match active.guard.heal().await {
            Ok(()) => {
                *healed = true;
                self.healed(active).await;
                Ok(())
            }
            Err(second) => {
                self.tell_heal(active, FaultStage::HealFailed, Some(second.clone()));
                let fault = &self.faults[active.fault];
                Err(format!("fault `{}` on {} is not healed: {second}", fault.id, active.targets.join(", ")))
            }
        }
    }

    async fn healed(&self, active: &Arc<Active>) {
        self.tell_heal(active, FaultStage::Healed, active.guard.told());
        self.active().retain(|other| !Arc::ptr_eq(other, active));
        active.affected.lock().unwrap_or_else(PoisonError::into_inner).take();
        let fault = &self.faults[active.fault];
        self.write(Entry::Healed { id: fault.id.clone(), occurrence: active.occurrence }).await;
        fault.healed.send_replace(true);
    }

    fn tell_heal(&self, active: &Active, stage: FaultStage, detail: Option<String>) {
        let told = Told {
            targets: active.targets.clone(),
            planned: Some(active.heal_planned),
            detail,
            // Some guards count as they heal.
            struck: (stage != FaultStage::HealStarted).then(|| active.guard.struck()),
        };
        self.tell(&self.faults[active.fault], active.occurrence, stage, told);
    }

    /// Writes a line that only tells what happened already: an error is noted and stays in [`crate::chaos::Journal::failure`].
    pub(super) async fn write(&self, entry: Entry) {
        if let Err(error) = self.write_first(entry).await {
            self.note(error);
        }
    }

    /// Writes a line that must be on disk before anything else happens.
    pub(super) async fn write_first(&self, entry: Entry) -> Result<(), String> {
        let journal = Arc::clone(&self.journal);
        let written = tokio::task::spawn_blocking(move || journal.append(entry)).await;
        written.unwrap_or_else(|error| Err(error.to_string()))
    }
}
