//! `docs/plan-reference.md`: a hand-written introduction, and the keys of every section from the schema.

mod order;
mod sections;

use super::schema::schema;
use std::fmt::Write;

/// The reference of plan files, as Markdown. A test holds `docs/plan-reference.md` to it; `UPDATE_DOCS=1` writes it anew.
pub fn reference_markdown() -> String {
    let mut text = include_str!("intro.md").trim_end().to_owned();
    let schema = schema();
    for section in sections::all(&schema) {
        let _ = write!(text, "\n\n{section}");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_what_the_model_says() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan-reference.md");
        let made = reference_markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(file, &made).expect("docs/ can be written");
        }
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        assert!(kept == made, "docs/plan-reference.md is out of date: run the tests with UPDATE_DOCS=1");
    }

    #[test]
    fn every_section_of_the_model_is_there() {
        let made = reference_markdown();
        for heading in
            ["## The plan", "### `[load]`", "### `[[flow.step]]`", "### `[[fault]]`", "### `[counter]`"]
        {
            assert!(made.contains(heading), "{heading}");
        }
        assert!(made.contains("| `attempts` | whole number | required |"), "types and defaults are told");
    }
}
