//! Bars over time, one kind on top of the other.

use super::axis::ValueAxis;
use super::frame::Plot;
use super::path::{bars, short};
use super::{Frame, Line, Point, Scale, Unit, table};
use maud::{Markup, html};

/// Rates over time as bars; the first kind stands on top, where it is seen best.
pub struct StackedBars<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// What it is.
    pub title: &'a str,
    /// What must be known to read it.
    pub note: String,
    /// The height of the plotted area in pixels.
    pub height: f64,
    /// Name, class, colour where style is blocked, and a rate for each bin.
    pub stacks: Vec<(&'static str, &'static str, &'static str, Vec<Point>)>,
}

impl StackedBars<'_> {
    /// The figure.
    pub fn draw(&self, frame: &Frame) -> Markup {
        let bins = &frame.bins;
        let value = |stack: usize, place: usize| {
            self.stacks[stack].3.get(place).and_then(Point::value).unwrap_or(0.0)
        };
        let below = |stack: usize, place: usize| {
            (stack + 1..self.stacks.len()).map(|under| value(under, place)).sum::<f64>()
        };
        let tops = (0..bins.count).map(|place| below(0, place) + value(0, place));
        let axis = ValueAxis::new(Scale::Linear, Unit::Rate, tops, 16.0, self.height - 1.0);
        let heights = |stack: usize| -> Vec<Option<(f64, f64)>> {
            let bar = |place: usize| {
                let (from, to) = (below(stack, place), below(stack, place) + value(stack, place));
                // What is there at all is seen: a pixel and a half at least.
                (to > from).then(|| (axis.y(from), axis.y(to).min(axis.y(from) - 1.5)))
            };
            (0..bins.count).map(bar).collect()
        };
        let plot = Plot {
            id: self.id,
            title: self.title,
            describe: &self.describe(),
            height: self.height,
            ticks: axis
                .ticks
                .iter()
                .rev()
                .take(1)
                .map(|(value, text)| (axis.y(*value), text.clone()))
                .collect(),
            inside: html! {
                @for (number, (_, class, color, _)) in self.stacks.iter().enumerate().rev() {
                    g class="line" data-line=(number) {
                        path class={ "stack " (class) }
                            d=(bars(&heights(number), |place| frame.edges(place))) fill=(color) {}
                    }
                }
            },
            over: html! {},
        };
        let lines: Vec<Line> =
            self.stacks.iter().map(|(name, _, _, points)| Line::new(*name, points.clone())).collect();
        html! {
            figure class="chart time bars" id=(self.id) data-first=(short(bins.from(0)))
                data-width=(bins.width) data-count=(bins.count) data-end=(format!("{:.3}", bins.end)) {
                figcaption {
                    h2 { (self.title) }
                    ul class="legend" {
                        @for (number, (name, class, color, _)) in self.stacks.iter().enumerate() {
                            li data-line=(number) {
                                svg class="key" role="presentation" aria-hidden="true" width="12" height="12" {
                                    rect class={ "stack " (class) } width="12" height="12" rx="2" fill=(color) {}
                                }
                                " " span { (name) }
                            }
                        }
                    }
                }
                (frame.plot(plot))
                p class="note" { (self.note) }
                (table::data(self.title, frame, Unit::Rate, &lines))
            }
        }
    }

    fn describe(&self) -> String {
        let told = self.stacks.iter().map(|(name, _, _, points)| {
            let most = points.iter().filter_map(Point::value).fold(0.0, f64::max);
            format!("{name}: at most {}", Unit::Rate.show(most))
        });
        format!("{}. All values are in the table below.", told.collect::<Vec<_>>().join("; "))
    }
}
