//! A parsed page, and what a reader sees of it.

use scraper::{ElementRef, Html, Selector};

pub struct Page {
    pub html: Html,
    pub source: String,
}

pub fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap_or_else(|error| panic!("{selector}: {error}"))
}

impl Page {
    pub fn of(source: String) -> Page {
        Page { html: Html::parse_document(&source), source }
    }

    pub fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&select(selector)).collect()
    }

    #[track_caller]
    pub fn one(&self, selector: &str) -> ElementRef<'_> {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector} is there {} times", found.len());
        found[0]
    }

    /// The rows of a table by its selector: the texts of their cells.
    pub fn rows(&self, table: &str) -> Vec<Vec<String>> {
        let rows = self.all(&format!("{table} tbody tr:not(.because)"));
        rows.iter().map(|row| row.select(&select("th, td")).map(text).collect()).collect()
    }

    /// A table's headings.
    pub fn heads(&self, table: &str) -> Vec<String> {
        self.all(&format!("{table} thead th")).into_iter().map(text).collect()
    }
}

/// The words of an element, a space between those of different parts.
pub fn text(element: ElementRef) -> String {
    let words: Vec<&str> = element.text().flat_map(str::split_whitespace).collect();
    words.join(" ")
}
