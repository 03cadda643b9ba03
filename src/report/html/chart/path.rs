//! Path data: lines with gaps, envelopes, bars.

use super::Point;
use std::fmt::Write as _;

/// A line through the points that have a height; where one has none it is broken, and a point alone is a dot.
pub fn line(points: &[Point], x: impl Fn(usize) -> f64, y: impl Fn(Point) -> Option<f64>) -> String {
    let mut path = String::with_capacity(points.len() * 12);
    let mut drawn = 0;
    for (place, point) in points.iter().enumerate() {
        let Some(height) = y(*point) else {
            dot(&mut path, drawn);
            drawn = 0;
            continue;
        };
        let letter = if drawn == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{} {}", short(x(place)), short(height));
        drawn += 1;
    }
    dot(&mut path, drawn);
    path
}

/// A stroke of almost no length is a dot, by its round ends.
fn dot(path: &mut String, drawn: usize) {
    if drawn == 1 {
        path.push_str("h.1");
    }
}

/// The area between the lower and the upper heights, one piece for each stretch without a gap.
pub fn envelope(heights: &[Option<(f64, f64)>], x: impl Fn(usize) -> f64) -> String {
    let mut path = String::new();
    for stretch in stretches(heights) {
        let (from, pieces) = stretch;
        for (offset, (low, _)) in pieces.iter().enumerate() {
            let letter = if offset == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{} {}", short(x(from + offset)), short(*low));
        }
        for (offset, (_, high)) in pieces.iter().enumerate().rev() {
            let _ = write!(path, "L{} {}", short(x(from + offset)), short(*high));
        }
        path.push('Z');
    }
    path
}

/// The stretches of neighbours that are there, with the place of their first.
fn stretches(heights: &[Option<(f64, f64)>]) -> Vec<(usize, Vec<(f64, f64)>)> {
    let mut all: Vec<(usize, Vec<(f64, f64)>)> = Vec::new();
    let mut open = false;
    for (place, height) in heights.iter().enumerate() {
        match (height, open) {
            (Some(height), true) => all.last_mut().map_or((), |(_, stretch)| stretch.push(*height)),
            (Some(height), false) => all.push((place, vec![*height])),
            (None, _) => {}
        }
        open = height.is_some();
    }
    all
}

/// Bars from one height to another, between the edges of their bins.
pub fn bars(heights: &[Option<(f64, f64)>], edges: impl Fn(usize) -> (f64, f64)) -> String {
    let mut path = String::new();
    for (place, height) in heights.iter().enumerate() {
        let Some((from, to)) = height else { continue };
        let (left, right) = edges(place);
        let width = short(right - left);
        let _ = write!(path, "M{} {}h{width}V{}h-{width}z", short(left), short(*from), short(*to));
    }
    path
}

/// Short upright strokes at the points without a good reply.
pub fn ticks(points: &[Point], x: impl Fn(usize) -> f64, from: f64, to: f64) -> String {
    let mut path = String::new();
    for (place, _) in points.iter().enumerate().filter(|(_, point)| **point == Point::NoReply) {
        let _ = write!(path, "M{} {}V{}", short(x(place)), short(from), short(to));
    }
    path
}

/// A coordinate with one decimal at most: what lies below is less than a pixel.
pub fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_at_gaps_and_a_point_alone_is_a_dot() {
        let points = [Point::At(1.0), Point::At(2.5), Point::Gap, Point::At(3.0), Point::NoReply];
        let path = line(&points, |place| place as f64, |point| point.value());
        assert_eq!(path, "M0 1L1 2.5M3 3h.1");
        assert_eq!(ticks(&points, |place| place as f64, 0.0, 5.0), "M4 0V5");
    }

    #[test]
    fn an_envelope_goes_there_and_back() {
        let heights = [Some((1.0, 3.0)), Some((2.0, 4.0)), None, Some((1.0, 1.0))];
        assert_eq!(envelope(&heights, |place| place as f64), "M0 1L1 2L1 4L0 3ZM3 1L3 1Z");
    }

    #[test]
    fn bars_fill_their_bins() {
        assert_eq!(
            bars(&[None, Some((10.0, 4.0))], |place| (place as f64, place as f64 + 1.0)),
            "M1 10h1V4h-1z"
        );
        assert_eq!((short(-0.01), short(2.04), short(7.0)), ("0".into(), "2".into(), "7".into()));
    }
}
