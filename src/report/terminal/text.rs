//! Lines, words and colours.

use crate::verify::Standing;
use std::borrow::Cow;

/// Colours a text by its verdict: green, red, yellow.
pub fn paint(text: &str, standing: impl Into<Standing>, color: bool) -> String {
    let code = match standing.into() {
        Standing::Pass | Standing::ExpectedFail => 32,
        Standing::Fail => 31,
        Standing::Unknown => 33,
    };
    if color { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// The text with its control characters as escapes of JSON's form (`\u001b`): they would steer the terminal. The same for
/// characters that turn the direction of writing or show nothing. Line feeds and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match steers(letter) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            false => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The same, but the codes of verdicts that this program writes stay.
pub fn visible_keeping_colour(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return visible(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let code = COLOURS.iter().find(|code| rest.starts_with(**code));
        let piece = code.map_or(&rest[..letter.len_utf8()], |code| *code);
        out.push_str(if code.is_some() { Cow::Borrowed(piece) } else { visible(piece) }.as_ref());
        rest = &rest[piece.len()..];
    }
    Cow::Owned(out)
}

/// Every code that [`paint`] writes.
const COLOURS: [&str; 4] = ["\u{1b}[1;32m", "\u{1b}[1;31m", "\u{1b}[1;33m", "\u{1b}[0m"];

fn steers(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        // Marks of direction (UAX #9), line and paragraph separators, the byte order mark.
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => letter.is_control(),
    }
}

/// A text in one line: white space is a blank, control characters are escapes.
pub fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
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
    for word in text.split_whitespace().flat_map(|word| pieces(&visible(word), room)) {
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
    fn control_characters_are_shown_and_only_our_colours_stay() {
        assert_eq!(
            visible("a\u{1b}[31mb\u{9b}c\u{202e}d\u{feff}\r\n\té"),
            "a\\u001b[31mb\\u009bc\\u202ed\\ufeff\\u000d\n\té"
        );
        let painted = paint("FAIL", Standing::Fail, true);
        assert_eq!(visible_keeping_colour(&painted), painted);
        let both = format!("x{painted}\u{1b}]0;title\u{7}{painted}\u{1b}");
        assert_eq!(
            visible_keeping_colour(&both),
            format!("x{painted}\\u001b]0;title\\u0007{painted}\\u001b")
        );
        assert_eq!(one_line("a\u{1b} \n b"), "a\\u001b b");
        let shown = visible("{\"a\":\"\u{9b}\"}");
        let read: serde_json::Value = serde_json::from_str(&shown).expect("JSON stays JSON");
        assert_eq!(read["a"], "\u{9b}");
    }

    #[test]
    fn a_long_word_is_parted_at_its_joints() {
        assert_eq!(fold("fault(node-is-slow)", 16), ["fault(node-is-", "slow)"]);
        assert_eq!(fold("abcdef", 4), ["abcd", "ef"]);
        assert_eq!(fold("", 4), [""]);
    }
}
