//! The percentile curve as HdrHistogram draws it: percentiles by their distance from 100 %, on a log axis.

use super::super::figures;
use super::axis::ValueAxis;
use super::frame::HEAD;
use super::palette;
use super::{Point, Scale, Unit, WIDTH, path, table, time};
use crate::stats::Latencies;
use maud::{Markup, html};

/// The percentiles that the axis names, with their texts.
const NAMED: [(f64, &str); 8] = [
    (0.0, "0%"),
    (0.5, "50%"),
    (0.9, "90%"),
    (0.99, "99%"),
    (0.999, "99.9%"),
    (0.9999, "99.99%"),
    (0.99999, "99.999%"),
    (0.999_999, "99.9999%"),
];
/// Points to each power of ten.
const POINTS: usize = 16;
const HEIGHT: f64 = 240.0;

/// One curve.
pub struct Curve {
    /// Its name.
    pub name: String,
    /// The quantiles, in ascending order, with what lies there.
    pub points: Vec<(f64, Point)>,
}

impl Curve {
    /// Down to the last operation: a quantile beyond 1 − 1/n says nothing of n operations.
    pub fn of(name: String, latencies: &Latencies) -> Curve {
        let total = latencies.total();
        let last = if total > 0 { (total as f64).log10() } else { 0.0 };
        let steps = (last * POINTS as f64).floor() as usize;
        let mut quantiles: Vec<f64> =
            (0..=steps).map(|step| 1.0 - 10f64.powf(-(step as f64) / POINTS as f64)).collect();
        quantiles.extend(NAMED.iter().map(|(q, _)| *q).filter(|q| (1.0 - q) * total as f64 >= 1.0));
        quantiles.sort_by(f64::total_cmp);
        quantiles.dedup_by(|one, other| (*one - *other).abs() < 1e-9);
        let points = quantiles.into_iter().map(|q| (q, Point::from(latencies.quantile(q)))).collect();
        Curve { name, points: if total > 0 { points } else { Vec::new() } }
    }
}

/// Curves on one pair of axes.
pub struct CurveChart<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// Its heading.
    pub title: &'a str,
    /// What must be known to read it.
    pub note: String,
    /// The curves.
    pub curves: Vec<Curve>,
}

impl CurveChart<'_> {
    /// The figure.
    pub fn draw(&self) -> Markup {
        let deepest = self.curves.iter().flat_map(|curve| curve.points.last()).map(|(q, _)| *q);
        let decades = -(1.0 - deepest.fold(0.9, f64::max)).log10();
        let x = |q: f64| -(1.0 - q).log10() / decades * WIDTH;
        html! {
            figure class="chart" id=(self.id) {
                figcaption {
                    h3 { (self.title) }
                    ul class="legend" {
                        @for (number, curve) in self.curves.iter().enumerate() {
                            li data-line=(number) { (time::key(palette::of(number))) " " span { (curve.name) } }
                        }
                    }
                }
                (self.plot(decades, &x))
                p class="note" { (self.note) }
                (self.data())
            }
        }
    }

    fn plot(&self, decades: f64, x: &impl Fn(f64) -> f64) -> Markup {
        let values =
            self.curves.iter().flat_map(|curve| &curve.points).filter_map(|(_, point)| point.value());
        let axis = ValueAxis::new(Scale::Log, Unit::Latency, values, 14.0, HEIGHT - 1.0);
        let total = HEAD + HEIGHT + 20.0;
        let named = NAMED.iter().filter(|(q, _)| *q == 0.0 || -(1.0 - q).log10() <= decades + 1e-9);
        let ids = format!("{0}-t {0}-d", self.id);
        html! {
            svg class="plot" role="img" aria-labelledby=(ids) width="960" height=(total)
                font-family="sans-serif" font-size="11" {
                title id={ (self.id) "-t" } { (self.title) }
                desc id={ (self.id) "-d" } { (self.describe()) }
                svg class="area" role="presentation" x="0" y=(HEAD) width="100%" height=(HEIGHT)
                    viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" {
                    @for (value, _) in &axis.ticks { (grid(&format!("M0 {}H{WIDTH}", path::short(axis.y(*value))))) }
                    @for (q, _) in named.clone() { (grid(&format!("M{} 0V{HEIGHT}", path::short(x(*q))))) }
                    @for (number, curve) in self.curves.iter().enumerate() { (draw(number, curve, &axis, x)) }
                }
                @for (value, text) in &axis.ticks {
                    text class="tick" x="3" y=(path::short(HEAD + axis.y(*value) - 3.0)) fill="#57606a"
                        stroke="#ffffff" stroke-width="3" paint-order="stroke" { (text) }
                }
                g class="times" fill="#57606a" {
                @for (q, text) in named {
                    @let place = x(*q) / 10.0;
                    @let anchor = if place < 3.0 { "start" } else if place > 94.0 { "end" } else { "middle" };
                    text class={ "tick" (if *q == 0.0 { " crowded" } else { "" }) }
                        x={ (path::short(place)) "%" } y=(total - 6.0) text-anchor=(anchor) { (text) }
                }
                }
            }
        }
    }

    fn describe(&self) -> String {
        let told = self.curves.iter().map(|curve| match curve.points.last() {
            Some((q, point)) => {
                format!("{}: {} at {}", curve.name, Unit::Latency.point(*point), figures::percent(*q))
            }
            None => format!("{}: no operation", curve.name),
        });
        format!("{}. All values are in the table below.", told.collect::<Vec<_>>().join("; "))
    }

    fn data(&self) -> Markup {
        let mut head = vec!["percentile".to_owned()];
        head.extend(self.curves.iter().map(|curve| curve.name.clone()));
        let mut quantiles: Vec<f64> =
            self.curves.iter().flat_map(|curve| &curve.points).map(|(q, _)| *q).collect();
        quantiles.sort_by(f64::total_cmp);
        quantiles.dedup_by(|one, other| (*one - *other).abs() < 1e-9);
        let rows = quantiles.into_iter().map(|q| {
            let mut row = vec![format!("{:.6}", q * 100.0)];
            row.extend(self.curves.iter().map(|curve| {
                let found = curve.points.iter().find(|(other, _)| (other - q).abs() < 1e-9);
                Unit::Latency.point(found.map_or(Point::Gap, |(_, point)| *point))
            }));
            row
        });
        table::folded(self.title, &head, rows)
    }
}

fn grid(path: &str) -> Markup {
    html! { path class="grid" d=(path) stroke="#dfe3e8" fill="none" vector-effect="non-scaling-stroke" {} }
}

/// The curve ends where no good reply came any more, with a stroke to the upper edge.
fn draw(number: usize, curve: &Curve, axis: &ValueAxis, x: &impl Fn(f64) -> f64) -> Markup {
    let tone = palette::of(number);
    let points: Vec<Point> = curve.points.iter().map(|(_, point)| *point).collect();
    let heights = |point: Point| match point {
        Point::At(value) => Some(axis.y(value)),
        Point::NoReply => Some(3.0),
        Point::Gap => None,
    };
    let line = path::line(&points, |place| x(curve.points[place].0), heights);
    html! {
        g class="line" data-line=(number) {
            path class=(tone.class) d=(line) stroke=(tone.color) stroke-dasharray=(tone.dash)
                stroke-width="1.8" stroke-linejoin="round" fill="none" vector-effect="non-scaling-stroke" {}
        }
    }
}
