//! A page that ends at a limit and says what it left out.

use super::escape::cell;
use crate::report::masked;

/// Room for the sentence at the end.
const RESERVE: usize = 160;
/// No line shows more of plain texts than this, so that one giant cannot push out all the others.
const LONGEST_LINE: usize = 8 * 1024;

/// Lines of Markdown, up to a limit in bytes.
#[derive(Debug)]
pub struct Page {
    text: String,
    limit: usize,
    left_out: usize,
}

impl Page {
    /// An empty one.
    pub fn new(limit: usize) -> Page {
        Page { text: String::new(), limit, left_out: 0 }
    }

    /// Adds a line of Markdown, if there is room for it and nothing was left out before it.
    pub fn line(&mut self, line: &str) {
        let room = self.limit.saturating_sub(self.text.len() + RESERVE);
        if self.left_out > 0 || line.len() >= room {
            self.left_out += 1;
            return;
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Ends the paragraph, list or table that went before, if one did.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.line("");
        }
    }

    /// Adds a heading.
    pub fn heading(&mut self, title: &str) {
        self.gap();
        self.line(&format!("### {title}"));
        self.line("");
    }

    /// Adds the head of a table; columns whose name ends in `:` are aligned to the right.
    pub fn table(&mut self, columns: &[&str]) {
        let names: Vec<&str> = columns.iter().map(|name| name.trim_end_matches(':')).collect();
        let lines: Vec<&str> =
            columns.iter().map(|name| if name.ends_with(':') { "---:" } else { "---" }).collect();
        self.line(&format!("| {} |", names.join(" | ")));
        self.line(&format!("| {} |", lines.join(" | ")));
    }

    /// Adds a row of plain texts.
    pub fn row<S: AsRef<str>>(&mut self, cells: &[S]) {
        let room = LONGEST_LINE / cells.len().max(1);
        let cells: Vec<String> =
            cells.iter().map(|text| cell(&masked(&clipped(text.as_ref(), room)))).collect();
        self.line(&format!("| {} |", cells.join(" | ")));
    }

    /// Adds plain texts as a list, under a heading; nothing if there are none.
    pub fn items(&mut self, title: &str, items: &[String]) {
        if !items.is_empty() {
            self.heading(title);
            items.iter().for_each(|item| self.item(item));
        }
    }

    /// Adds a plain text as an element of a list.
    pub fn item(&mut self, item: &str) {
        self.text("- ", item);
    }

    /// Adds a plain text on a line, behind `mark`.
    pub fn text(&mut self, mark: &str, text: &str) {
        self.line(&format!("{mark}{}", cell(&masked(&clipped(text, LONGEST_LINE)))));
    }

    /// The text, at most as long as the limit.
    pub fn finish(mut self) -> String {
        if self.left_out > 0 {
            let said = format!(
                "\n**{} lines are left out:** this page has room for {} bytes. `verdict.json` has all of it.\n",
                self.left_out, self.limit
            );
            if self.text.len() + said.len() <= self.limit {
                self.text.push_str(&said);
            }
        }
        self.text
    }
}

/// The beginning of a text, and how much of it is missing.
fn clipped(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(bytes);
    format!("{}… ({} more bytes)", &text[..end], text.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_exceeds_its_limit_and_counts_what_is_missing() {
        for limit in [0, 100, 300, 1_000, 5_000] {
            let mut page = Page::new(limit);
            (0..100).for_each(|number| page.item(&format!("line {number}")));
            let text = page.finish();
            assert!(text.len() <= limit, "{limit}: {}", text.len());
            let lines = text.lines().filter(|line| line.starts_with("- ")).count();
            if limit >= 300 && lines < 100 {
                assert!(text.contains(&format!("**{} lines are left out:**", 100 - lines)), "{text}");
            }
        }
    }

    #[test]
    fn what_fits_says_nothing_of_room() {
        let mut page = Page::new(1_000);
        page.item("one");
        assert_eq!(page.finish(), "- one\n");
    }

    #[test]
    fn one_giant_does_not_push_out_the_others() {
        let mut page = Page::new(1 << 20);
        page.item(&"x".repeat(5 << 20));
        page.row(&["<".repeat(5 << 20), "b".to_owned()]);
        page.item("last");
        let text = page.finish();
        assert!(text.contains("more bytes") && text.ends_with("- last\n"), "{}", text.len());
    }
}
