//! A header has this value, or is there at all.

use super::{NO_HEADER, Reply};
use crate::flow::compile::Names;
use crate::flow::encode::Encoding;
use crate::flow::reason::Reason;
use crate::flow::state::Context;
use crate::flow::text::Text;
use crate::plan::template::Template;

/// A header and its value; `*` is any.
#[derive(Debug)]
pub(in crate::flow) struct HeaderIs {
    name: String,
    value: Text,
}

impl HeaderIs {
    /// The check for this header.
    pub(in crate::flow) fn compile(
        name: &str,
        value: &Template,
        names: &mut Names<'_>,
    ) -> Result<HeaderIs, String> {
        Ok(HeaderIs { name: name.to_owned(), value: names.text(value, Encoding::Plain)? })
    }

    /// Makes the check: one of the header's lines must have the value. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>, cx: &mut Context<'_>) -> Result<(), Reason> {
        let lines =
            || reply.response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&self.name));
        let check = || format!("header {}", self.name);
        let expected = self.value.rendered(cx).map_err(|unset| Reason::new(check(), "a value", &unset))?;
        if lines().any(|(_, value)| expected == "*" || *value == *expected.as_bytes()) {
            return Ok(());
        }
        let actual = match lines().next() {
            Some((_, value)) => format!("`{}`", String::from_utf8_lossy(value)),
            None => NO_HEADER.to_owned(),
        };
        let expected = if expected == "*" { "any value".to_owned() } else { format!("`{expected}`") };
        Err(Reason::new(check(), &expected, &actual))
    }
}
