//! Every attempt as CSV: the columns of `operations.arrows`, ids in words. Times in nanoseconds on the run's clock.

use crate::event::{Nanos, Outcome, Sent};
use crate::record::{AttemptRow, Manifest, Record};
use crate::report::ReportError;
use crate::report::tables::name;
use std::io::Write;

const HEAD: [&str; 24] = [
    "op",
    "attempt",
    "last",
    "replay_of",
    "user",
    "session",
    "arrival",
    "flow",
    "step",
    "key",
    "value",
    "version",
    "intended",
    "started",
    "sent",
    "first_byte",
    "end",
    "sent_state",
    "status",
    "outcome",
    "good",
    "error",
    "instance",
    "bytes",
];

/// Writes every attempt.
pub(super) fn write(record: &Record, out: &mut dyn Write) -> Result<(), ReportError> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEAD)?;
    for batch in record.attempts()? {
        for attempt in batch?.iter() {
            csv.write_record(row(&record.manifest, &attempt))?;
        }
    }
    csv.flush()?;
    Ok(())
}

fn row(manifest: &Manifest, attempt: &AttemptRow<'_>) -> [String; 24] {
    let info = manifest.steps.get(usize::from(attempt.step.0));
    let instance = attempt.instance.and_then(|number| manifest.instances.get(usize::from(number)));
    let time = |at: Option<Nanos>| at.map_or(String::new(), |at| at.0.to_string());
    let text = |value: Option<&str>| value.unwrap_or("").to_owned();
    [
        attempt.op.to_string(),
        attempt.attempt.to_string(),
        attempt.last.to_string(),
        attempt.replay_of.map_or(String::new(), |op| op.to_string()),
        attempt.user.to_string(),
        attempt.session.to_string(),
        attempt.arrival.to_string(),
        info.map_or(String::new(), |info| info.flow.clone()),
        info.map_or_else(|| name(manifest, attempt.step).1, |info| info.name.clone()),
        text(attempt.key),
        text(attempt.value),
        attempt.version.map_or(String::new(), |version| version.to_string()),
        attempt.intended.0.to_string(),
        attempt.started.0.to_string(),
        time(attempt.sent),
        time(attempt.first_byte),
        attempt.end.0.to_string(),
        match attempt.sent_state {
            Sent::Nothing => "nothing",
            Sent::Part => "part",
            Sent::All => "all",
        }
        .to_owned(),
        attempt.status.map_or(String::new(), |status| status.to_string()),
        match attempt.outcome {
            Outcome::Ok => "ok",
            Outcome::Fail => "fail",
            Outcome::Indeterminate => "indeterminate",
        }
        .to_owned(),
        attempt.good.to_string(),
        attempt.error.name().to_owned(),
        instance.map_or(String::new(), |instance| instance.name.clone()),
        attempt.bytes.to_string(),
    ]
}
