//! The body contains this text.

use super::Reply;
use crate::flow::compile::Names;
use crate::flow::encode::Encoding;
use crate::flow::reason::{self, Reason};
use crate::flow::state::Context;
use crate::flow::text::Text;
use crate::plan::template::Template;

/// A text that the body must contain.
#[derive(Debug)]
pub(in crate::flow) struct Contains(Text);

impl Contains {
    /// The check for this text.
    pub(in crate::flow) fn compile(text: &Template, names: &mut Names<'_>) -> Result<Contains, String> {
        names.text(text, Encoding::Plain).map(Contains)
    }

    /// Makes the check. The error says what was expected and what came.
    pub(super) fn check(&self, reply: Reply<'_>, cx: &mut Context<'_>) -> Result<(), Reason> {
        let wanted = self.0.rendered(cx).map_err(|unset| Reason::new("body", "a text", &unset))?;
        let response = reply.response;
        if response.undecoded.is_none() && contains(&response.body, wanted.as_bytes()) {
            return Ok(());
        }
        Err(Reason::new("body", &format!("one that contains `{wanted}`"), &reason::body_of(response)))
    }
}

/// Whether `wanted` occurs in `body`. The first byte is looked for alone, which is fast; bodies and texts are short.
fn contains(body: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let mut rest = body;
    while let Some(place) = rest.iter().position(|byte| byte == first) {
        if rest[place..].starts_with(wanted) {
            return true;
        }
        rest = &rest[place + 1..];
    }
    false
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn finds_what_is_there() {
        assert!(contains(b"aaab", b"aab"));
        assert!(contains(b"x", b""));
        assert!(contains(b"abc", b"c"));
        assert!(!contains(b"abc", b"cd"));
        assert!(!contains(b"", b"a"));
    }
}
