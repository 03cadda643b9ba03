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
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// A text behind a hyphen, its further lines indented to its first.
pub fn bullet(text: &str, width: usize) -> String {
    let lines = wrap(text, width, "  ");
    format!("- {}", lines.trim_start())
}

fn pieces(word: &str, room: usize) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    letters.chunks(room).map(|piece| piece.iter().collect()).collect()
}

/// Cuts a text to so many characters; the last one then says that it was cut.
pub fn fit(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
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
    fn what_is_cut_says_so() {
        assert_eq!(fit("abcdef", 4), "abc…");
        assert_eq!(fit("abcd", 4), "abcd");
    }
}
