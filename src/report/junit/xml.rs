//! Text as XML 1.0 can hold it.

/// As an attribute's value. Line breaks are kept as references: a reader would make blanks of them.
pub(super) fn attribute(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            _ => push(&mut out, c),
        }
        out
    })
}

/// As an element's content.
pub(super) fn text(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        push(&mut out, c);
        out
    })
}

/// As one line without blanks at its ends or double ones inside: `xs:token`.
pub(super) fn token(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What XML 1.0 cannot hold at all, not even as a reference, becomes U+FFFD.
fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '\r' => out.push_str("&#13;"),
        '\n' | '\t' => out.push(c),
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_xml_loses_it() {
        assert_eq!(attribute("a \"<b>\" & c\nd"), "a &quot;&lt;b&gt;&quot; &amp; c&#10;d");
        assert_eq!(text("]]>\u{1}\u{ffff}\r\n"), "]]&gt;\u{fffd}\u{fffd}&#13;\n");
        assert_eq!(token("  a \n b  "), "a b");
    }
}
