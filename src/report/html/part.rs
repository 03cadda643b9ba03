//! The small parts that every page is made of: badges, notes, sections, tables that scroll.

use super::said::said;
use crate::verify::Standing;
use maud::{Markup, html};

/// The word for a verdict.
pub use crate::report::terminal::word;

/// The class by which a verdict is coloured: `pass`, `unknown`, `fail`.
pub fn tone(standing: impl Into<Standing>) -> &'static str {
    match standing.into() {
        Standing::Pass | Standing::ExpectedFail => "pass",
        Standing::Unknown => "unknown",
        Standing::Fail => "fail",
    }
}

/// A verdict as a word with a shape of its own, so that it is told without colour too.
pub fn badge(standing: impl Into<Standing>) -> Markup {
    let standing = standing.into();
    html! { span class={ "badge " (tone(standing)) } { (shape(standing)) " " (word(standing)) } }
}

/// The shape of a verdict beside its word: a tick, a question, a cross.
pub fn shape(standing: impl Into<Standing>) -> Markup {
    html! {
        svg class="shape" role="presentation" aria-hidden="true" width="14" height="14" viewBox="0 0 16 16"
            { (strokes(standing.into())) }
    }
}

/// The shape of a verdict where it stands without its word.
pub fn sign(standing: impl Into<Standing>) -> Markup {
    let standing = standing.into();
    html! {
        svg class="shape" role="img" width="14" height="14" viewBox="0 0 16 16" {
            title { (word(standing).to_lowercase()) }
            (strokes(standing))
        }
    }
}

fn strokes(standing: Standing) -> Markup {
    let (color, path) = match standing {
        Standing::Pass | Standing::ExpectedFail => ("#1a7f37", "M3.5 8.5l3 3 6-7"),
        Standing::Unknown => ("#8a5a00", "M5 6a3 3 0 1 1 4.3 2.7Q8 9.4 8 10.5M8 13v.1"),
        Standing::Fail => ("#b3261e", "M4 4l8 8M12 4l-8 8"),
    };
    html! {
        path d=(path) fill="none" stroke=(color) stroke-width="2.4" stroke-linecap="round"
            stroke-linejoin="round" {}
    }
}

/// A section with a heading that can be linked to, and one sentence that says what is seen in it.
pub fn section(id: &str, title: &str, lead: &str, content: Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { a class="anchor" href={ "#" (id) } { (title) } }
            @if !lead.is_empty() { p class="lead" { (lead) } }
            (content)
        }
    }
}

/// What stands where a section has nothing to show, and why.
pub fn nothing(why: &str) -> Markup {
    html! { p class="nothing" { (why) } }
}

/// Something wide: it scrolls by itself, by keyboard too, and the page does not.
pub fn wide(label: &str, content: Markup) -> Markup {
    html! { div class="wide" role="region" aria-label=(label) tabindex="0" { (content) } }
}

/// Lines of evidence as they were recorded, without their secrets.
pub fn evidence(lines: &[String]) -> Markup {
    html! {
        @if !lines.is_empty() {
            ul class="evidence" { @for line in lines { li { code { (said(line)) } } } }
        }
    }
}
