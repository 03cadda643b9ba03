//! `shakedown verify --history FILE --checker NAME`: the verdict on a history from outside, as JSON.

use super::{Exit, Stop, output};
use crate::json::Value;
use crate::verify::linear::Model;
use crate::verify::outside::{self, CHECKERS, Checker, Form, Options};
use crate::verify::{Amount, Verdict};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Which history, and what is asked about it.
#[derive(Debug, clap::Args)]
#[group(id = "outside")]
pub struct Arguments {
    /// Judge this history (JSON, EDN, or the lines of a Jepsen log) instead of a run folder.
    #[arg(long, value_name = "FILE", requires = "checker", help_heading = "Outside histories")]
    pub history: Option<PathBuf>,
    /// The checker: linearizable, set, queue, unique-ids, counter, read-your-writes, monotonic-reads, bank, conservation.
    #[arg(long, value_name = "NAME", requires = "history", help_heading = "Outside histories")]
    pub checker: Option<String>,
    /// The model of `linearizable`: register, cas-register, append-register, counter, key-value. Default: by what the
    /// operations do.
    #[arg(long, value_name = "MODEL", requires = "history", help_heading = "Outside histories")]
    pub model: Option<String>,
    /// Every value is a pair [key, value], as Jepsen's `independent` writes it.
    #[arg(long, requires = "history", help_heading = "Outside histories")]
    pub key_in_value: bool,
    /// What every key holds at the beginning, as JSON. Default: null, and 0 for counters.
    #[arg(long, value_name = "JSON", requires = "history", help_heading = "Outside histories")]
    pub initial: Option<String>,
    /// The sum that every read of `bank` and `conservation` has to give. Default: that of the first.
    #[arg(
        long,
        value_name = "NUMBER",
        requires = "history",
        allow_negative_numbers = true,
        help_heading = "Outside histories"
    )]
    pub total: Option<Amount>,
    /// So many states may `linearizable` visit; what is not decided then is Unknown.
    #[arg(
        long,
        value_name = "STATES",
        default_value_t = 10_000_000,
        requires = "history",
        help_heading = "Outside histories"
    )]
    pub budget: u64,
    /// So long may it take.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        requires = "history",
        help_heading = "Outside histories"
    )]
    pub time_limit: u64,
}

/// Judges the history and prints the verdict.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let (Some(path), Some(name)) = (&arguments.history, &arguments.checker) else {
        return Err(Stop::usage("give a run folder, or --history FILE and --checker NAME"));
    };
    let checker = checker(name)?;
    let model = arguments.model.as_deref().map(model).transpose()?;
    if model.is_some() && checker.name() != "linearizable" {
        return Err(Stop::usage(format!("--model belongs to --checker linearizable, not to `{name}`")));
    }
    let initial = arguments.initial.as_deref().map(json).transpose()?;
    let bytes = std::fs::read(path)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let form = Form { key_in_value: arguments.key_in_value };
    let history = outside::read(&path.display().to_string(), &bytes, form).map_err(Stop::usage)?;
    let (start, limit) = (Instant::now(), Duration::from_secs(arguments.time_limit));
    let options = Options {
        model,
        initial,
        total: arguments.total.clone(),
        states: arguments.budget,
        expired: &|| start.elapsed() > limit,
    };
    let judgement = checker.check(&history, &options).map_err(Stop::usage)?;
    output::result(&judgement.json().map_err(Stop::unknown)?);
    Ok(match judgement.verdict {
        Verdict::Pass => Exit::Pass,
        Verdict::Fail => Exit::Fail,
        Verdict::Unknown => Exit::Unknown,
    })
}

fn checker(name: &str) -> Result<&'static dyn Checker, Stop> {
    let names: Vec<&str> = CHECKERS.iter().map(|checker| checker.name()).collect();
    let found = CHECKERS.iter().find(|checker| checker.name() == name).copied();
    found.ok_or_else(|| Stop::usage(unknown("checker", name, &names)))
}

fn model(name: &str) -> Result<Model, Stop> {
    let names: Vec<&str> = Model::ALL.iter().map(|model| model.name()).collect();
    Model::named(name).ok_or_else(|| Stop::usage(unknown("model", name, &names)))
}

fn json(text: &str) -> Result<Value, Stop> {
    Value::parse(text.as_bytes()).map(Value::canonical).map_err(|_| {
        Stop::usage(format!("--initial {text}: not JSON; write a number, null, or a text as '\"a\"'"))
    })
}

fn unknown(what: &str, name: &str, names: &[&str]) -> String {
    format!("there is no {what} `{name}`\n  help: there are {}", names.join(", "))
}
