//! Keeps secrets out of what is shown.
//!
//! Masked are: every value that came from the environment, wherever it stands and however it is encoded; headers that
//! carry credentials; values whose name (JSON key, parameter, header, variable) says that they are secret.

use super::encode::{self, Encoding};
use std::collections::BTreeSet;

/// What stands in a secret's place.
pub(super) const MASK: &str = "***";

const SECRET_HEADERS: [&str; 5] =
    ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"];

/// Whether something of this name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "token", "secret"].iter().any(|word| name.contains(word))
}

/// Whether a header of this name carries credentials.
pub(super) fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) || is_secret_name(name)
}

/// Replaces secrets by `***`.
#[derive(Clone, Debug, Default)]
pub(super) struct Masker {
    /// The secrets in every encoding, longer ones first: one may be part of another.
    secrets: Vec<String>,
}

impl Masker {
    /// A masker for these values.
    pub(super) fn new(secrets: impl IntoIterator<Item = String>) -> Masker {
        let mut all = BTreeSet::new();
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            for encoding in [Encoding::Component, Encoding::Target, Encoding::Form, Encoding::JsonText] {
                let mut encoded = String::new();
                encode::push(&mut encoded, &secret, encoding);
                all.insert(encoded);
            }
            all.insert(secret);
        }
        let mut secrets: Vec<String> = all.into_iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Masker { secrets }
    }

    /// The same masker, which knows some more.
    pub(super) fn with(&self, more: Vec<String>) -> Masker {
        if more.is_empty() { self.clone() } else { Masker::new(self.secrets.iter().cloned().chain(more)) }
    }

    /// The length of the longest secret in bytes.
    pub(super) fn longest(&self) -> usize {
        self.secrets.first().map_or(0, String::len)
    }

    /// Masks known values only.
    pub(super) fn values(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret) {
                text = text.replace(secret, MASK);
            }
        }
        text
    }

    /// Masks known values, and by name those of parameters, form fields and JSON keys. The text may be cut off.
    pub(super) fn text(&self, text: &str) -> String {
        pairs(&json(&self.values(text)))
    }
}

/// Masks the values of secret keys in whatever of `text` looks like JSON.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let end = start + string_end(&rest[start..]);
        let after = &rest[end..];
        let colon = after.len() - after.trim_start().len();
        let secret = after[colon..].starts_with(':') && is_secret_name(&rest[start..end]);
        out.push_str(&rest[..end]);
        rest = after;
        if secret {
            let value = &after[colon + 1..];
            let gap = value.len() - value.trim_start().len();
            out.push_str(&after[..colon + 1 + gap]);
            out.push_str("\"***\"");
            rest = &value[gap + value_end(&value[gap..])..];
        }
    }
    out + rest
}

/// Where the string that `text` begins with ends: behind its closing quote, or at the end of the text.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the JSON value that `text` begins with ends.
fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        match c {
            '"' => {
                place += string_end(&text[place..]);
                if depth == 0 {
                    return place;
                }
                continue;
            }
            '{' | '[' => depth += 1,
            '}' | ']' if depth <= 1 => return if depth == 0 { place } else { place + 1 },
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => return place,
            c if depth == 0 && c.is_whitespace() => return place,
            _ => {}
        }
        place += c.len_utf8();
    }
    text.len()
}

/// Masks the values of secret names in `name=value&…`, wherever it stands.
fn pairs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (name, value) = rest.split_at(equals + 1);
        out.push_str(name);
        rest = value;
        let word = name[..equals].rsplit(|c: char| !(c.is_alphanumeric() || "_-.[]%".contains(c))).next();
        if word.is_some_and(is_secret_name) {
            let end =
                value.find(|c: char| c.is_whitespace() || "&;,\"'<>".contains(c)).unwrap_or(value.len());
            out.push_str(if end > 0 { MASK } else { "" });
            rest = &value[end..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> String {
        Masker::new(["p@ss w\"rd".to_owned(), "abc".into(), "abcdef".into()]).text(text)
    }

    #[test]
    fn values_from_the_environment_are_masked_in_every_encoding() {
        assert_eq!(masked("x p@ss w\"rd y"), "x *** y");
        assert_eq!(masked("/a?q=p%40ss%20w%22rd&r=p%40ss+w%22rd"), "/a?q=***&r=***");
        assert_eq!(masked(r#"{"q":"p@ss w\"rd"}"#), r#"{"q":"***"}"#);
        assert_eq!(masked("abcdef"), "***", "the longer secret first: nothing of it is left");
    }

    #[test]
    fn json_keys_that_say_so_are_masked_with_all_that_is_below() {
        for (text, wanted) in [
            (r#"{"Password": "x\"y", "n": 1}"#, r#"{"Password": "***", "n": 1}"#),
            (r#"{"tokens":{"a":["x","}"]},"b":2}"#, r#"{"tokens":"***","b":2}"#),
            (r#"[{"token":12},{"a":"token"}]"#, r#"[{"token":"***"},{"a":"token"}]"#),
            (r#"{"client_secret":"cut off he"#, r#"{"client_secret":"***""#),
            (r#"{"token":[1,[2,"#, r#"{"token":"***""#),
            (r#"{"token":null}"#, r#"{"token":"***"}"#),
            (r#"{"a":"#, r#"{"a":"#),
        ] {
            assert_eq!(masked(text), wanted);
        }
    }

    #[test]
    fn parameters_that_say_so_are_masked() {
        assert_eq!(masked("GET /x?access_token=t%20t&a=1 x"), "GET /x?access_token=***&a=1 x");
        assert_eq!(masked("user=a&password=hunter2"), "user=a&password=***");
        assert_eq!(masked("a=token&b="), "a=token&b=");
    }

    #[test]
    fn credentials_in_headers_are_known() {
        for name in
            ["Authorization", "COOKIE", "Set-Cookie", "Proxy-Authorization", "x-api-key", "X-CSRF-Token"]
        {
            assert!(is_secret_header(name), "{name}");
        }
        assert!(!is_secret_header("Idempotency-Key"));
    }
}
