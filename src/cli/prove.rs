//! `shakedown prove [IDS]`: claims and their falsifications, run until each stands or falls.

use super::{Exit, Stop, output, report, run, verify};
use crate::plan::Override;
use crate::record::{utc, utc_text, write_atomic};
use crate::report::Source;
use crate::run::RunEnd;
use crate::suite::index::{self, Entry};
use crate::suite::prove::{self, Carried, Outcome, Prepared, Progress, Proof, Results, Trial};
use crate::verify::Verdict;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Prove claims.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Claims (`D3`: all plans whose file's name begins with it) or plan files. Default: every claim of the folder.
    #[arg(value_name = "CLAIM")]
    pub claims: Vec<String>,
    /// The folder of the plans.
    #[arg(long, value_name = "DIR", default_value = "plans")]
    pub plans: PathBuf,
    /// How often each run and counter-run is carried out.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub times: u32,
    /// Go on with the newest proof, or with that in this folder: what passed or failed there is not run again.
    #[arg(long, value_name = "DIR")]
    pub resume: Option<Option<PathBuf>>,
    /// The folder in which the proof's folder is made.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub reports: PathBuf,
    /// Change a value in every plan. May be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// Allow load on this host, outside loopback. May be repeated.
    #[arg(long = "allow-target", value_name = "HOST")]
    pub allow_targets: Vec<String>,
    /// Print the table as JSON.
    #[arg(long)]
    pub json: bool,
    /// No live view of each run.
    #[arg(long, short)]
    pub quiet: bool,
}

/// Proves; the table is printed and written.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let prepared = prepared(arguments)?;
    let trials = prove::trials(&prepared, arguments.times);
    let folder = folder(arguments)?;
    let mut results = Results::open(&folder, &build()).map_err(|error| cannot_write(&folder, &error))?;
    if results.passed_over > 0 {
        output::line(&format!(
            "shakedown: {} results in {} are of another build of shakedown or cannot be read: they do not count",
            results.passed_over,
            folder.display()
        ));
    }
    let mut exit = Exit::Pass;
    let mut carry_out = |trial: &Trial| {
        let (carried, grave) = carried(trial, &folder, arguments);
        exit = exit.and(grave);
        carried
    };
    let stopped = prove::prove(&trials, &mut results, &mut carry_out, &mut tell)
        .map_err(|error| cannot_write(&folder, &error))?;
    let proof = prove::table(&prepared, &trials, &results);
    write(&folder, &proof, &results)?;
    if arguments.json {
        output::result(&prove::json(&proof).map_err(Stop::unknown)?);
    } else {
        output::result(&format!(
            "{}\n{}\n",
            prove::terminal(&proof, output::width()),
            folder.join("prove.md").display()
        ));
    }
    if let Some(reason) = stopped {
        output::line(&format!("shakedown: ended early: {reason}; `--resume` goes on from here"));
    }
    Ok(exit.and(match proof.verdict() {
        Verdict::Pass => Exit::Pass,
        Verdict::Fail => Exit::Fail,
        Verdict::Unknown => Exit::Unknown,
    }))
}

fn prepared(arguments: &Arguments) -> Result<Vec<Prepared>, Stop> {
    let claims = prove::claims(&arguments.plans, &arguments.claims).map_err(Stop::usage)?;
    let sets = arguments
        .sets
        .iter()
        .map(|text| Override::parse(text).map_err(|error| Stop::usage(format!("--set {text}: {error}"))))
        .collect::<Result<Vec<_>, _>>()?;
    prove::prepare(&claims, &sets).map_err(|wrong| {
        let list: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Stop::usage(format!("plans have mistakes\n{}", list.join("\n")))
    })
}

/// The proof's folder: a new one, or the one to go on with.
fn folder(arguments: &Arguments) -> Result<PathBuf, Stop> {
    match &arguments.resume {
        None => {
            let name = format!("prove-{}", utc(now()));
            Ok(arguments.reports.join(name))
        }
        Some(Some(named)) => match named.is_dir() {
            true => Ok(named.clone()),
            false => Err(Stop::usage(format!("--resume {}: there is no such folder", named.display()))),
        },
        Some(None) => prove::newest(&arguments.reports).ok_or_else(|| {
            Stop::usage(format!(
                "--resume: there is no proof in {} to go on with",
                arguments.reports.display()
            ))
        }),
    }
}

/// One run, judged; and the code that it alone asks for.
fn carried(trial: &Trial, folder: &Path, arguments: &Arguments) -> (Carried, Exit) {
    let began = Instant::now();
    let (found, stop, exit) = match tried(trial, folder, arguments) {
        Ok((run, found)) => {
            let left =
                (!run.unhealed.is_empty()).then(|| format!("left unhealed: {}", run.unhealed.join("; ")));
            let exit = if left.is_some() { Exit::Deployment } else { Exit::Pass };
            match run.interrupted {
                true => (None, Some("interrupted".to_owned()), exit.and(Exit::Interrupted)),
                false => (Some((found, Some(run.folder))), left, exit),
            }
        }
        // The second Ctrl-C; what it healed is told.
        Err(stop) if stop.exit == Exit::Interrupted => (None, Some(stop.message), Exit::Interrupted),
        Err(stop) => (Some(((Verdict::Unknown, stop.message), None)), None, Exit::Pass),
    };
    let outcome = found.map(|((verdict, evidence), run)| Outcome {
        format: prove::FORMAT,
        claim: trial.claim.clone(),
        plan: trial.plan.clone(),
        plan_sha256: trial.sha256.clone(),
        counter: trial.counter.clone(),
        round: trial.round,
        verdict,
        evidence: evidence.split_whitespace().collect::<Vec<_>>().join(" "),
        seconds: (began.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        folder: run,
        build: build(),
        ended: utc_text(now()),
    });
    (Carried { outcome, stop }, exit)
}

/// Runs a plan, or its counter-run until it has shown what it must or was tried as often as the plan wants it.
fn tried(trial: &Trial, folder: &Path, arguments: &Arguments) -> Result<(RunEnd, (Verdict, String)), Stop> {
    for number in 1..trial.tries {
        let (run, (verdict, reason)) = one(trial, folder, arguments)?;
        if verdict == Verdict::Pass || run.interrupted || !run.unhealed.is_empty() {
            return Ok((run, (verdict, reason)));
        }
        output::line(&format!("        try {number} of {}: {reason}", trial.tries));
    }
    one(trial, folder, arguments)
}

/// Runs a plan or its counter-run, and says whether it came out as the claim has it.
fn one(trial: &Trial, folder: &Path, arguments: &Arguments) -> Result<(RunEnd, (Verdict, String)), Stop> {
    let arguments = run::Arguments {
        helper_image: None,
        plan: trial.plan.clone(),
        sets: arguments.sets.clone(),
        counter: trial.counter.clone(),
        dry_run: false,
        reports: folder.to_owned(),
        allow_targets: arguments.allow_targets.clone(),
        // What an earlier run left behind is no steady state to start from.
        heal: true,
        metrics_addr: None,
        output: run::Output { quiet: arguments.quiet, ..run::Output::default() },
        built_in: None,
    };
    let loaded = run::plan(&arguments)?;
    let end = run::carry_out(&loaded, &arguments)?;
    let record = verify::record(&end.folder)?;
    let (assessment, tables) = verify::judge(&loaded.plan, &record)?;
    let source = Source { plan: &loaded.plan, record: &record, assessment: &assessment, tables: &tables };
    report::write(&end.folder, &source, false)?;
    if let Some(reason) = &end.never_loaded {
        let told = format!("no load was run, the steady state was not reached: {reason}");
        return Ok((end.clone(), (Verdict::Unknown, told)));
    }
    let evidence = match assessment.counter {
        None => prove::evidence(&assessment),
        Some(_) => assessment.reason.clone(),
    };
    let found = (assessment.verdict, evidence);
    Ok((end, found))
}

fn tell(progress: Progress) {
    match progress {
        Progress::Kept(count) => output::line(&format!("shakedown: {count} results of before count")),
        Progress::Begins { number, of, trial } => {
            output::line(&format!("[{number}/{of}] {}", trial.label()));
        }
        Progress::Ended(outcome) => output::line(&format!(
            "        {} in {:.0} s: {}",
            crate::report::word(outcome.verdict),
            outcome.seconds,
            outcome.evidence
        )),
    }
}

/// Writes the table in its three forms, and the page of the runs.
fn write(folder: &Path, proof: &Proof, results: &Results) -> Result<(), Stop> {
    let texts = [
        ("prove.md", prove::markdown(proof)),
        ("prove.csv", prove::csv(proof).map_err(Stop::unknown)?),
        ("prove.json", prove::json(proof).map_err(Stop::unknown)?),
        (index::FILE, index::html(&entries(results), folder)),
    ];
    for (name, text) in texts {
        write_atomic(&folder.join(name), text.as_bytes()).map_err(Stop::unknown)?;
    }
    Ok(())
}

/// The runs of the proof whose records can be read; others have no picture, and are in the table all the same.
fn entries(results: &Results) -> Vec<Entry> {
    let folders = results.outcomes().iter().filter_map(|outcome| outcome.folder.clone());
    folders.filter_map(|folder| report::entry(&folder).ok()).collect()
}

/// What built this program, as far as it can tell: another file is another build.
fn build() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let of_file = file.ok().and_then(|data| {
        let since = data.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(format!("{}-{}", data.len(), since.as_millis()))
    });
    format!("shakedown {} ({})", env!("CARGO_PKG_VERSION"), of_file.unwrap_or_else(|| "unknown".to_owned()))
}

/// Nanoseconds since 1970-01-01 UTC.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

fn cannot_write(folder: &Path, error: &std::io::Error) -> Stop {
    Stop::unknown(format!("the results in {} cannot be kept: {error}", folder.display()))
}
