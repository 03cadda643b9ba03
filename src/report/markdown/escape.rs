//! Plain text as Markdown that shows it: no mark-up, no link, no mention comes of it.

/// A text on one line, for a cell of a table, an element of a list or a paragraph.
pub fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut rest = starting(&line, &mut out);
    while let Some(c) = rest.chars().next() {
        // GitHub makes links of these by themselves.
        if rest.starts_with("://") {
            out.push_str("&#58;");
        } else if starts_with_www(rest) {
            out.push_str("www&#46;");
            rest = &rest[4..];
            continue;
        } else {
            push(&mut out, c);
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// What makes a list or a heading of a line only at its beginning; gives what follows.
fn starting<'a>(line: &'a str, out: &mut String) -> &'a str {
    if line.starts_with(['-', '+', '=', ':']) {
        out.push('\\');
        out.push_str(&line[..1]);
        return &line[1..];
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let marks = line[digits..].starts_with(['.', ')'])
        && line.get(digits + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    if digits > 0 && marks {
        out.push_str(&line[..digits]);
        out.push('\\');
        out.push_str(&line[digits..=digits]);
        return &line[digits + 1..];
    }
    line
}

fn starts_with_www(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."))
}

fn push(out: &mut String, c: char) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '@' => out.push_str("&#64;"),
        '#' => out.push_str("&#35;"),
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' | '{' | '}' => {
            out.push('\\');
            out.push(c);
        }
        // Control characters, and those that turn the direction of what follows.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            out.push('\u{fffd}');
        }
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    /// GitHub's dialect.
    fn github() -> Options {
        Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM
            | Options::ENABLE_MATH
    }

    /// The text that a reader of the Markdown sees, and whether there was anything but text.
    fn seen(markdown: &str) -> (String, bool) {
        let mut text = String::new();
        let mut more = false;
        for event in Parser::new_ext(markdown, github()) {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                _ => more = true,
            }
        }
        (text, more)
    }

    #[test]
    fn mark_up_is_shown_and_not_done() {
        for text in [
            "<script>alert(1)</script>",
            "![x](http://evil.example/x.png)",
            "[a](javascript:alert(1))",
            "a | b",
            "# no heading",
            "- no list",
            "1. no list",
            "12) no list",
            "99.5%",
            "`code` **bold** _it_ ~~gone~~",
            "&lt;b&gt;",
            "line\nbreak",
            "$math$ {x}",
        ] {
            let (shown, more) = seen(&cell(text));
            assert_eq!((shown.as_str(), more), (text.replace('\n', " ").as_str(), false), "{}", cell(text));
        }
    }

    #[test]
    fn no_link_and_no_mention_comes_of_it() {
        assert_eq!(cell("see http://a.b or WWW.a.b"), "see http&#58;//a.b or www&#46;a.b");
        assert_eq!(cell("99.5%"), "99.5%");
        assert_eq!(cell("@you #1"), "&#64;you &#35;1");
        assert_eq!(cell("\u{202e}x\u{1b}[31m"), "\u{fffd}x\u{fffd}\\[31m");
    }

    proptest! {
        #[test]
        fn whatever_it_is_the_reader_sees_it(text in "[ -~]{1,60}") {
            let (shown, more) = seen(&cell(&text));
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let lower = |text: &str| words(text).to_lowercase();
            prop_assert_eq!(lower(&shown), lower(&text));
            prop_assert!(!more, "{}", cell(&text));
        }
    }
}
