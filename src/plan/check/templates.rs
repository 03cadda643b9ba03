//! What stands in headers, and where `${…}` may.

use super::Findings;
use crate::json::Value as Json;
use crate::plan::document::key;
use crate::plan::template::Template;
use std::collections::BTreeMap;

/// A header's name, as RFC 9110 has it.
pub(super) fn header_name(name: &str, path: &str, found: &mut Findings<'_>) {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(token) {
        let help = "a header's name is made of letters, digits and `-`";
        found.error(path, format!("`{name}` cannot be the name of a header"), help);
    }
}

/// Headers are well named, and no secret stands among them in plain text.
pub(super) fn headers(headers: &BTreeMap<String, Template>, path: &str, found: &mut Findings<'_>) {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "x-api-key"];
    for (name, value) in headers {
        let at = format!("{path}.{}", key(name));
        header_name(name, &at, found);
        if SECRET.contains(&name.to_ascii_lowercase().as_str()) && value.literal().is_some() {
            let help = "take it from the environment, which is masked: `${env:TOKEN}`";
            found.warning(
                at,
                format!("the value of `{name}` stands in the plan, and so in every record"),
                help,
            );
        }
    }
}

/// `${name}`, `!${name}`, `${name} == 'text'`, `${name} != 3`.
pub(super) fn is_condition(when: &Template) -> bool {
    let text = when.source().trim();
    let reference = |text: &str| text.parse::<Template>().is_ok_and(|template| template.single().is_some());
    let operand = |text: &str| {
        let quoted = |quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote);
        quoted('\'')
            || quoted('"')
            || reference(text)
            || matches!(text, "true" | "false")
            || text.parse::<f64>().is_ok()
    };
    match text.split_once("==").or_else(|| text.split_once("!=")) {
        Some((left, right)) => reference(left.trim()) && operand(right.trim()),
        None => reference(text.strip_prefix('!').unwrap_or(text).trim()),
    }
}

/// Every text inside a JSON value that is read as a template, with its path.
pub(super) fn inside_json(value: &Json, path: String, visit: &mut dyn FnMut(String, &str)) {
    match value {
        Json::String(text) => visit(path, text),
        Json::Array(list) => {
            for (i, one) in list.iter().enumerate() {
                inside_json(one, format!("{path}[{i}]"), visit);
            }
        }
        Json::Object(table) => {
            for (name, one) in table {
                inside_json(one, format!("{path}.{}", key(name)), visit);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_four_forms() {
        for (text, fits) in [
            ("${a}", true),
            ("!${a}", true),
            ("${a} == 'x y'", true),
            ("${a} != 3", true),
            ("${a} == true", true),
            ("a == 3", false),
            ("${a} == x", false),
            ("${a} and ${b}", false),
            ("", false),
        ] {
            assert_eq!(is_condition(&text.parse().expect(text)), fits, "{text}");
        }
    }
}
