//! What a server, a log or a plan said, as it may be shown: without what is secret by its name. That it is text and
//! nothing else is seen to by the templates, which escape everything.

use crate::plan::secret::{by_name, credentials};

/// Nothing that was said takes more room than this, in characters.
const LONGEST: usize = 2_000;

/// The text without its secrets, cut where it is too long.
pub fn said(text: &str) -> String {
    let masked = credentials(&by_name(text));
    if masked.chars().count() <= LONGEST {
        return masked;
    }
    masked.chars().take(LONGEST).chain(" … (cut)".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_great_lengths_are_left_out() {
        assert_eq!(said("GET http://me:pw@h/?token=abc"), "GET http://***@h/?token=***");
        assert_eq!(said(&"x".repeat(9_000)).len(), LONGEST + " … (cut)".len());
    }
}
