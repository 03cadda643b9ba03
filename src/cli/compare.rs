//! `shakedown compare A B`: whether B is worse than A.

use super::{Exit, Stop, output};
use crate::plan::units::Share;
use crate::suite::compare::{self, Comparison, ENOUGH_RUNS, Weight};
use crate::suite::{Judged, folders, judged};
use crate::verify::Verdict;
use std::path::{Path, PathBuf};

/// What is no larger is no difference, unless `--fail-on-regression` says otherwise.
const MINIMUM_EFFECT: f64 = 0.05;

/// Compare runs.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The baseline A and what is compared with it, B: run folders, several with commas between them, or a folder of runs.
    #[arg(value_names = ["A", "B"], num_args = 2, required_unless_present = "a", conflicts_with_all = ["a", "b"])]
    pub sides: Vec<String>,
    /// A run of the baseline. May be repeated.
    #[arg(long, value_name = "DIR", requires = "b")]
    pub a: Vec<PathBuf>,
    /// A run that is compared with it. May be repeated.
    #[arg(long, value_name = "DIR", requires = "a")]
    pub b: Vec<PathBuf>,
    /// End with 1 if B breaks a promise that A kept, or is worse by this share and more; with 2 if that cannot be said.
    #[arg(long, value_name = "SHARE")]
    pub fail_on_regression: Option<Share>,
    /// Compare although the plans differ.
    #[arg(long)]
    pub anyway: bool,
    /// Print the comparison as JSON.
    #[arg(long)]
    pub json: bool,
    /// Write it as Markdown too.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write it as a page too.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Compares, prints and writes.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let (a, b) = sides(arguments)?;
    let minimum = arguments.fail_on_regression.map_or(MINIMUM_EFFECT, |share| share.0);
    let found = compare::compare(&runs(&a)?, &runs(&b)?, minimum);
    refuse(&found, arguments.anyway)?;
    if arguments.json {
        let text = serde_json::to_string_pretty(&found).map_err(Stop::unknown)?;
        output::result(&format!("{text}\n"));
    } else {
        output::result(&compare::terminal(&found, output::width()));
    }
    let files = [
        (&arguments.markdown, compare::markdown as fn(&Comparison) -> String),
        (&arguments.html, compare::html),
    ];
    for (path, write) in files {
        if let Some(path) = path {
            file(path, &write(&found))?;
        }
    }
    Ok(exit(arguments, &found))
}

/// Without a gate a comparison ends well whatever it says.
fn exit(arguments: &Arguments, found: &Comparison) -> Exit {
    match (arguments.fail_on_regression, found.verdict) {
        (None, _) | (_, Verdict::Pass) => Exit::Pass,
        (Some(_), Verdict::Fail) => Exit::Fail,
        (Some(_), Verdict::Unknown) => Exit::Unknown,
    }
}

fn sides(arguments: &Arguments) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Stop> {
    let listed = |text: &String| -> Vec<PathBuf> {
        let whole = PathBuf::from(text);
        // A folder may have a comma in its name.
        if whole.exists() { vec![whole] } else { text.split(',').map(PathBuf::from).collect() }
    };
    match arguments.sides.as_slice() {
        [a, b] => Ok((listed(a), listed(b))),
        _ => Ok((arguments.a.clone(), arguments.b.clone())),
    }
}

fn runs(paths: &[PathBuf]) -> Result<Vec<Judged>, Stop> {
    let all = folders(paths).map_err(Stop::usage)?;
    all.iter().map(|folder| judged(folder).map_err(Stop::usage)).collect()
}

/// What is of different experiments is not compared, unless the user knows and wants it.
fn refuse(found: &Comparison, anyway: bool) -> Result<(), Stop> {
    let reasons: Vec<&str> = found
        .differences
        .iter()
        .filter(|difference| difference.weight == Weight::Refuse)
        .map(|difference| difference.text.as_str())
        .collect();
    if reasons.is_empty() || anyway {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "these runs are of different experiments: {}\n  a comparison of deployments needs one plan on both sides; \
         --anyway compares all the same (best with {ENOUGH_RUNS} runs a side)",
        reasons.join("; ")
    )))
}

fn file(path: &Path, text: &str) -> Result<(), Stop> {
    std::fs::write(path, text)
        .map_err(|error| Stop::usage(format!("cannot write {}: {error}", path.display())))?;
    output::line(&format!("shakedown: {}", path.display()));
    Ok(())
}
