//! What is secret by its name: headers that carry credentials, and values that are called passwords, tokens or secrets;
//! and credentials in addresses. Values that came from the environment are known to those who put them in.

/// What stands in a secret's place.
pub const MASK: &str = "***";

const SECRET_HEADERS: [&str; 5] =
    ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"];

/// Whether something of this name is a secret.
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "token", "secret"].iter().any(|word| name.contains(word))
}

/// Whether a header of this name carries credentials.
pub fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) || is_secret_name(name)
}

/// Masks by name the values of parameters, form fields and JSON keys. The text may be cut off.
pub fn by_name(text: &str) -> String {
    pairs(&json(text))
}

/// Masks what stands between `://` and `@` in addresses.
pub fn credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        out.push_str(before);
        let end = after.find(|c: char| c == '/' || c == '"' || c.is_whitespace()).unwrap_or(after.len());
        rest = match after[..end].rfind('@') {
            Some(at) => {
                out.push_str(MASK);
                &after[at..]
            }
            None => after,
        };
    }
    out + rest
}

/// Masks a plan's text: by name, the values of keys, and credentials in addresses. What is only a reference (`${env:…}`)
/// holds no secret and stays.
pub fn plan_text(text: &str) -> String {
    let keys: Vec<String> = text.split_inclusive('\n').map(plan_line).collect();
    credentials(&by_name(&keys.concat()))
}

/// Masks the values of secret keys in one line of a plan.
fn plan_line(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(equals) = rest.find('=') {
        let (before, value) = rest.split_at(equals + 1);
        out.push_str(before);
        rest = value;
        let key = before[..equals].trim_end().trim_end_matches(['"', '\'']);
        let key = key.rsplit(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).next().unwrap_or("");
        let gap = value.len() - value.trim_start().len();
        let end = gap + toml_value_end(&value[gap..]);
        if is_secret_header(key) && !is_reference(&value[gap..end]) && end > gap {
            out.push_str(&format!("{}\"{MASK}\"", &value[..gap]));
            rest = &value[end..];
        }
    }
    out + rest
}

/// Where the TOML value that `text` begins with ends: a string behind its quote, a list or table at the end of the line,
/// anything else before a comma, a bracket or the line's end.
fn toml_value_end(text: &str) -> usize {
    let line = text.trim_end().len();
    match text.chars().next() {
        Some('"') => string_end(text),
        Some('\'') => text[1..].find('\'').map_or(line, |end| end + 2),
        Some('[' | '{') => line,
        _ => text.find([',', '}', ']', '\n', '#']).unwrap_or(line).min(line),
    }
}

fn is_reference(value: &str) -> bool {
    let inner = value.trim_matches(['"', '\'']);
    inner.is_empty() || inner.starts_with("${") && inner.ends_with('}') && inner.matches("${").count() == 1
}

/// Masks the values of secret keys in whatever of `text` looks like JSON.
fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let end = start + string_end(&rest[start..]);
        let after = &rest[end..];
        let colon = after.len() - after.trim_start().len();
        let secret = after[colon..].starts_with(':') && is_secret_name(&rest[start..end]);
        out.push_str(&rest[..end]);
        rest = after;
        if secret {
            let value = &after[colon + 1..];
            let gap = value.len() - value.trim_start().len();
            out.push_str(&after[..colon + 1 + gap]);
            out.push_str("\"***\"");
            rest = &value[gap + value_end(&value[gap..])..];
        }
    }
    out + rest
}

/// Where the string that `text` begins with ends: behind its closing quote, or at the end of the text.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the JSON value that `text` begins with ends.
fn value_end(text: &str) -> usize {
    let mut depth = 0usize;
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        match c {
            '"' => {
                place += string_end(&text[place..]);
                if depth == 0 {
                    return place;
                }
                continue;
            }
            '{' | '[' => depth += 1,
            '}' | ']' if depth <= 1 => return if depth == 0 { place } else { place + 1 },
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => return place,
            c if depth == 0 && c.is_whitespace() => return place,
            _ => {}
        }
        place += c.len_utf8();
    }
    text.len()
}

/// Masks the values of secret names in `name=value&…`, wherever it stands.
fn pairs(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(equals) = rest.find('=') {
        let (name, value) = rest.split_at(equals + 1);
        out.push_str(name);
        rest = value;
        let word = name[..equals].rsplit(|c: char| !(c.is_alphanumeric() || "_-.[]%".contains(c))).next();
        if word.is_some_and(is_secret_name) {
            let end =
                value.find(|c: char| c.is_whitespace() || "&;,\"'<>".contains(c)).unwrap_or(value.len());
            out.push_str(if end > 0 { MASK } else { "" });
            rest = &value[end..];
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_loses_its_secrets_and_keeps_its_references() {
        for (line, wanted) in [
            ("password = \"hunter2\"\n", "password = \"***\"\n"),
            (
                "header = { Authorization = \"Bearer abc\", X-A = \"b\" }\n",
                "header = { Authorization = \"***\", X-A = \"b\" }\n",
            ),
            ("env.\"DB_PASSWORD\" = 'x'\n", "env.\"DB_PASSWORD\" = \"***\"\n"),
            ("api_token = 12 # why\n", "api_token = \"***\"# why\n"),
            ("token = \"${env:TOKEN}\"\n", "token = \"${env:TOKEN}\"\n"),
            ("token = \"Bearer ${env:TOKEN}\"\n", "token = \"***\"\n"),
            ("url = \"postgres://me:pw@db/x\"\n", "url = \"postgres://***@db/x\"\n"),
            ("command = [\"x\", \"--token=abc\"]\n", "command = [\"x\", \"--token=***\"]\n"),
            ("name = \"a plan\"\nfor = \"5s\"", "name = \"a plan\"\nfor = \"5s\""),
        ] {
            assert_eq!(plan_text(line), wanted);
        }
    }

    #[test]
    fn credentials_in_addresses_are_masked() {
        assert_eq!(credentials("GET http://me:pw@h/x http://h/a@b"), "GET http://***@h/x http://h/a@b");
        assert_eq!(credentials("mail me@x"), "mail me@x");
    }
}
