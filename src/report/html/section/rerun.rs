//! The commands that make this run, its verdict and its report again.

use super::super::Story;
use crate::plan::secret::by_name;
use maud::{Markup, html};

/// The commands.
pub fn rerun(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    let folder = story
        .source
        .record
        .folder()
        .file_name()
        .map_or("DIR".to_owned(), |name| format!("reports/{}", name.to_string_lossy()));
    let mut run = format!("shakedown run {}", quoted(&manifest.plan_file));
    for change in &manifest.overrides {
        run.push_str(&format!(" --set {}", quoted(&by_name(change))));
    }
    match manifest.counter.as_deref() {
        None => {}
        Some("") => run.push_str(" --counter"),
        Some(name) => run.push_str(&format!(" --counter {}", quoted(name))),
    }
    let folder = quoted(&folder);
    html! {
        h3 { "How to run it again" }
        pre tabindex="0" {
            (run) "\n"
            "shakedown verify " (folder) "   # the verdict again, from the record alone\n"
            "shakedown report " (folder) "   # these files again\n"
        }
        p class="note" { "The seed is in the plan: the same seed makes the same arrivals, the same victims and the same data." }
    }
}

/// As a shell reads it as one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_are_quoted_as_a_shell_wants_them() {
        assert_eq!(quoted("plans/quickstart.toml"), "plans/quickstart.toml");
        assert_eq!(quoted("a b; rm -rf 'x'"), r"'a b; rm -rf '\''x'\'''");
        assert_eq!(quoted(""), "''");
    }
}
