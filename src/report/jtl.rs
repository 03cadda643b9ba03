//! `results.jtl`: one line per request of the load, in the columns of JMeter's CSV; ours behind them.
//!
//! `timeStamp` is when the generator turned to the request (milliseconds since 1970), `elapsed` how long it took from
//! then, `Connect` until its first byte was written, `Latency` until the first byte came, `IdleTime` how late it was
//! against the plan; all in milliseconds. `URL` is the path that was sent; empty where the record does not hold it (`run --jtl`
//! records all). What the record does not hold is 0: `sentBytes`, `grpThreads`, `allThreads`.

use super::tables::name;
use super::{ReportError, Reporter, Source};
use crate::event::{ErrorKind, Nanos};
use crate::record::{AttemptRow, Manifest, Record, Scope};
use std::io::Write;

/// The file's name.
pub const FILE: &str = "results.jtl";

/// `results.jtl`.
pub struct Jtl;

const HEAD: [&str; 20] = [
    "timeStamp",
    "elapsed",
    "label",
    "responseCode",
    "responseMessage",
    "threadName",
    "dataType",
    "success",
    "failureMessage",
    "bytes",
    "sentBytes",
    "grpThreads",
    "allThreads",
    "URL",
    "Latency",
    "IdleTime",
    "Connect",
    "operation",
    "attempt",
    "warmup",
];

impl Reporter for Jtl {
    fn file(&self) -> &'static str {
        FILE
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        rows(source.record, out)
    }
}

/// The requests of a record.
pub fn rows(record: &Record, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD)?;
    let manifest = &record.manifest;
    for batch in record.attempts()? {
        for attempt in batch?.iter() {
            let info = manifest.steps.get(usize::from(attempt.step.0));
            if info.is_some_and(|info| info.scope == Scope::Load) {
                csv.write_record(row(manifest, &attempt))?;
            }
        }
    }
    csv.flush()?;
    Ok(())
}

fn row(manifest: &Manifest, attempt: &AttemptRow) -> [String; 20] {
    let millis = |time: Nanos| (time.0.max(0) / 1_000_000).to_string();
    let since = |at: Option<Nanos>| at.map_or("0".to_owned(), |at| millis(at - attempt.started));
    let trouble = if attempt.error == ErrorKind::None { "" } else { attempt.error.name() };
    let code = match attempt.status {
        Some(status) => status.to_string(),
        None => format!("Non HTTP response code: {trouble}"),
    };
    let info = manifest.steps.get(usize::from(attempt.step.0));
    // What the plan has is what was sent only where nothing is filled in.
    let fixed = info.map(|info| info.path.as_str()).filter(|path| !path.contains("${"));
    let path = attempt.target.or(fixed).unwrap_or_default().to_owned();
    [
        millis(Nanos(manifest.anchor_utc) + attempt.started),
        millis(attempt.end - attempt.started),
        name(manifest, attempt.step).1,
        code,
        trouble.to_owned(),
        format!("user {}", attempt.user),
        "text".to_owned(),
        attempt.good.to_string(),
        if attempt.good { String::new() } else { trouble.to_owned() },
        attempt.bytes.to_string(),
        "0".to_owned(),
        "0".to_owned(),
        "0".to_owned(),
        path,
        since(attempt.first_byte),
        millis(attempt.started - attempt.intended),
        since(attempt.sent),
        attempt.op.to_string(),
        attempt.attempt.to_string(),
        (attempt.intended < manifest.warmup_end).to_string(),
    ]
}
