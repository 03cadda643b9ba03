//! A sparkline: one series, as large as a word.

use super::chart::{Point, path};
use maud::{Markup, html};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;

/// A sparkline of evenly spaced points, told to those who cannot see it by `title`. Points without a good reply lie at the
/// upper edge and are marked; a series without any value is an empty line.
pub fn sparkline(title: &str, points: &[Point]) -> Markup {
    let most = points.iter().filter_map(|point| point.value()).fold(0.0_f64, f64::max);
    let x = |place: usize| (place as f64 + 0.5) * WIDTH / points.len().max(1) as f64;
    let y = |value: f64| if most > 0.0 { HEIGHT - 2.0 - value / most * (HEIGHT - 6.0) } else { HEIGHT - 2.0 };
    let line = path::line(points, x, |point| match point {
        Point::At(value) => Some(y(value)),
        Point::NoReply => Some(2.0),
        Point::Gap => None,
    });
    let lost = path::ticks(points, x, 0.0, 5.0);
    html! {
        svg class="spark" role="img" width=(WIDTH) height=(HEIGHT) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } {
            title { (title) }
            path d={ "M0 " (HEIGHT - 0.5) "h" (WIDTH) } fill="none" stroke="#d5d9de" class="grid" {}
            path d=(line) fill="none" stroke="#1f5fa8" stroke-width="1.5" stroke-linejoin="round" class="s0" {}
            @if !lost.is_empty() { path d=(lost) fill="none" stroke="#b3261e" stroke-width="2" class="bad" {} }
        }
    }
}
