//! Logs: one JSON object per line on standard output, with the id of the request they belong to.

use crate::server::request_id;
use serde_json::{Map, Value};
use std::fmt::Display;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// A name and what to say about it.
pub type Field<'a> = (&'a str, &'a dyn Display);

/// What is good to know.
pub fn info(message: &str, fields: &[Field<'_>]) {
    write("info", message, fields);
}

/// What somebody should look at when it comes often.
pub fn warn(message: &str, fields: &[Field<'_>]) {
    write("warn", message, fields);
}

/// What must not happen.
pub fn error(message: &str, fields: &[Field<'_>]) {
    write("error", message, fields);
}

fn write(level: &str, message: &str, fields: &[Field<'_>]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut line = Map::new();
    line.insert("at_ms".to_owned(), Value::from(u64::try_from(now.as_millis()).unwrap_or(u64::MAX)));
    line.insert("level".to_owned(), Value::from(level));
    line.insert("message".to_owned(), Value::from(message));
    if let Some(id) = request_id::current() {
        line.insert("request_id".to_owned(), Value::from(id));
    }
    for (name, value) in fields {
        line.insert((*name).to_owned(), Value::from(value.to_string()));
    }
    let mut text = Value::Object(line).to_string();
    text.push('\n');
    // A log that nobody can read stops no service.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
