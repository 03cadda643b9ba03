//! Paths into a plan: `flow[0].step[1].header."X.Y"`.

use std::fmt;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Into a table.
    Key(String),
    /// Into a list, from 0.
    Index(usize),
}

/// A path, to be shown.
pub(crate) struct Shown<'a>(pub(crate) &'a [Segment]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(name) if number == 0 => f.write_str(&key(name))?,
                Segment::Key(name) => write!(f, ".{}", key(name))?,
            }
        }
        Ok(())
    }
}

/// A key as it stands in a path: in quotes where it is not a bare word.
pub(crate) fn key(name: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { format!("\"{name}\"") }
}

/// Reads `a.b."c.d"[2]`. Numbers between dots are keys: whether a list or a table stands there, the plan knows.
pub(crate) fn parse_path(text: &str) -> Result<Vec<Segment>, String> {
    let mut path = Vec::new();
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("the path is empty; write keys with dots between: `load.rate`".into());
    }
    loop {
        let (name, after) = first_key(text, rest)?;
        path.push(Segment::Key(name));
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (number, after) = inside
                .split_once(']')
                .and_then(|(number, after)| Some((number.trim().parse().ok()?, after)))
                .ok_or_else(|| format!("`{text}`: between `[` and `]` stands a number, from 0"))?;
            path.push(Segment::Index(number));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(path),
            None => return Err(format!("`{text}`: a dot belongs before `{rest}`")),
        }
    }
}

fn first_key<'a>(whole: &str, text: &'a str) -> Result<(String, &'a str), String> {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside
                .split_once(quote)
                .map(|(name, after)| (name.to_owned(), after))
                .ok_or_else(|| format!("`{whole}`: {quote} without its other {quote}"));
        }
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let name = text[..end].trim();
    if name.is_empty() {
        return Err(format!("`{whole}`: a key is missing between two dots"));
    }
    Ok((name.to_owned(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["load", "flow[0].step[1].retry", "target.header.\"X.Y\"", "a[0][1].\"\""] {
            assert_eq!(Shown(&parse_path(text).expect(text)).to_string(), text);
        }
    }

    #[test]
    fn broken_paths_are_explained() {
        for text in ["", "a..b", ".a", "a.", "a[x]", "a[1", "a[1]b", "\"a"] {
            assert!(parse_path(text).is_err(), "{text}");
        }
    }
}
