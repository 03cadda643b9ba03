//! The frame that all charts over time share: the same width, the same time below, the same faults behind.

use super::super::bins::Bins;
use super::axis::time_ticks;
use super::path::short;
use super::{Band, WIDTH};
use maud::{Markup, html};

/// Above the plotted area stand the names of the faults, below it the times.
pub const HEAD: f64 = 16.0;
const FOOT: f64 = 20.0;
/// About how wide a letter of a fault's name is, as a share of a chart on a small screen.
const LETTER: f64 = 0.011;
const LONGEST_NAME: usize = 24;

/// What all charts over time share.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The time, cut into bins.
    pub bins: Bins,
    /// What lies behind.
    pub bands: Vec<Band>,
}

/// What a chart puts into the frame.
pub struct Plot<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// What it is, for those who cannot see it.
    pub title: &'a str,
    /// What it shows, for the same.
    pub describe: &'a str,
    /// The height of the plotted area.
    pub height: f64,
    /// Named heights.
    pub ticks: Vec<(f64, String)>,
    /// What is plotted: stretched to the width of the page.
    pub inside: Markup,
    /// What lies on top of it and keeps its proportions; `x` in percent.
    pub over: Markup,
}

impl Frame {
    /// Where a time lies in the plotted area.
    pub fn x(&self, seconds: f64) -> f64 {
        seconds / self.end() * WIDTH
    }

    /// Where a time lies in percent of the width.
    pub fn percent(&self, seconds: f64) -> String {
        format!("{}%", short(seconds / self.end() * 100.0))
    }

    /// Where the middle of a bin lies.
    pub fn middle(&self, place: usize) -> f64 {
        self.x(self.bins.middle(place))
    }

    /// Where a bin begins and ends, with a gap to the next.
    pub fn edges(&self, place: usize) -> (f64, f64) {
        let (from, to) = (self.x(self.bins.from(place)), self.x(self.bins.from(place + 1)));
        (from, to - (to - from) * 0.15)
    }

    fn end(&self) -> f64 {
        self.bins.end.max(1.0)
    }

    /// The whole SVG.
    pub fn plot(&self, plot: Plot) -> Markup {
        let height = HEAD + plot.height + FOOT;
        let (title, describe) = (format!("{}-t", plot.id), format!("{}-d", plot.id));
        html! {
            svg class="plot" role="img" aria-labelledby={ (title) " " (describe) } width="960"
                height=(height) font-family="sans-serif" font-size="11" {
                title id=(title) { (plot.title) }
                desc id=(describe) { (plot.describe) }
                svg class="area" role="presentation" x="0" y=(HEAD) width="100%" height=(plot.height)
                    viewBox={ "0 0 " (WIDTH) " " (plot.height) } preserveAspectRatio="none" {
                    (self.behind(plot.height))
                    @for (y, _) in &plot.ticks {
                        path class="grid" d={ "M0 " (short(*y)) "H" (WIDTH) } stroke="#dfe3e8" fill="none"
                            vector-effect="non-scaling-stroke" {}
                    }
                    (plot.inside)
                }
                @for (y, text) in &plot.ticks {
                    text class="tick" x="3" y=(short(HEAD + y - 3.0)) fill="#57606a" stroke="#ffffff"
                        stroke-width="3" stroke-linejoin="round" paint-order="stroke" { (text) }
                }
                (plot.over)
                (self.names())
                (self.times(height - 6.0))
            }
        }
    }

    /// Warm-up and faults behind everything: a begun one has a firm edge, a healed one a dashed edge.
    fn behind(&self, height: f64) -> Markup {
        html! {
            @for band in &self.bands {
                @let from = self.x(band.from);
                @let to = self.x(band.to).min(WIDTH);
                @let color = if band.kind == "fault" { "#fbe8e0" } else { "#eceff2" };
                rect class={ "band " (band.kind) } x=(short(from)) y="0" width=(short((to - from).max(0.0)))
                    height=(height) fill=(color) {}
                @if band.kind == "fault" {
                    path class="edge" d={ "M" (short(from)) " 0V" (height) } stroke="#b8400e" fill="none"
                        vector-effect="non-scaling-stroke" {}
                    path class="edge" d={ "M" (short(to)) " 0V" (height) } stroke="#b8400e" fill="none"
                        stroke-dasharray="2 3" vector-effect="non-scaling-stroke" {}
                }
            }
        }
    }

    /// The names of the bands, where there is room for them; all of them stand in the table of the faults.
    fn names(&self) -> Markup {
        let mut free = 0.0;
        let mut shown = Vec::new();
        for band in &self.bands {
            let name = cut(&band.name);
            let width = name.chars().count() as f64 * LETTER;
            let from = (band.from / self.end()).clamp(0.0, (1.0 - width).max(0.0));
            if from >= free {
                free = from + width;
                shown.push((from * self.end(), name, band.kind));
            }
        }
        let crowded = if shown.len() > 3 { " crowded" } else { "" };
        html! {
            @for (from, name, kind) in shown {
                text class={ "name " (kind) (crowded) } x=(self.percent(from)) y="11" data-t=(short(from))
                    fill=(if kind == "fault" { "#9a3412" } else { "#57606a" }) { (name) }
            }
        }
    }

    fn times(&self, y: f64) -> Markup {
        let end = self.end();
        html! {
            g class="times" fill="#57606a" {
                @for (time, text) in time_ticks(end) {
                    @let anchor = if time == 0.0 { "start" } else if time > end * 0.97 { "end" } else { "middle" };
                    text class="tick" x=(self.percent(time)) y=(short(y)) text-anchor=(anchor) { (text) }
                }
            }
        }
    }
}

fn cut(name: &str) -> String {
    if name.chars().count() <= LONGEST_NAME {
        return name.to_owned();
    }
    name.chars().take(LONGEST_NAME - 1).chain(['…']).collect()
}
