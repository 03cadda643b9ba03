//! `shakedown run PLAN`.

use super::{Exit, Stop, heal, live, metrics, output, signals};
use crate::chaos::StateDir;
use crate::plan::{self, Loaded, Override, model::Counter};
use crate::run::{Interrupt, Job, RunEnd, RunError, Watch};
use crate::verify::{self, Assessment};
use crate::{report, run};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Carry out a plan.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The plan's file.
    pub plan: PathBuf,
    /// Change a value of the plan: `--set load.rate=500/s`, `--set objective.fast.expect='p99 < 1s'`. May be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Run the plan's own falsification: the changes of its `[counter]` section; passes if what it names fails.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", value_parser = counter_name)]
    pub counter: Option<String>,
    /// Print the timeline, and touch nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The folder in which the run folder is made.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Run network helpers from this image, in place of one made of this program.
    #[arg(long, value_name = "IMAGE")]
    pub helper_image: Option<String>,
    /// Allow load on this host, outside loopback. May be repeated.
    #[arg(long = "allow-target", value_name = "HOST")]
    pub allow_targets: Vec<String>,
    /// First undo whatever an earlier run of this project left broken.
    #[arg(long)]
    pub heal: bool,
    /// Serve the run's figures as OpenMetrics at this address while it lasts: `127.0.0.1:0` takes a free port.
    #[arg(long, value_name = "HOST:PORT")]
    pub metrics_addr: Option<SocketAddr>,
    /// What is printed and written.
    #[command(flatten)]
    pub output: Output,
    /// The plan's text, where it is built in.
    #[arg(skip)]
    pub built_in: Option<&'static str>,
}

/// What is printed and written.
#[derive(Debug, Default, clap::Args)]
pub struct Output {
    /// Print the verdict as JSON on standard output, in place of the summary.
    #[arg(long)]
    pub json: bool,
    /// No progress; the summary is the verdict's line.
    #[arg(long, short)]
    pub quiet: bool,
    /// Write every attempt as JMeter's JTL too (results.jtl).
    #[arg(long)]
    pub jtl: bool,
    /// Annotate the plan's lines with the ten worst findings, and add the summary to $GITHUB_STEP_SUMMARY.
    #[arg(long)]
    pub github: bool,
}

/// A counter-run's name. A plan written after `--counter` would be taken for one, and then be said to be missing.
fn counter_name(text: &str) -> Result<String, String> {
    match text.ends_with(".toml") {
        true => Err(format!("that is a file; write the plan first: `shakedown run {text} --counter`")),
        false => Ok(text.to_owned()),
    }
}

/// Reads and checks the plan, counter-run and overrides folded in. Warnings are told.
pub fn plan(arguments: &Arguments) -> Result<Loaded, Stop> {
    let sets = arguments
        .sets
        .iter()
        .map(|text| Override::parse(text).map_err(|error| Stop::usage(format!("--set {text}: {error}"))))
        .collect::<Result<Vec<_>, _>>()?;
    let loaded = load(arguments, &sets)?;
    let loaded = match counter(&loaded, arguments)? {
        Some(counter) => {
            let changes = counter.overrides();
            load(arguments, &sets.into_iter().chain(changes).collect::<Vec<_>>())?
        }
        None => loaded,
    };
    if !arguments.output.quiet {
        for warning in &loaded.warnings {
            output::line(&warning.to_string());
        }
    }
    Ok(loaded)
}

fn load(arguments: &Arguments, overrides: &[Override]) -> Result<Loaded, Stop> {
    match arguments.built_in {
        Some(text) => {
            plan::load_text(&arguments.plan.to_string_lossy(), text, &PathBuf::from("."), overrides)
        }
        None => plan::load(&arguments.plan, overrides),
    }
    .map_err(|diagnostics| Stop {
        exit: Exit::Usage,
        message: format!("the plan has mistakes\n{diagnostics}"),
    })
}

/// The counter-run that was asked for.
pub(super) fn counter<'a>(loaded: &'a Loaded, arguments: &Arguments) -> Result<Option<&'a Counter>, Stop> {
    let Some(name) = &arguments.counter else { return Ok(None) };
    let counters = &loaded.plan.counters.0;
    let names =
        || counters.iter().filter_map(|counter| counter.name.as_deref()).collect::<Vec<_>>().join(", ");
    match (counters.as_slice(), name.as_str()) {
        ([], _) => Err(Stop::usage(format!("{}: the plan has no [counter] section", loaded.file))),
        ([only], "") => Ok(Some(only)),
        (_, "") => {
            Err(Stop::usage(format!("{}: the plan has several counters; name one: {}", loaded.file, names())))
        }
        (all, name) => {
            all.iter().find(|counter| counter.name.as_deref() == Some(name)).map(Some).ok_or_else(|| {
                Stop::usage(format!("{}: there is no counter `{name}`; there are: {}", loaded.file, names()))
            })
        }
    }
}

/// Carries out one experiment; a counter-run that fails only now and then as often as its plan wants it tried.
///
/// # Errors
/// Those of the experiment; after one there is no further try.
pub fn tried(
    loaded: &Loaded,
    arguments: &Arguments,
    mut once: impl FnMut() -> Result<Exit, Stop>,
) -> Result<Exit, Stop> {
    let tries = counter(loaded, arguments)?.map_or(1, |counter| counter.tries);
    for number in 1..tries {
        match once()? {
            Exit::Fail | Exit::Unknown => {
                output::line(&format!("shakedown: try {number} of {tries} has not shown it; once more"));
            }
            settled => return Ok(settled),
        }
    }
    once()
}

/// What the first Ctrl-C does.
const ENDING: &str = "ending in order: healing, writing the record (once more: heal and leave at once)";

/// Runs it, to its end or until the user ends it.
pub fn carry_out(loaded: &Loaded, arguments: &Arguments) -> Result<RunEnd, Stop> {
    let program = std::env::current_exe()
        .map_err(|error| Stop::deployment(format!("cannot find this program's own file: {error}")))?;
    let state = heal::state()?;
    let (raise, interrupt) = Interrupt::new();
    let watch = Arc::new(Watch::default());
    let served = arguments
        .metrics_addr
        .map(|address| metrics::Metrics::start(&loaded.plan, watch.clone(), address))
        .transpose()?;
    let (live, observer) = live::Live::start(&loaded.plan, watch.clone(), arguments.output.quiet);
    let (served, figures) = served.map_or((None, None), |(served, figures)| (Some(served), Some(figures)));
    let job = Job {
        loaded: loaded.clone(),
        overrides: arguments.sets.clone(),
        counter: arguments.counter.clone(),
        reports: arguments.reports.clone(),
        state: state.clone(),
        program,
        helper_image: arguments.helper_image.clone(),
        allowed_targets: arguments.allow_targets.clone(),
        keep_targets: arguments.output.jtl,
        heal_first: arguments.heal,
        observers: std::iter::once(observer).chain(figures).collect(),
        watch,
        interrupt: interrupt.clone(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::deployment(format!("cannot start: {error}")))?;
    let project = run::project(loaded);
    let end = tokio::task::LocalSet::new().block_on(&runtime, async {
        signals::listen(raise, ENDING).map_err(Stop::deployment)?;
        tokio::select! {
            end = run::run(job) => end.map_err(refusal),
            () = interrupt.raised(2) => Err(leave(&state, &project)),
        }
    });
    // Whatever the runtime still does must not keep us.
    runtime.shutdown_background();
    live.stop();
    if let Some(served) = served {
        served.stop();
    }
    end
}

pub(super) fn refusal(error: RunError) -> Stop {
    match error {
        RunError::Preflight(message) => Stop::deployment(message),
        RunError::Record(message) => Stop::unknown(message),
    }
}

/// The second Ctrl-C: what the journal holds is healed, and nothing else is waited for.
pub(super) fn leave(state: &StateDir, project: &str) -> Stop {
    match heal::heal(state, project) {
        Ok(healed) if healed.left.is_empty() => Stop {
            exit: Exit::Interrupted,
            message: format!("interrupted\n{}", heal::text(project, &healed)),
        },
        Ok(healed) => Stop::deployment(heal::text(project, &healed)),
        Err(trouble) => Stop::deployment(trouble),
    }
}

/// Prints the verdict in the form that was asked for.
pub(super) fn verdict(wanted: &Output, assessment: &Assessment, folder: &Path) -> Result<(), Stop> {
    let text = if wanted.json {
        report::json(assessment).map_err(Stop::unknown)?
    } else if wanted.quiet {
        report::verdict_line(assessment)
    } else {
        let style = report::Style { color: output::colour(), width: output::width(), folder: Some(folder) };
        report::terminal(assessment, style)
    };
    output::result(&text);
    Ok(())
}

/// Prints the summary and says with which code to end.
pub fn conclude(run: &RunEnd, assessment: &Assessment, arguments: &Arguments) -> Result<Exit, Stop> {
    verdict(&arguments.output, assessment, &run.folder)?;
    for left in &run.unhealed {
        output::line(&format!("shakedown: left unhealed: {left}"));
    }
    let mut exit = Exit::of_verdict(verify::exit_code(assessment));
    if let Some(reason) = &run.never_loaded {
        output::line(&format!("shakedown: no load was run: {reason}"));
        exit = exit.and(Exit::Deployment);
    }
    if !run.unhealed.is_empty() {
        exit = exit.and(Exit::Deployment);
    }
    if let Some(failure) = &run.write_failure {
        output::line(&format!("shakedown: the record is not whole: {failure}"));
    }
    Ok(if run.interrupted { exit.and(Exit::Interrupted) } else { exit })
}
