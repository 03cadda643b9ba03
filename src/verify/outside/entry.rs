//! One line of a history: an operation begins, or it ends.

use super::edn::TUPLE;
use super::trouble::short;
use super::{Form, Function};
use crate::json::{Map, Value};

/// What happened to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Invoke,
    Ok,
    Fail,
    Info,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invoke => "invoke",
            Kind::Ok => "ok",
            Kind::Fail => "fail",
            Kind::Info => "info",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub line: u32,
    /// Absent: the nemesis, which is no client.
    pub process: Option<Value>,
    pub kind: Kind,
    pub function: Function,
    /// Absent where the line names none.
    pub key: Option<Value>,
    pub value: Value,
    pub time: Option<i64>,
}

type Wrong = (String, String);

impl Entry {
    /// From a map.
    pub fn of(value: Value, form: Form) -> Result<Entry, Wrong> {
        let Value::Object(mut map) = value else {
            return Err(("this is not a map".into(), "an operation is a map of its fields".into()));
        };
        let Some(process) = process(&mut map)? else { return Ok(Entry::of_nemesis()) };
        let kind = kind(&mut map)?;
        let function = match map.remove("f") {
            Some(Value::String(name)) if !name.is_empty() => Function::named(&name),
            other => return Err(wrong("f", other, "a name, such as \"read\", \"write\" or \"cas\"")),
        };
        // Equal numbers get equal texts: `1.0` and `1`.
        let mut key = map.remove("key").filter(|key| !key.is_null()).map(Value::canonical);
        let mut value = map.remove("value").unwrap_or(Value::Null).canonical();
        if key.is_none() {
            (key, value) = keyed(value, kind, form)?;
        }
        Ok(Entry { line: 0, process: Some(process), kind, function, key, value, time: time(&mut map)? })
    }

    /// A line of the nemesis: whatever it says, nobody looks at it.
    fn of_nemesis() -> Entry {
        let function = Function::Other("".into());
        Entry {
            line: 0,
            process: None,
            kind: Kind::Info,
            function,
            key: None,
            value: Value::Null,
            time: None,
        }
    }
}

/// Whether a process of this name is no client: `nemesis`, and those that are numbered or named after it.
pub(super) fn is_nemesis(process: &str) -> bool {
    process.starts_with("nemesis")
}

fn process(map: &mut Map) -> Result<Option<Value>, Wrong> {
    match map.remove("process") {
        Some(Value::String(name)) if is_nemesis(&name) => Ok(None),
        Some(Value::String(name)) if !name.is_empty() => Ok(Some(Value::String(name))),
        Some(Value::Number(number)) if number.is_whole() => Ok(Some(Value::Number(number.canonical()))),
        other => Err(wrong("process", other, "a number, one for each client")),
    }
}

fn kind(map: &mut Map) -> Result<Kind, Wrong> {
    let kind = map.remove("type");
    let known = match kind.as_ref().and_then(Value::as_str) {
        Some("invoke") => Some(Kind::Invoke),
        Some("ok") => Some(Kind::Ok),
        Some("fail") => Some(Kind::Fail),
        Some("info") => Some(Kind::Info),
        _ => None,
    };
    known.ok_or_else(|| wrong("type", kind, "invoke, ok, fail or info"))
}

fn time(map: &mut Map) -> Result<Option<i64>, Wrong> {
    match map.remove("time") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_i64().or(Some(number.as_f64() as i64))),
        other => Err(wrong("time", other, "a number of nanoseconds, or to be left out")),
    }
}

/// Key and value of a pair: one that is tagged as such, or, where every value is to be one, a list of two.
fn keyed(value: Value, kind: Kind, form: Form) -> Result<(Option<Value>, Value), Wrong> {
    let pair = match &value {
        Value::Object(map) if map.len() == 1 => map.get(TUPLE),
        Value::Array(_) if form.key_in_value => Some(&value),
        _ => None,
    };
    match pair.and_then(Value::as_array).map(Vec::as_slice) {
        Some([key, value]) => Ok((Some(key.clone()), value.clone())),
        // What ended otherwise than well may say why, in place of its value.
        _ if pair.is_none() && (!form.key_in_value || kind == Kind::Info || kind == Kind::Fail) => {
            Ok((None, value))
        }
        _ => Err((
            format!("`value` is {}, not a pair of key and value", short(&value.to_string())),
            "write [key, value]; or leave --key-in-value out if `key` stands beside `value`".into(),
        )),
    }
}

fn wrong(field: &str, found: Option<Value>, right: &str) -> Wrong {
    let what = match found {
        None => format!("`{field}` is missing"),
        Some(found) => format!("`{field}` is {}", short(&found.to_string())),
    };
    (what, format!("`{field}` has to be {right}"))
}
