//! Keeps what came from the environment, and passwords in addresses, out of messages and labels.

use crate::plan::template::{Reference, Template};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What stands in a secret's place.
const MASK: &str = "***";

/// `user:password@` of an address.
static CREDENTIALS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"://[^/@\s]*@").expect("the pattern is a constant that a test uses"));

/// The secrets of some templates.
#[derive(Clone, Debug, Default)]
pub(super) struct Secrets(Vec<String>);

impl Secrets {
    /// Every environment variable that these name.
    pub(super) fn of<'a>(templates: impl IntoIterator<Item = &'a Template>) -> Secrets {
        let mut found: Vec<String> = templates
            .into_iter()
            .flat_map(Template::references)
            .filter_map(|reference| match reference {
                Reference::Env(name) => std::env::var(name).ok().filter(|value| !value.is_empty()),
                _ => None,
            })
            .collect();
        let encoded =
            |secret: &String| url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        let in_addresses: Vec<String> = found.iter().map(encoded).collect();
        found.extend(in_addresses);
        // One may be part of another.
        found.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Secrets(found)
    }

    /// The text without them.
    pub(super) fn mask(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for secret in &self.0 {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, MASK));
            }
        }
        CREDENTIALS.replace_all(&text, "://***@").into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_and_credentials_are_masked() {
        // Whatever runs a test has a PATH.
        let template: Template = "postgres://me:${env:PATH}@h/x".parse().expect("a template");
        let secrets = Secrets::of([&template]);
        let path = std::env::var("PATH").expect("set");
        assert_eq!(secrets.mask(&format!("cannot use {path} here")), "cannot use *** here");
        assert_eq!(Secrets::default().mask("GET http://me:pw@h/x: 500"), "GET http://***@h/x: 500");
        assert_eq!(Secrets::default().mask("mail me@x"), "mail me@x");
    }
}
