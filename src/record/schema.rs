//! The columns of the Arrow files. Part of the record's format: columns may be added at the end, never changed.

use super::{FORMAT, FinalTable};
use arrow_schema::{DataType, Field, Schema};
use std::collections::HashMap;
use std::sync::Arc;

/// Bytes of a trace id.
pub(crate) const TRACE_ID_BYTES: i32 = 16;

const TIME: &str = "nanoseconds on the run's clock";

/// The columns of `operations.arrows`: one row for each attempt.
pub(crate) fn operations() -> Arc<Schema> {
    let columns = vec![
        field("op", DataType::UInt64, "operation, unique in the run"),
        field("attempt", DataType::UInt16, "0 for the first"),
        field("last", DataType::Boolean, "whether it closes its operation"),
        optional("replay_of", DataType::UInt64, "the operation that it repeats on purpose"),
        field("user", DataType::UInt64, "virtual user"),
        field("session", DataType::UInt64, "one walk through a flow"),
        field("arrival", DataType::Boolean, "whether it begins its session"),
        field("step", DataType::UInt16, "place in run.json's steps"),
        optional("key", DataType::Utf8, "key of the effect or read"),
        optional("value", DataType::Utf8, "value written or read"),
        optional("version", DataType::Int64, "version written or read"),
        field("intended", DataType::Int64, TIME),
        field("started", DataType::Int64, TIME),
        optional("sent", DataType::Int64, TIME),
        optional("first_byte", DataType::Int64, TIME),
        field("end", DataType::Int64, TIME),
        field("sent_state", DataType::UInt8, "0 nothing, 1 part, 2 all"),
        optional("status", DataType::UInt16, "HTTP status"),
        field("outcome", DataType::UInt8, "0 ok, 1 fail, 2 indeterminate"),
        field("good", DataType::Boolean, "whether the user got what the plan expects"),
        field(
            "error",
            DataType::UInt8,
            "0 none, 1 dropped, 2 dns, 3 refused, 4 connect, 5 tls, 6 reset, 7 timeout, 8 protocol, 9 status, 10 check, \
             11 extract, 12 in_flight, 13 local, 14 not_processed, 15 request, 16 no_row",
        ),
        optional("instance", DataType::UInt16, "place in run.json's instances"),
        optional("trace_id", DataType::FixedSizeBinary(TRACE_ID_BYTES), "W3C trace id, big-endian"),
        field("bytes", DataType::UInt64, "bytes of the response"),
        optional(
            "reply",
            DataType::UInt64,
            "first 8 bytes of the SHA-256 of the response's body, where replayed",
        ),
        field("other", DataType::Boolean, "whether it is a replay with another payload"),
        optional("target", DataType::Utf8, "path and query that were sent, where they were kept"),
    ];
    table("operations", columns)
}

/// The columns of `histograms.arrows`.
pub(crate) fn histograms() -> Arc<Schema> {
    let columns = vec![
        field("second", DataType::Int64, "second of the intended start on the run's clock"),
        field("step", DataType::UInt16, "place in run.json's steps"),
        field("series", DataType::UInt8, "0 response, 1 from send, 2 service, 3 lateness"),
        field("outcome", DataType::UInt8, "0 ok, 1 fail, 2 indeterminate"),
        field("good", DataType::Boolean, "whether the user got what the plan expects"),
        field("bucket", DataType::UInt32, "HdrHistogram bucket of microseconds, 1 us to 1 h, 3 digits"),
        field("count", DataType::UInt32, "number; rows of the same bucket add up"),
    ];
    table("histograms", columns)
}

/// The columns of `samples.arrows`.
pub(crate) fn samples() -> Arc<Schema> {
    let columns = vec![
        field("time", DataType::Int64, TIME),
        field("name", DataType::Utf8, "the probe, or cpu (cores), memory (bytes), alive (0 or 1)"),
        optional("instance", DataType::Utf8, "the instance"),
        optional("value", DataType::Float64, "absent if the sample failed"),
    ];
    table("samples", columns)
}

/// The columns of one `final-<name>-<n>.arrows`: those of its rows.
pub(crate) fn final_rows(read: &FinalTable) -> Arc<Schema> {
    let columns: Vec<Field> =
        read.columns.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    let schema = table("final", columns);
    let mut about = schema.metadata().clone();
    let mut add = |key: &str, value: String| about.insert(key.to_owned(), value);
    add("name", read.name.clone());
    add("endpoint", read.endpoint.clone());
    add("snapshot", read.snapshot.to_string());
    add("settled", read.settled.to_string());
    if read.baseline {
        add("kind", "baseline".to_owned());
    }
    if read.continued {
        add("continued", true.to_string());
    }
    if read.ours_settled {
        add("ours_settled", true.to_string());
    }
    if let Some(grown) = read.grown {
        add("grown", grown.to_string());
    }
    if let Some(trouble) = &read.trouble {
        add("trouble", trouble.clone());
    }
    Arc::new(Schema::clone(&schema).with_metadata(about))
}

fn field(name: &str, kind: DataType, meaning: &str) -> Field {
    described(Field::new(name, kind, false), meaning)
}

fn optional(name: &str, kind: DataType, meaning: &str) -> Field {
    described(Field::new(name, kind, true), meaning)
}

fn described(field: Field, meaning: &str) -> Field {
    let key = if meaning == TIME { "unit" } else { "meaning" };
    field.with_metadata(HashMap::from([(key.to_owned(), meaning.to_owned())]))
}

fn table(name: &str, columns: Vec<Field>) -> Arc<Schema> {
    let about = [("shakedown.format", FORMAT.to_string()), ("shakedown.table", name.to_owned())];
    let about: HashMap<String, String> =
        about.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Arc::new(Schema::new_with_metadata(columns, about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::ErrorKind;

    #[test]
    fn the_error_column_names_every_kind_by_its_number() {
        let schema = operations();
        let column = schema.field_with_name("error").expect("there");
        let names: Vec<String> =
            ErrorKind::ALL.iter().map(|kind| format!("{} {}", *kind as u8, kind.name())).collect();
        assert_eq!(column.metadata()["meaning"], names.join(", "));
    }
}
