//! The shell of the suite's pages: one file each, no script, nothing loaded, light and dark.

use crate::report::word;
use crate::verify::Verdict;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const CSS: &str = include_str!("page.css");

/// A whole page.
pub(super) fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                main { (content) }
                footer { "Written by shakedown " (env!("CARGO_PKG_VERSION")) ". This file is complete: it loads nothing." }
            }
        }
    }
}

/// A verdict as a word, coloured.
pub(super) fn badge(verdict: Verdict) -> Markup {
    let class = match verdict {
        Verdict::Pass => "pass",
        Verdict::Unknown => "unknown",
        Verdict::Fail => "fail",
    };
    html! { strong class=(class) { (word(verdict)) } }
}
