//! How a container is put right, in a form that a journal can keep: whoever comes after us carries it out.
//!
//! Every remedy is one small file with the same anatomy: `wrong` says what is not as it should be, in words, or `None`;
//! `carry_out` puts it right and says what it did. Both may be asked any number of times; a container that is gone,
//! restarted or made anew is no error.

mod exec;
mod limits;
mod recipe;
mod reconnect;
mod recreate;
mod start;
mod surplus;
mod unpause;

pub use exec::{Exec, WITHIN as EXEC_WITHIN};
pub use limits::{Limits, RestoreLimits};
pub use recipe::{Membership, Recipe};
pub use reconnect::Reconnect;
pub use recreate::Recreate;
pub use start::Start;
pub use surplus::Surplus;
pub use unpause::Unpause;

use super::engine::{Engine, EngineError, Trouble};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long after the engine's answer a change may take to show.
const SETTLES_WITHIN: Duration = Duration::from_secs(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How a container is put right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "remedy", rename_all = "kebab-case")]
pub enum Remedy {
    /// A stopped one is started.
    Start(Start),
    /// A frozen one runs on.
    Unpause(Unpause),
    /// A removed one is made again.
    Recreate(Box<Recreate>),
    /// Instances that were added are removed.
    Surplus(Surplus),
    /// Old limits are set again.
    Limits(RestoreLimits),
    /// It returns to its networks.
    Reconnect(Reconnect),
    /// A command is run in it.
    Exec(Exec),
}

/// What became of a remedy: what was done, in words; `None`: all was right already.
pub type Done = Result<Option<String>, EngineError>;

impl Remedy {
    /// The container that it is for: remedies for different ones may be carried out at the same time.
    pub fn subject(&self) -> &str {
        match self {
            Remedy::Start(remedy) => &remedy.id,
            Remedy::Unpause(remedy) => &remedy.id,
            Remedy::Recreate(remedy) => &remedy.recipe.id,
            Remedy::Surplus(remedy) => &remedy.service,
            Remedy::Limits(remedy) => &remedy.id,
            Remedy::Reconnect(remedy) => &remedy.id,
            Remedy::Exec(remedy) => &remedy.id,
        }
    }

    /// What is not as it should be, in words.
    pub async fn wrong(&self, engine: &Engine) -> Done {
        match self {
            Remedy::Start(remedy) => remedy.wrong(engine).await,
            Remedy::Unpause(remedy) => remedy.wrong(engine).await,
            Remedy::Recreate(remedy) => remedy.wrong(engine).await,
            Remedy::Surplus(remedy) => remedy.wrong(engine).await,
            Remedy::Limits(remedy) => remedy.wrong(engine).await,
            Remedy::Reconnect(remedy) => remedy.wrong(engine).await,
            Remedy::Exec(remedy) => remedy.wrong(engine).await,
        }
    }

    /// Puts it right, and reads back from the engine that it is right. What was ordered proves nothing: an engine may
    /// accept a change and fail to carry it out. A command ([`Remedy::Exec`]) has its exit code for that.
    ///
    /// # Errors
    /// What the engine said, or what was still wrong two seconds after its answer.
    pub async fn carry_out(&self, engine: &Engine) -> Done {
        let Some(did) = self.attempt(engine).await? else { return Ok(None) };
        if matches!(self, Remedy::Exec(_)) {
            return Ok(Some(did));
        }
        let deadline = Instant::now() + SETTLES_WITHIN;
        while let Some(still) = self.wrong(engine).await? {
            if Instant::now() >= deadline {
                return Err(EngineError::new(Trouble::Refused, format!("{did}, and still {still}")));
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(Some(did))
    }

    async fn attempt(&self, engine: &Engine) -> Done {
        match self {
            Remedy::Start(remedy) => remedy.carry_out(engine).await,
            Remedy::Unpause(remedy) => remedy.carry_out(engine).await,
            Remedy::Recreate(remedy) => remedy.carry_out(engine).await,
            Remedy::Surplus(remedy) => remedy.carry_out(engine).await,
            Remedy::Limits(remedy) => remedy.carry_out(engine).await,
            Remedy::Reconnect(remedy) => remedy.carry_out(engine).await,
            Remedy::Exec(remedy) => remedy.carry_out(engine).await,
        }
    }
}
