//! Lines over time.

use super::axis::ValueAxis;
use super::frame::{HEAD, Plot};
use super::palette::{self, Tone};
use super::{Frame, Point, Scale, Unit, path, table};
use maud::{Markup, html};

/// A series of a chart, a point for each bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// The points.
    pub points: Vec<Point>,
    /// The least and the greatest of a bin's single seconds, where bins have several.
    pub range: Vec<Option<(Point, Point)>>,
}

impl Line {
    /// A series without ranges.
    pub fn new(name: impl Into<String>, points: Vec<Point>) -> Line {
        Line { name: name.into(), points, range: Vec::new() }
    }
}

/// Lines over time, with their legend and the data behind them.
#[derive(Clone, Debug)]
pub struct TimeChart<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// Its heading.
    pub title: &'a str,
    /// What a point is, and whatever else must be known to read it.
    pub note: String,
    /// In what it measures.
    pub unit: Unit,
    /// How the value axis runs.
    pub scale: Scale,
    /// The series; later ones are drawn over earlier ones.
    pub lines: Vec<Line>,
    /// Levels with a name: what was promised, what is tolerated.
    pub limits: Vec<(String, f64)>,
    /// Whether what lies under the first line is filled.
    pub filled: bool,
    /// The height of the plotted area in pixels.
    pub height: f64,
}

/// The lane above the values in which lines run that have no good reply.
const LOST: f64 = 36.0;
/// How high that lane is.
const LANE: f64 = 18.0;
const TOP: f64 = 16.0;

impl TimeChart<'_> {
    /// The figure.
    pub fn draw(&self, frame: &Frame) -> Markup {
        let lost = self.lines.iter().any(|line| line.points.contains(&Point::NoReply));
        let axis = self.axis(if lost { LOST } else { TOP });
        let ticks = axis.ticks.iter().map(|(value, text)| (axis.y(*value), text.clone())).collect();
        let plot = Plot {
            id: self.id,
            title: self.title,
            describe: &self.describe(),
            height: self.height,
            ticks,
            inside: self.inside(frame, &axis, lost),
            over: self.over(&axis, lost),
        };
        let bins = &frame.bins;
        html! {
            figure class="chart time" id=(self.id) data-first=(path::short(bins.from(0)))
                data-width=(bins.width) data-count=(bins.count) data-end=(format!("{:.3}", bins.end)) {
                figcaption {
                    h3 { (self.title) }
                    (self.legend())
                }
                (frame.plot(plot))
                p class="note" { (self.note) }
                (table::data(self.title, frame, self.unit, &self.lines))
            }
        }
    }

    fn axis(&self, top: f64) -> ValueAxis {
        let points = self.lines.iter().flat_map(|line| {
            let ranges = line.range.iter().flatten().flat_map(|(low, high)| [low, high]);
            line.points.iter().chain(ranges).filter_map(Point::value)
        });
        // A limit far above all that was seen would press the lines to the ground.
        let most = points.clone().fold(0.0, f64::max);
        let reach = if self.scale == Scale::Log { 20.0 } else { 3.0 };
        let near = self.limits.iter().map(|(_, level)| *level).filter(|level| *level <= most * reach);
        ValueAxis::new(self.scale, self.unit, points.chain(near), top, self.height - 1.0)
    }

    fn inside(&self, frame: &Frame, axis: &ValueAxis, lost: bool) -> Markup {
        let height = |point: Point| match point {
            Point::At(value) => Some(axis.y(value)),
            Point::NoReply => Some(LANE / 2.0),
            Point::Gap => None,
        };
        html! {
            @if lost { rect class="lost" x="0" y="0" width="1000" height=(LANE) fill="#fbe9e7" {} }
            @for (name, level) in self.limits.iter().filter(|(_, level)| axis.holds(*level)) {
                path class="limit" d={ "M0 " (path::short(axis.y(*level))) "H1000" } stroke="#1b1f24"
                    stroke-dasharray="6 4" fill="none" vector-effect="non-scaling-stroke"
                    { title { (name) } }
            }
            @for (number, line) in self.lines.iter().enumerate() {
                @let tone = palette::of(number);
                g class="line" data-line=(number) {
                    (range(line, frame, tone, &height))
                    @if self.filled && number == 0 { (under(line, frame, tone, axis, &height)) }
                    path class=(tone.class)
                        d=(path::line(&line.points, |place| frame.middle(place), height))
                        stroke=(tone.color) stroke-dasharray=(tone.dash) stroke-width="1.8"
                        stroke-linejoin="round" stroke-linecap="round" fill="none"
                        vector-effect="non-scaling-stroke" {}
                }
            }
        }
    }

    fn over(&self, axis: &ValueAxis, lost: bool) -> Markup {
        html! {
            @if lost {
                text class="tick bad" x="3" y=(HEAD + 13.0) fill="#9b1c14" stroke="#ffffff" stroke-width="3"
                    paint-order="stroke" { "no good reply" }
            }
            @for (name, y) in self.named(axis) {
                text class="tick" x="99.5%" y=(path::short(HEAD + y - 4.0)) text-anchor="end"
                    fill="#1b1f24" stroke="#ffffff" stroke-width="3" paint-order="stroke" { (name) }
            }
        }
    }

    /// The levels that have room for their name, each with its height; the others tell it when they are pointed at.
    fn named(&self, axis: &ValueAxis) -> Vec<(&str, f64)> {
        let mut named: Vec<(&str, f64)> = Vec::new();
        for (name, level) in self.limits.iter().filter(|(_, level)| axis.holds(*level)) {
            let y = axis.y(*level);
            if named.iter().all(|(_, other)| (other - y).abs() >= 13.0) {
                named.push((name, y));
            }
        }
        named
    }

    fn legend(&self) -> Markup {
        html! {
            ul class="legend" {
                @for (number, line) in self.lines.iter().enumerate() {
                    li data-line=(number) { (key(palette::of(number))) " " span { (line.name) } }
                }
            }
        }
    }

    /// The extremes in words.
    fn describe(&self) -> String {
        let told = self.lines.iter().map(|line| {
            let values = line.points.iter().filter_map(Point::value);
            let (least, most) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
            if most < least {
                return format!("{}: no value", line.name);
            }
            format!("{}: from {} to {}", line.name, self.unit.show(least), self.unit.show(most))
        });
        format!("{}. All values are in the table below.", told.collect::<Vec<_>>().join("; "))
    }
}

/// The sample of a line in a legend.
pub(super) fn key(tone: Tone) -> Markup {
    html! {
        svg class="key" role="presentation" aria-hidden="true" width="26" height="10" {
            path class=(tone.class) d="M1 5H25" stroke=(tone.color) stroke-dasharray=(tone.dash)
                stroke-width="2.4" fill="none" {}
        }
    }
}

fn range(line: &Line, frame: &Frame, tone: Tone, height: &impl Fn(Point) -> Option<f64>) -> Markup {
    let heights: Vec<Option<(f64, f64)>> =
        line.range.iter().map(|range| range.and_then(|(low, high)| height(low).zip(height(high)))).collect();
    let area = path::envelope(&heights, |place| frame.middle(place));
    html! { @if !area.is_empty() { path class={ "range " (tone.class) } d=(area) fill=(tone.color) fill-opacity="0.16" {} } }
}

fn under(
    line: &Line,
    frame: &Frame,
    tone: Tone,
    axis: &ValueAxis,
    height: &impl Fn(Point) -> Option<f64>,
) -> Markup {
    let ground = axis.y(0.0);
    let heights: Vec<Option<(f64, f64)>> =
        line.points.iter().map(|point| height(*point).map(|height| (ground, height))).collect();
    let area = path::envelope(&heights, |place| frame.middle(place));
    html! { path class={ "range " (tone.class) } d=(area) fill=(tone.color) fill-opacity="0.13" {} }
}
