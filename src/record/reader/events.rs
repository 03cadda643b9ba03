//! Events as they are read.

use super::integrity::Integrity;
use crate::event::Timed;
use crate::record::RecordError;
use crate::record::folder::EVENTS;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The events that can be understood, and what cannot in words.
pub(super) fn read(path: &Path, integrity: Integrity) -> Result<(Vec<Timed>, Option<String>), RecordError> {
    let usable = match integrity {
        Integrity::Whole => u64::MAX,
        Integrity::Prefix(length) => length,
        Integrity::Unusable => return Ok((Vec::new(), None)),
    };
    let mut bytes = Vec::new();
    let content = File::open(path).and_then(|file| file.take(usable).read_to_end(&mut bytes));
    content.map_err(|error| RecordError::io("read", path, &error))?;
    Ok(lines(&bytes))
}

fn lines(bytes: &[u8]) -> (Vec<Timed>, Option<String>) {
    let mut events = Vec::new();
    let mut unread = Vec::new();
    for (place, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match serde_json::from_slice(line) {
            // A last line that ends without a line feed may have lost its own end and still be JSON by chance.
            Ok(event) if line.ends_with(b"\n") => events.push(event),
            _ => unread.push(place + 1),
        }
    }
    let torn = unread.first().map(|first| match unread.len() {
        1 => format!("line {first} of {EVENTS} cannot be understood: left out"),
        more => format!(
            "{more} lines of {EVENTS}, the first of them line {first}, cannot be understood: left out"
        ),
    });
    (events, torn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Nanos};

    #[test]
    fn a_torn_last_line_is_left_out_and_told() {
        let text = "{\"time\":5,\"type\":\"note\",\"text\":\"a\"}\n{\"time\":6,\"type\":\"no";
        let (events, torn) = lines(text.as_bytes());
        assert_eq!(events, [Timed { time: Nanos(5), event: Event::Note { text: "a".into() } }]);
        assert_eq!(torn.as_deref(), Some("line 2 of events.jsonl cannot be understood: left out"));
    }

    #[test]
    fn what_is_in_order_is_not_told() {
        assert_eq!(lines(b""), (Vec::new(), None));
        let (events, torn) = lines(b"\xFF\n{}\n");
        assert!(events.is_empty());
        assert!(torn.expect("told").starts_with("2 lines of events.jsonl, the first of them line 1, "));
    }
}
