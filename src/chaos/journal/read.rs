//! Reads a journal as it was left, damage included.

use super::Line;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// What a journal says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The lines that can be read, in order.
    pub lines: Vec<Line>,
    /// Lines cut off by a crash, by number from 1. What they would have told was not done.
    pub torn: Vec<usize>,
    /// Lines that are whole and still not understood: another version wrote them. By number from 1, with the reason.
    pub foreign: Vec<(usize, String)>,
}

impl Contents {
    /// Reads a journal; one that does not exist says nothing.
    pub fn read(path: &Path) -> Result<Contents, String> {
        match fs::read(path) {
            Ok(bytes) => Ok(Contents::parse(&String::from_utf8_lossy(&bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Contents::default()),
            Err(error) => Err(format!("the journal {} cannot be read: {error}", path.display())),
        }
    }

    pub(super) fn parse(text: &str) -> Contents {
        let mut contents = Contents::default();
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match serde_json::from_str::<Line>(line) {
                Ok(line) => contents.lines.push(line),
                Err(error) if serde_json::from_str::<serde_json::Value>(line).is_ok() => {
                    contents.foreign.push((place + 1, error.to_string()));
                }
                Err(_) => contents.torn.push(place + 1),
            }
        }
        contents
    }
}
