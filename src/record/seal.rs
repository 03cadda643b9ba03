//! `run.json` seals itself: its last field is the SHA-256 of all that stands before it.
//!
//! Against changes made by hand after the run, not against malice: who changes it can seal it again.

use super::sha256;

/// What stands between the content and its hash.
const FIELD: &str = ",\n  \"seal\": \"";
/// What stands behind the hash.
const END: &str = "\"\n}\n";

/// Pretty-printed JSON of one object, with its seal as the last field.
pub(super) fn sealed(json: &str) -> String {
    let Some(content) = json.trim_end().strip_suffix("\n}") else { return json.to_owned() };
    format!("{content}{FIELD}{}{END}", sha256(content.as_bytes()))
}

/// Whether the text is what was sealed; nothing if it has no seal.
pub(super) fn is_as_sealed(text: &str) -> Option<bool> {
    let (content, seal) = text.rsplit_once("\"seal\": \"")?;
    let holds = content
        .strip_suffix(&FIELD[..FIELD.len() - "\"seal\": \"".len()])
        .is_some_and(|content| seal.strip_suffix(END).is_some_and(|hash| hash == sha256(content.as_bytes())));
    Some(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = "{\n  \"a\": 1,\n  \"seal\": \"of something else\",\n  \"b\": []\n}";

    #[test]
    fn what_was_sealed_is_known_again_and_is_still_json() {
        let text = sealed(JSON);
        assert_eq!(is_as_sealed(&text), Some(true));
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&value["a"], &value["b"]), (&1.into(), &serde_json::json!([])));
    }

    #[test]
    fn every_change_shows() {
        let text = sealed(JSON);
        for (from, to) in [("1", "2"), ("[]", "[3]"), ("\n}\n", "\n}"), ("  \"b\"", "\"b\"")] {
            assert_ne!(is_as_sealed(&text.replacen(from, to, 1)), Some(true), "{from} to {to}");
        }
        assert_eq!(is_as_sealed("{\n  \"a\": 1\n}\n"), None);
    }
}
