//! The shell of a page: one file that needs no other, and a policy of its own that lets nothing else run.

use super::base64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const CSS: &str = include_str!("page.css");
const JS: &str = include_str!("page.js");

/// A whole page. `navigation` are links into it: anchor and name.
///
/// Its content policy admits the page's own style and script by their hashes and nothing else: should anything that a
/// server said ever reach the page unescaped, a browser would still not run it.
pub fn page(title: &str, navigation: &[(&str, &str)], content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="generator" content={ "shakedown " (env!("CARGO_PKG_VERSION")) };
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(CSS)) }
            }
            body {
                a class="skip" href="#main" { "Skip to the report" }
                @if !navigation.is_empty() {
                    nav aria-label="Sections" {
                        @for (anchor, name) in navigation { a href={ "#" (anchor) } { (name) } " " }
                    }
                }
                main id="main" { (content) }
                footer {
                    "Written by shakedown " (env!("CARGO_PKG_VERSION")) ". This file is complete: it loads nothing."
                }
                script { (PreEscaped(JS)) }
            }
        }
    }
}

/// `default-src 'none'`, but for our own style and script.
fn policy() -> String {
    let hash = |text: &str| base64::encode(&Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(CSS),
        hash(JS)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_given_as_text_stays_text() {
        let page = page("<script>", &[("a", "<b>")], html! { p { "<i>" } }).into_string();
        assert!(page.contains("<title>&lt;script&gt;</title>"));
        assert!(page.contains("&lt;b&gt;") && page.contains("&lt;i&gt;"));
        assert_eq!(page.matches("<script>").count(), 1, "our own");
    }

    #[test]
    fn style_and_script_cannot_end_their_own_element() {
        for text in [CSS, JS] {
            assert!(!text.contains("</") && !text.contains("<!--"), "an end tag in our own text");
        }
        assert!(CSS.len() + JS.len() < 40_000, "{} + {}", CSS.len(), JS.len());
    }
}
