//! Lines, words and colours.

use crate::verify::Verdict;

/// Colours a text by its verdict: green, red, yellow.
pub fn paint(text: &str, verdict: Verdict, color: bool) -> String {
    let code = match verdict {
        Verdict::Pass => 32,
        Verdict::Fail => 31,
        Verdict::Unknown => 33,
    };
    if color { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Breaks a text into lines of at most so many characters, each behind an indent. A word longer than a line is cut.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let room = width.saturating_sub(indent.chars().count()).max(10);
    fold(text, room).iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// Breaks a text into lines of at most `room` characters, between words where it can. Of an empty text: one empty line.
pub fn fold(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut used = 0;
    for word in text.split_whitespace().flat_map(|word| pieces(word, room)) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(&word);
            used += length;
        }
    }
    lines
}

/// A text behind a hyphen, its further lines indented to its first.
pub fn bullet(text: &str, width: usize) -> String {
    let lines = wrap(text, width, "  ");
    format!("- {}", lines.trim_start())
}

/// A word in pieces of at most `room` characters, parted where it has a joint if there is one.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let (mut rest, mut pieces) = (letters.as_slice(), Vec::new());
    while !rest.is_empty() {
        let most = rest.len().min(room.max(1));
        let joint = rest[..most].iter().rposition(|letter| "-(/,".contains(*letter));
        let end = if most == rest.len() { most } else { joint.map_or(most, |place| place + 1) };
        pieces.push(rest[..end].iter().collect());
        rest = &rest[end..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let text = "a verylongwordthatfitsnowhereatall and some short ones";
        let wrapped = wrap(text, 14, "  ");
        assert!(
            wrapped.lines().all(|line| line.chars().count() <= 14 && line.starts_with("  ")),
            "{wrapped}"
        );
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(letters(&wrapped), letters(text), "and nothing is lost");
    }

    #[test]
    fn a_long_word_is_parted_at_its_joints() {
        assert_eq!(fold("fault(node-is-slow)", 16), ["fault(node-is-", "slow)"]);
        assert_eq!(fold("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(fold("", 4), [""]);
    }
}
