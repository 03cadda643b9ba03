//! From TOML text to the tree.

use super::{Entry, Node, Value};
use crate::json::{Number, Value as Json};
use crate::plan::{Diagnostic, Origin};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// How many mistakes of syntax are shown: those after the first few often follow from them.
const SHOWN: usize = 5;

/// Reads a TOML text. Mistakes of syntax, and numbers that a plan cannot hold, are added to `problems`; with any of the
/// first there is no tree.
pub(super) fn parse(file: &Arc<str>, text: &str, problems: &mut Vec<Diagnostic>) -> Option<Node> {
    let lines = Lines::of(file.clone(), text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors.iter().take(SHOWN) {
        let place = error.span().map_or(text.len(), |span| span.start);
        problems.push(Diagnostic::error(
            lines.origin(place),
            format!("this is not TOML: {}", error.message()),
            "a plan is a TOML file (https://toml.io): `key = value` lines under `[section]` headers",
        ));
    }
    errors.is_empty().then(|| Converter { lines: &lines, problems }.table(0, table.get_ref()))
}

/// A single value as TOML where it is TOML, else as the text that stands there.
pub(crate) fn value_of(text: &str) -> Json {
    let as_text = || Json::String(text.to_owned());
    let Ok(parsed) = DeValue::parse(text) else { return as_text() };
    let file: Arc<str> = "".into();
    let lines = Lines::of(file, text);
    let mut problems = Vec::new();
    let node = Converter { lines: &lines, problems: &mut problems }.value(&parsed);
    if problems.is_empty() { json(&node) } else { as_text() }
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Text(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => Json::Number(number.clone()),
        Value::Boolean(truth) => (*truth).into(),
        Value::List(list) => list.iter().map(json).collect(),
        Value::Table(entries) => {
            Json::Object(entries.iter().map(|e| (e.key.clone(), json(&e.node))).collect())
        }
        Value::Reported => Json::Null,
    }
}

struct Converter<'a> {
    lines: &'a Lines<'a>,
    problems: &'a mut Vec<Diagnostic>,
}

impl Converter<'_> {
    fn table(&mut self, start: usize, table: &DeTable<'_>) -> Node {
        let entries = table.iter().map(|(key, value)| self.entry(key, value)).collect();
        Node { origin: self.lines.origin(start), value: Value::Table(entries) }
    }

    fn entry(&mut self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Entry {
        Entry {
            key: key.get_ref().to_string(),
            key_origin: self.lines.origin(key.span().start),
            node: self.value(value),
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Node {
        let start = value.span().start;
        let origin = self.lines.origin(start);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(date) => Value::Text(date.to_string()),
            DeValue::Integer(number) => self.integer(&origin, number.as_str(), number.radix()),
            DeValue::Float(number) => self.float(&origin, number.as_str()),
            DeValue::Array(list) => Value::List(list.iter().map(|element| self.value(element)).collect()),
            DeValue::Table(table) => return self.table(start, table),
        };
        Node { origin, value }
    }

    fn integer(&mut self, origin: &Origin, digits: &str, radix: u32) -> Value {
        i64::from_str_radix(digits, radix).map_or_else(
            |_| {
                self.refuse(
                    origin,
                    format!("the number {digits} is too large"),
                    format!("whole numbers go up to {}; a larger one can be sent from a feeder, or in a `text` body", i64::MAX),
                )
            },
            Value::Integer,
        )
    }

    fn float(&mut self, origin: &Origin, digits: &str) -> Value {
        match Number::parse(digits.trim_start_matches('+')) {
            Some(number) if number.as_f64().is_finite() => Value::Float(number),
            _ => self.refuse(
                origin,
                format!("`{digits}` is not a number that a plan can use"),
                "write a finite number",
            ),
        }
    }

    fn refuse(&mut self, origin: &Origin, message: String, help: impl Into<String>) -> Value {
        self.problems.push(Diagnostic::error(origin.clone(), message, help));
        Value::Reported
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    file: Arc<str>,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(file: Arc<str>, text: &'a str) -> Lines<'a> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(place, _)| place + 1)).collect();
        Lines { file, text, starts }
    }

    /// The place of a byte.
    pub(super) fn origin(&self, byte: usize) -> Origin {
        let byte = self.text.floor_char_boundary(byte.min(self.text.len()));
        let line = self.starts.partition_point(|start| *start <= byte) - 1;
        let column = self.text[self.starts[line]..byte].chars().count() + 1;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Origin::File { file: self.file.clone(), line: count(line + 1), column: count(column) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let mut problems = Vec::new();
        let node = parse(&"p.toml".into(), text, &mut problems).expect(text);
        assert_eq!(problems, []);
        node
    }

    fn at(node: &Node) -> String {
        node.origin.to_string()
    }

    #[test]
    fn values_know_their_line_and_column() {
        let plan =
            tree("name = \"ä\"\n\n[load]\nrate = '5/s'\n\n[[fault]]\nid = \"x\"\nkill = { service = 'n' }\n");
        assert_eq!(at(plan.get("name").expect("name")), "p.toml:1:8");
        let load = plan.get("load").expect("load");
        assert_eq!(at(load), "p.toml:3:1");
        assert_eq!(at(load.get("rate").expect("rate")), "p.toml:4:8");
        let Some(Value::List(faults)) = plan.get("fault").map(|node| &node.value) else { panic!("no list") };
        assert_eq!(at(&faults[0]), "p.toml:6:1");
        let kill = faults[0].get("kill").expect("kill");
        assert_eq!(at(kill.get("service").expect("service")), "p.toml:8:20");
    }

    #[test]
    fn columns_count_characters() {
        let plan = tree("\"äöü\" = 5");
        assert_eq!(at(plan.get("äöü").expect("key")), "p.toml:1:9");
    }

    #[test]
    fn syntax_is_reported_where_it_breaks() {
        let mut problems = Vec::new();
        assert!(parse(&"p.toml".into(), "a = 1\nb = = 2\n", &mut problems).is_none());
        assert!(
            problems[0].to_string().starts_with("p.toml:2:5: error: this is not TOML"),
            "{}",
            problems[0]
        );
        assert!(parse(&"p.toml".into(), "a = \"open", &mut problems).is_none());
    }

    #[test]
    fn numbers_that_a_plan_cannot_hold_are_refused() {
        let mut problems = Vec::new();
        parse(&"p.toml".into(), "a = 9223372036854775808\nb = nan\nc = inf\nd = 0x10", &mut problems);
        let places: Vec<_> = problems.iter().map(|problem| problem.origin.to_string()).collect();
        assert_eq!(places, ["p.toml:1:5", "p.toml:2:5", "p.toml:3:5"]);
    }
}
