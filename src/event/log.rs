//! Everything rare: a line of `events.jsonl`.

use super::{ErrorKind, FaultEvent, Nanos, Phase, StackEvent, StepId};
use serde::{Deserialize, Serialize};

/// A bounded, masked sample of one exchange that was not good.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The operation.
    pub op: u64,
    /// The attempt.
    pub attempt: u16,
    /// The step.
    pub step: StepId,
    /// What went wrong.
    pub error: ErrorKind,
    /// The failing check: what was expected and what came, in words.
    pub reason: String,
    /// The trace id in hexadecimal, where one was sent.
    pub trace_id: Option<String>,
    /// The request's head and the beginning of its body, secrets masked.
    pub request: String,
    /// The response's head and the beginning of its body, secrets masked.
    pub response: Option<String>,
}

/// What the load engine tells beside its attempts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum LoadEvent {
    /// Arrivals that could not start because the cap on users in flight was reached, since the last such event.
    Dropped {
        /// How many.
        count: u64,
    },
    /// The writer could not keep up; the workers' buffers grow meanwhile.
    WriterBehind {
        /// Rows waiting.
        rows: u64,
    },
    /// Operations still in flight when the grace period ended.
    InFlightAtEnd {
        /// How many.
        count: u64,
    },
    /// The generator did not run from then until the time of this event: it was stopped, or starved of the processor.
    Stalled {
        /// The last sign of life before.
        since: Nanos,
        /// For how long the machine was suspended meanwhile, which the run's clock does not count.
        #[serde(default)]
        suspended: Nanos,
    },
    /// The load went on past its planned end.
    Extended {
        /// For the sake of this fault.
        fault: String,
        /// For how long.
        by: Nanos,
    },
    /// A feeder with unique rows has no row left.
    FeederExhausted {
        /// The feeder.
        feeder: String,
    },
}

/// Anything that happens rarely.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Event {
    /// A phase began.
    Phase {
        /// Which.
        phase: Phase,
    },
    /// A stage of the load began (the plan's `stages`, by number).
    Stage {
        /// Its number, from 0.
        stage: usize,
    },
    /// A fault moved on.
    Fault(FaultEvent),
    /// The deployment changed by itself.
    Stack(StackEvent),
    /// The load engine has something to say.
    Load(LoadEvent),
    /// An exchange that was not good.
    Exchange(Exchange),
    /// A probe failed.
    ProbeFailed {
        /// Its name.
        probe: String,
        /// Why.
        reason: String,
    },
    /// A setup or teardown step failed.
    StepFailed {
        /// The step.
        step: String,
        /// Why.
        reason: String,
    },
    /// A part of ours met a limit of its machine.
    OwnLimit {
        /// Which part.
        part: String,
        /// The limit, its value and how to raise it.
        detail: String,
        /// Whether the deployment's own traffic goes through that part: then what failed there looks like the
        /// deployment's failure.
        in_path: bool,
    },
    /// The run was ended before its time.
    Abort {
        /// Why.
        reason: String,
    },
    /// Anything else worth keeping.
    Note {
        /// The text.
        text: String,
    },
}

/// An event with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timed {
    /// When, on the run's clock.
    pub time: Nanos,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}
