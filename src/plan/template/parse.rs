//! From text to parts.

use super::{Generator, Part, Reference};

pub(super) fn parts(source: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = source;
    while let Some(start) = rest.find("${") {
        if rest[..start].ends_with('$') {
            text.push_str(&rest[..start - 1]);
            text.push_str("${");
            rest = &rest[start + 2..];
            continue;
        }
        text.push_str(&rest[..start]);
        let inside = &rest[start + 2..];
        let end = inside.find('}').ok_or_else(|| {
            format!("`{source}`: `${{` without its `}}`; write `$${{` for the characters themselves")
        })?;
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut text)));
        }
        parts.push(Part::Reference(reference(&inside[..end])?));
        rest = &inside[end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    Ok(parts)
}

fn reference(inside: &str) -> Result<Reference, String> {
    let inside = inside.trim();
    if let Some(name) = inside.strip_prefix("env:") {
        return identifier(name).map(Reference::Env);
    }
    let (head, arguments, label) = split(inside)?;
    match Generator::parse(head, arguments)? {
        Some(generator) => Ok(Reference::Generate(generator, label.map(identifier).transpose()?)),
        None if arguments.is_some() || label.is_some() => Err(format!(
            "`${{{inside}}}`: there is no generator `{head}`; the generators are uuid, int, choice and zipf"
        )),
        None => identifier(inside).map(Reference::Name),
    }
}

/// `head(arguments):label`, of which only the head must be there.
fn split(inside: &str) -> Result<(&str, Option<&str>, Option<&str>), String> {
    let (head, after) = match inside.find(['(', ':']) {
        Some(place) => inside.split_at(place),
        None => return Ok((inside, None, None)),
    };
    let (arguments, after) = match after.strip_prefix('(') {
        Some(open) => {
            let end = open.rfind(')').ok_or_else(|| format!("`${{{inside}}}`: `(` without its `)`"))?;
            (Some(&open[..end]), &open[end + 1..])
        }
        None => (None, after),
    };
    match after.strip_prefix(':') {
        Some(label) => Ok((head, arguments, Some(label))),
        None if after.is_empty() => Ok((head, arguments, None)),
        None => Err(format!("`${{{inside}}}`: `{after}` does not belong here; a label follows a colon")),
    }
}

fn identifier(name: &str) -> Result<String, String> {
    let name = name.trim();
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(fits) {
        return Err(format!("`{name}` is not a name; names are made of letters, digits, `_`, `-` and `.`"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Template;
    use super::*;

    fn parsed(text: &str) -> Vec<Part> {
        text.parse::<Template>().expect(text).parts().to_vec()
    }

    #[test]
    fn text_and_references_alternate() {
        assert_eq!(
            parsed("/users/${id}/x"),
            [
                Part::Text("/users/".into()),
                Part::Reference(Reference::Name("id".into())),
                Part::Text("/x".into())
            ]
        );
        assert_eq!(parsed("$${x}"), [Part::Text("${x}".into())]);
    }

    #[test]
    fn generators_take_arguments_and_labels() {
        assert_eq!(
            parsed("${uuid:order}"),
            [Part::Reference(Reference::Generate(Generator::Uuid, Some("order".into())))]
        );
        assert_eq!(
            parsed("${int(1..6):die}"),
            [Part::Reference(Reference::Generate(Generator::Int { from: 1, to: 6 }, Some("die".into())))]
        );
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in
            ["${uuid}", "${int(1..6):die}", "${choice(a|b)}", "${zipf(100, 1.1)}", "${env:HOME}", "${a.b}"]
        {
            let template: Template = text.parse().expect(text);
            let printed = template.single().expect(text).to_string();
            assert_eq!(printed.parse::<Template>().expect(&printed).parts(), template.parts());
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, word) in [
            ("${id", "without its"),
            ("${}", "not a name"),
            ("${dice(6)}", "no generator `dice`"),
            ("${int(6..1)}", "int"),
            ("${zipf(0, 1)}", "zipf"),
        ] {
            let error = text.parse::<Template>().expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
