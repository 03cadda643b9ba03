//! One number out of Prometheus' text format.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/>: `name{label="value",…} number [timestamp]`.

/// The sum of all series that `selector` (`name` or `name{label="value"}`) names; `None` if there are none.
pub(super) fn sum(text: &str, selector: &str) -> Option<f64> {
    let (name, wanted) = split(selector)?;
    let mut found = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((series, value)) = series(line) else { continue };
        let Some((series_name, labels)) = split(series) else { continue };
        if series_name == name && wanted.iter().all(|label| labels.contains(label)) {
            *found.get_or_insert(0.0) += value;
        }
    }
    found
}

/// A line's series and its value. Label values may contain blanks, so the value is looked for behind the braces.
fn series(line: &str) -> Option<(&str, f64)> {
    let end = line.rfind('}').map(|place| place + 1).or_else(|| line.find(char::is_whitespace))?;
    let value = line[end..].split_whitespace().next()?;
    Some((line[..end].trim(), value.parse().ok()?))
}

/// `name{a="b"}` as its name and its labels.
fn split(series: &str) -> Option<(&str, Vec<(String, String)>)> {
    let series = series.trim();
    let Some((name, rest)) = series.split_once('{') else { return Some((series, Vec::new())) };
    let mut labels = Vec::new();
    let mut rest = rest.trim_end().strip_suffix('}')?.trim();
    while !rest.is_empty() {
        let (label, after) = rest.split_once('=')?;
        let (value, after) = quoted(after.trim_start())?;
        labels.push((label.trim().to_owned(), value));
        rest = after.trim_start().trim_start_matches(',').trim_start();
    }
    Some((name.trim(), labels))
}

/// A text in double quotes, with `\\`, `\"` and `\n` undone, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.strip_prefix('"')?.char_indices();
    while let Some((place, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[place + 2..])),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
# HELP requests All of them.
requests{path="/a",status="200"} 10
requests{path="/a b",status="500"} 2 1700000000
up 1
broken{path="x
"#;

    #[test]
    fn series_are_added_up() {
        assert_eq!(sum(TEXT, "requests"), Some(12.0));
        assert_eq!(sum(TEXT, r#"requests{status="500"}"#), Some(2.0));
        assert_eq!(sum(TEXT, "up"), Some(1.0));
    }

    #[test]
    fn what_is_not_there_is_not_zero() {
        assert_eq!(sum(TEXT, "down"), None);
        assert_eq!(sum(TEXT, r#"requests{status="404"}"#), None);
    }
}
