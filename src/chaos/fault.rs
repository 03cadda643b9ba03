//! A fault and its guard: whoever applies one gets, in return, the means to undo it.

use super::Heal;
use super::helpers::{Helpers, Sketch};
use crate::event::{Struck, Tally, TargetStruck, Unit};
use crate::stack::{Instance, Stack};
use async_trait::async_trait;
use std::sync::Arc;

/// On whom a fault is applied.
#[derive(Clone)]
pub struct Context {
    /// The deployment.
    pub stack: Arc<dyn Stack>,
    /// The targets, as they are right before it.
    pub targets: Vec<Instance>,
    /// Helpers in the targets' network namespaces, if there are any.
    pub helpers: Option<Arc<Helpers>>,
    /// This strike's own seed.
    pub seed: u64,
}

/// Why a fault is not in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotApplied {
    /// The reason, ready to be shown.
    pub why: String,
    /// What it struck, where that is known: nothing.
    pub struck: Option<Struck>,
}

impl From<String> for NotApplied {
    fn from(why: String) -> NotApplied {
        NotApplied { why, struck: None }
    }
}

impl From<&str> for NotApplied {
    fn from(why: &str) -> NotApplied {
        why.to_owned().into()
    }
}

impl NotApplied {
    /// None of `seen` things was struck on each of these targets.
    pub fn nothing(why: String, unit: Unit, targets: &[Instance], seen: u64) -> NotApplied {
        let nothing = |target: &Instance| TargetStruck {
            target: target.name.clone(),
            tally: Some(Tally { struck: 0, seen }),
            detail: None,
        };
        let targets = targets.iter().map(nothing).collect();
        NotApplied { why, struck: Some(Struck { unit, targets }) }
    }
}

/// A kind of fault with its settings, ready to be applied any number of times.
#[async_trait]
pub trait Fault: Send + Sync {
    /// The word that plans and records use: `kill`, `pause`, …
    fn kind(&self) -> &'static str;

    /// What heals it if we vanish, for the journal. Empty where ending our children is enough.
    fn heals(&self, _: &[Instance]) -> Vec<Heal> {
        Vec::new()
    }

    /// As [`Fault::heals`], where the deployment must be asked first: for what its containers were before. An error means
    /// that the fault cannot be healed, and so is not applied.
    async fn prepare(&self, context: &Context) -> Result<Vec<Heal>, NotApplied> {
        Ok(self.heals(&context.targets))
    }

    /// What of it falls to helpers in network namespaces, for everybody whom it may strike: they are prepared before the load.
    fn sketches(&self, _: &[Instance]) -> Result<Vec<Sketch>, String> {
        Ok(Vec::new())
    }

    /// Whether it is over as soon as it is applied and is healed at once, whatever the plan's `for` says.
    fn is_momentary(&self) -> bool {
        false
    }

    /// Applies it, and returns when it is confirmed to be in force on every target. On an error it has undone what it
    /// had done; where that failed too, the error says so.
    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied>;
}

/// A target on which a fault is no longer in force though nobody has healed it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Escape {
    /// The instance.
    pub target: String,
    /// What happened.
    pub why: String,
}

/// A target that had lost the fault and has it again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renewed {
    /// The instance.
    pub target: String,
    /// What had happened, and what was done.
    pub how: String,
}

/// A fault in force.
#[async_trait]
pub trait FaultGuard: Send + Sync {
    /// Undoes it, and returns when it is confirmed to be gone. May be called again after an error: what is healed
    /// already is left alone.
    async fn heal(&self) -> Result<(), String>;

    /// Targets on which it has ended by itself. Asked several times a second.
    async fn escaped(&self) -> Vec<Escape>;

    /// Puts it on again where it was lost and can be had again: on a target that was started anew. Asked before
    /// [`FaultGuard::escaped`].
    async fn renew(&self) -> Vec<Renewed> {
        Vec::new()
    }

    /// Targets on which it is not right before the heal, though it might have come back.
    async fn missing(&self) -> Vec<Escape> {
        Vec::new()
    }

    /// What there is to say of how it was applied: that a target ignored its stop signal, and was killed.
    fn how(&self) -> Option<String> {
        None
    }

    /// What there is to say once it is healed, beside what it struck.
    fn told(&self) -> Option<String> {
        None
    }

    /// What it struck, as counted by what enforces it. Asked once it is healed, or after it has ended by itself.
    fn struck(&self) -> Struck;
}
