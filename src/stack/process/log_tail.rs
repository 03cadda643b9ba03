//! The end of an instance's log, for messages.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How many lines help; more would bury the message.
pub(super) const LINES: usize = 10;
const BYTES: u64 = 16 * 1024;

/// The last lines that were written from byte `from` on; empty if nothing was.
pub(super) fn log_tail(path: &Path, from: u64) -> Vec<String> {
    read(path, from).unwrap_or_default()
}

fn read(path: &Path, from: u64) -> std::io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let start = from.max(length.saturating_sub(BYTES)).min(length);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(BYTES).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    Ok(lines[lines.len().saturating_sub(LINES)..].iter().map(|line| (*line).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_of_this_life_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.log");
        let text: String = (0..30).map(|line| format!("line {line}\n")).collect();
        std::fs::write(&path, &text).expect("write");
        assert_eq!(log_tail(&path, 0).len(), LINES);
        assert_eq!(log_tail(&path, 0)[9], "line 29");
        assert_eq!(log_tail(&path, text.len() as u64 - 8), ["line 29"]);
        assert_eq!(log_tail(&path, text.len() as u64), [] as [&str; 0]);
        assert_eq!(log_tail(&folder.path().join("none"), 0), [] as [&str; 0]);
    }

    #[test]
    fn a_huge_line_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.log");
        std::fs::write(&path, "x".repeat(1 << 20)).expect("write");
        assert_eq!(log_tail(&path, 0)[0].len() as u64, BYTES);
    }
}
