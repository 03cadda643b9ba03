//! JSONPaths and regular expressions.

use super::Findings;
use crate::json::JsonPath;

/// A JSONPath that can be read.
pub(super) fn json_path(text: &str, path: &str, found: &mut Findings<'_>) {
    if let Err(error) = JsonPath::parse(text) {
        let help = "write it as in RFC 9535, from `$`: `$.items[0].id`, `$['a b']`, `$..id`";
        found.error(path, format!("`{text}` is not a JSONPath: {error}"), help);
    }
}

/// A regular expression that can be read.
pub(super) fn regex(text: &str, path: &str, found: &mut Findings<'_>) {
    if let Err(error) = regex::Regex::new(text) {
        // The library draws the place under the pattern; its last line says what is wrong.
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        let help = "the syntax is https://docs.rs/regex; in TOML write it in single quotes: '\\d+'";
        found.error(path, format!("`{text}` is not a regular expression: {why}"), help);
    }
}
