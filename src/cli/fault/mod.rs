//! `shakedown fault KIND TARGET…`: one fault by hand, on a Compose project that runs.

mod kinds;
mod project;
mod specs;
mod told;

use super::{Exit, Stop, heal, output, run, signals};
use crate::event::Clock;
use crate::run::{ByHand, HandEnd, Interrupt, by_hand};
use kinds::Kind;
use std::sync::Arc;
use told::Told;

/// Break something by hand, on a Compose project that runs, and heal it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What is done.
    #[command(subcommand)]
    pub kind: Kind,
}

/// What all kinds have.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Common {
    /// Services or instances: `web` is all of it, `web-1` the first one.
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// Only containers with this label, `name` or `name=value`; without a target, all of them.
    #[arg(long)]
    pub label: Option<String>,
    /// Only so many of each service, chosen by the seed.
    #[arg(long, value_name = "NUMBER", conflicts_with = "part")]
    pub choose: Option<u32>,
    /// Only this part of each service, chosen by the seed: `30%`.
    #[arg(long, value_name = "SHARE")]
    pub part: Option<String>,
    /// How long it lasts: `20s`. Default: until Ctrl-C.
    #[arg(long = "for", value_name = "TIME")]
    pub length: Option<String>,
    /// The Compose project. Default: the one that was brought up from this folder, or the only one that runs.
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// Where chance comes from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Say whom it would strike, and touch nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// First undo whatever an earlier run of this project left broken.
    #[arg(long)]
    pub heal: bool,
    /// Run network helpers from this image, in place of one made of this program.
    #[arg(long, value_name = "IMAGE")]
    pub helper_image: Option<String>,
}

/// What the first Ctrl-C does.
const HEALING: &str = "healing (once more: heal and leave at once)";

/// Strikes, waits, heals.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let common = arguments.kind.common();
    specs::checked(&arguments.kind)?;
    let program = std::env::current_exe()
        .map_err(|error| Stop::deployment(format!("cannot find this program's own file: {error}")))?;
    let state = heal::state()?;
    let (raise, interrupt) = Interrupt::new();
    let clock = Clock::start();
    let told = Arc::new(Told::default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::deployment(format!("cannot start: {error}")))?;
    let ended = tokio::task::LocalSet::new().block_on(&runtime, async {
        signals::listen(raise, HEALING).map_err(Stop::deployment)?;
        let project = project::find(common.project.as_deref()).await?;
        let kind = arguments.kind.clone();
        let job = ByHand {
            project: project.clone(),
            faults: Box::new(move |instances| specs::of(&kind, instances)),
            seed: common.seed,
            state: state.clone(),
            program,
            helper_image: common.helper_image.clone(),
            heal_first: common.heal,
            dry: common.dry_run,
            clock,
            events: told.clone(),
            interrupt: interrupt.clone(),
        };
        tokio::select! {
            ended = by_hand(&job) => ended.map_err(run::refusal),
            () = interrupt.raised(2) => Err(run::leave(&state, &project)),
        }
    });
    // Whatever the runtime still does must not keep us.
    runtime.shutdown_background();
    let ended = ended?;
    if common.dry_run {
        output::result(&would_be(&arguments.kind, &ended));
        return Ok(Exit::Pass);
    }
    Ok(conclude(&ended, &told, interrupt.is_raised() && common.length.is_some()))
}

fn would_be(kind: &Kind, ended: &HandEnd) -> String {
    let length =
        kind.common().length.as_deref().map_or("until Ctrl-C".into(), |length| format!("for {length}"));
    let lines = ended
        .struck
        .iter()
        .map(|(_, victims)| format!("would strike: {} {}, {length}\n", kind.name(), victims.join(", ")));
    lines.collect()
}

/// An end by Ctrl-C is no interruption where nobody said how long it was to last.
fn conclude(ended: &HandEnd, told: &Told, interrupted: bool) -> Exit {
    for left in &ended.unhealed {
        output::line(&format!("shakedown: left unhealed: {left}"));
    }
    let mut exit = if told.all_landed() { Exit::Pass } else { Exit::Unknown };
    if !ended.unhealed.is_empty() {
        exit = exit.and(Exit::Deployment);
    }
    if interrupted { exit.and(Exit::Interrupted) } else { exit }
}
