//! A run as small as a line of text: p99 by second, faults as bands, bad seconds as marks.

use super::Entry;
use maud::{Markup, html};
use std::fmt::Write;

const WIDTH: f64 = 160.0;
const HEIGHT: f64 = 28.0;
/// Room above the line for the marks of bad seconds.
const TOP: f64 = 6.0;

/// The picture, told in its title to those who do not see it.
pub(super) fn sparkline(entry: &Entry) -> Markup {
    let first = entry.beats.first().map_or(0.0, |beat| beat.second);
    let last = entry.beats.last().map_or(1.0, |beat| beat.second + 1.0).max(first + 1.0);
    let x = |second: f64| ((second - first) / (last - first)).clamp(0.0, 1.0) * WIDTH;
    let slowest = entry.beats.iter().filter_map(|beat| beat.p99.value()).max().unwrap_or(0);
    let bad_seconds = entry.beats.iter().filter(|beat| beat.bad > 0).count();
    let title = format!(
        "p99 up to {:.1} ms over {:.0} s, {} faults, {bad_seconds} seconds with bad operations",
        slowest as f64 / 1e6,
        last - first,
        entry.faults.len(),
    );
    html! {
        svg class="spark" role="img" width=(WIDTH) height=(HEIGHT) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } {
            title { (title) }
            @for (from, to) in &entry.faults {
                rect x=(short(x(*from))) y="0" width=(short((x(*to) - x(*from)).max(1.0))) height=(HEIGHT) fill="#888" fill-opacity="0.3" {}
            }
            path d=(line(entry, slowest, x)) fill="none" stroke="#3b82c4" stroke-width="1.5" stroke-linejoin="round" {}
            path d=(marks(entry, x)) fill="none" stroke="#c4392f" stroke-width="2" {}
        }
    }
}

/// The line of those seconds that have a value; it is broken where there is none.
fn line(entry: &Entry, slowest: u64, x: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut broken = true;
    for beat in &entry.beats {
        let Some(nanos) = beat.p99.value() else {
            broken = true;
            continue;
        };
        let height = nanos as f64 / slowest.max(1) as f64;
        let y = HEIGHT - 1.0 - height * (HEIGHT - TOP - 1.0);
        let _ =
            write!(path, "{}{} {}", if broken { "M" } else { "L" }, short(x(beat.second + 0.5)), short(y));
        broken = false;
    }
    path
}

fn marks(entry: &Entry, x: impl Fn(f64) -> f64) -> String {
    let bad = entry.beats.iter().filter(|beat| beat.bad > 0);
    bad.map(|beat| format!("M{} 0v4", short(x(beat.second + 0.5)))).collect()
}

fn short(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
