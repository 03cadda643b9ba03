//! A bar in a table's cell: a share of something, with a mark where its limit lies.

use maud::{Markup, html};

const WIDTH: f64 = 110.0;

/// A bar of `value` on a scale that ends at `full`; what is above it is cut off and marked. `limit` is a mark on the same
/// scale. `tone` is one of `pass`, `unknown`, `fail` or `plain`.
pub fn bar(title: &str, value: f64, full: f64, limit: Option<f64>, tone: &str) -> Markup {
    let place = |value: f64| if full > 0.0 { (value / full).clamp(0.0, 1.0) * WIDTH } else { 0.0 };
    let color = match tone {
        "pass" => "#1a7f37",
        "unknown" => "#8a5a00",
        "fail" => "#b3261e",
        _ => "#5b7ea6",
    };
    let length = if value > 0.0 { place(value).max(1.5) } else { 0.0 };
    html! {
        svg class="bar" role="img" width=(WIDTH) height="12" viewBox={ "0 0 " (WIDTH) " 12" } {
            title { (title) }
            rect x="0" y="2" width=(WIDTH) height="8" rx="2" fill="#e6e9ed" class="trough" {}
            rect x="0" y="2" width={ (format!("{length:.1}")) } height="8" rx="2" fill=(color)
                class={ "fill " (tone) } {}
            @if value > full { path d={ "M" (WIDTH - 9.0) " 0l5 6-5 6" } fill="none" stroke="#ffffff" stroke-width="2" class="over" {} }
            @if let Some(limit) = limit {
                path d={ "M" (format!("{:.1}", place(limit))) " 0v12" } fill="none" stroke="#1b1f24"
                    stroke-width="1.5" class="limit" {}
            }
        }
    }
}
