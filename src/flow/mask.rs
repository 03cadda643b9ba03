//! Keeps secrets out of what is shown.
//!
//! Masked are: every value that came from the environment, wherever it stands and however it is encoded; headers that
//! carry credentials; values whose name (JSON key, parameter, header, variable) says that they are secret.

use super::encode::{self, Encoding};
use crate::plan::secret::by_name;
pub(super) use crate::plan::secret::{MASK, is_secret_header, is_secret_name};
use std::collections::BTreeSet;

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
        by_name(&self.values(text))
    }
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
