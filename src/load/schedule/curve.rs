//! A quantity that changes piecewise evenly in time: a rate of arrivals, a number of users.

use crate::event::Nanos;

/// A stretch of time over which the quantity changes evenly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Its beginning.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// The value at the beginning.
    pub first: f64,
    /// The value that is reached at the end.
    pub last: f64,
    /// The area under all pieces before.
    before: f64,
}

impl Piece {
    fn seconds(&self) -> f64 {
        (self.to - self.from).as_secs_f64()
    }

    fn slope(&self) -> f64 {
        let seconds = self.seconds();
        if seconds > 0.0 { (self.last - self.first) / seconds } else { 0.0 }
    }

    fn value(&self, at: Nanos) -> f64 {
        self.first + self.slope() * (at - self.from).as_secs_f64()
    }

    fn area_until(&self, at: Nanos) -> f64 {
        (self.first + self.value(at)) / 2.0 * (at - self.from).as_secs_f64()
    }

    /// When the area under this piece has grown to `area`: the root of `first·t + slope·t²/2 = area`, in the form that
    /// loses no digits where the slope is small (Numerical Recipes, 5.6).
    fn time_of_area(&self, area: f64) -> Nanos {
        let root = (self.first * self.first + 2.0 * self.slope() * area).max(0.0).sqrt();
        let divisor = self.first + root;
        let seconds = if divisor > 0.0 { 2.0 * area / divisor } else { 0.0 };
        (self.from + Nanos::from_secs_f64(seconds)).min(self.to)
    }

    /// When a piece that rises or falls has the value `level`.
    pub fn time_of_value(&self, level: f64) -> Nanos {
        let share = (level - self.first) / (self.last - self.first);
        self.from + Nanos::from_secs_f64(share.clamp(0.0, 1.0) * self.seconds())
    }
}

/// Pieces without gaps, from time zero on. Outside them the quantity is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    pieces: Vec<Piece>,
}

impl Curve {
    /// Adds a piece at the end; one without length is left out.
    pub fn push(&mut self, length: Nanos, first: f64, last: f64) {
        if length > Nanos::ZERO {
            let (from, before) = (self.end(), self.total());
            self.pieces.push(Piece { from, to: from + length, first, last, before });
        }
    }

    /// The pieces, in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Where the last piece ends.
    pub fn end(&self) -> Nanos {
        self.pieces.last().map_or(Nanos::ZERO, |piece| piece.to)
    }

    /// The value at a time. Where two pieces meet, that of the later one.
    pub fn value(&self, at: Nanos) -> f64 {
        self.piece_at(at).map_or(0.0, |piece| piece.value(at))
    }

    /// The largest value anywhere.
    pub fn highest(&self) -> f64 {
        self.pieces.iter().fold(0.0, |highest, piece| highest.max(piece.first).max(piece.last))
    }

    /// The area from zero to a time.
    pub fn area(&self, at: Nanos) -> f64 {
        match self.piece_at(at) {
            Some(piece) => piece.before + piece.area_until(at),
            None if at < Nanos::ZERO => 0.0,
            None => self.total(),
        }
    }

    /// The whole area.
    pub fn total(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| snap(piece.before + piece.area_until(piece.to)))
    }

    /// The inverse of [`Curve::area`]: the latest time at which the area is not above `area`. None from the whole area on.
    pub fn time_of_area(&self, area: f64) -> Option<Nanos> {
        if area >= self.total() {
            return None;
        }
        // Pieces of value 0 have no area of their own, so the last piece that begins at or below `area` is never one.
        let place = self.pieces.partition_point(|piece| piece.before <= area);
        let piece = &self.pieces[place.saturating_sub(1)];
        Some(piece.time_of_area(area - piece.before))
    }

    /// This curve with `more` added between two times, as far as the curve reaches.
    #[must_use]
    pub fn raised(&self, from: Nanos, to: Nanos, more: f64) -> Curve {
        let mut curve = Curve::default();
        for piece in &self.pieces {
            let (rise, fall) = (from.clamp(piece.from, piece.to), to.clamp(piece.from, piece.to));
            for (begin, end) in [(piece.from, rise), (rise, fall), (fall, piece.to)] {
                let add = if begin >= from && end <= to { more } else { 0.0 };
                curve.push(end - begin, piece.value(begin) + add, piece.value(end) + add);
            }
        }
        curve
    }

    fn piece_at(&self, at: Nanos) -> Option<&Piece> {
        let place = self.pieces.partition_point(|piece| piece.to <= at);
        self.pieces.get(place).filter(|piece| piece.from <= at)
    }
}

/// A sum that differs from a whole number by rounding alone is that number: an arrival belongs to the piece it begins, not
/// to the last instant of the one before.
fn snap(area: f64) -> f64 {
    let whole = area.round();
    if (area - whole).abs() <= 1e-12 * whole.max(1.0) { whole } else { area }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(pieces: &[(f64, f64, f64)]) -> Curve {
        let mut curve = Curve::default();
        for (seconds, first, last) in pieces {
            curve.push(Nanos::from_secs_f64(*seconds), *first, *last);
        }
        curve
    }

    fn seconds(seconds: f64) -> Nanos {
        Nanos::from_secs_f64(seconds)
    }

    #[test]
    fn a_ramp_has_the_area_of_its_triangle() {
        let ramp = curve(&[(10.0, 0.0, 100.0)]);
        assert_eq!(ramp.total(), 500.0);
        assert_eq!(ramp.area(seconds(5.0)), 125.0);
        assert_eq!(ramp.value(seconds(5.0)), 50.0);
        assert_eq!(ramp.time_of_area(125.0), Some(seconds(5.0)));
        let down = curve(&[(10.0, 100.0, 0.0)]);
        assert_eq!(down.time_of_area(375.0), Some(seconds(5.0)));
    }

    #[test]
    fn a_pause_holds_the_next_arrival_until_it_is_over() {
        let paused = curve(&[(0.3, 10.0, 10.0), (5.0, 0.0, 0.0), (1.0, 10.0, 10.0)]);
        assert_eq!(paused.time_of_area(2.0), Some(seconds(0.2)));
        assert_eq!(paused.time_of_area(3.0), Some(seconds(5.3)));
        assert_eq!(curve(&[(2.0, 0.0, 0.0), (1.0, 1.0, 1.0)]).time_of_area(0.0), Some(seconds(2.0)));
    }

    #[test]
    fn outside_there_is_nothing() {
        let flat = curve(&[(2.0, 5.0, 5.0)]);
        assert_eq!((flat.value(Nanos(-1)), flat.value(seconds(2.0))), (0.0, 0.0));
        assert_eq!((flat.area(Nanos(-1)), flat.area(seconds(9.0))), (0.0, 10.0));
        assert_eq!(flat.time_of_area(10.0), None);
        assert_eq!(Curve::default().time_of_area(0.0), None);
    }

    #[test]
    fn a_raise_cuts_pieces_where_it_begins_and_ends_and_stops_with_the_curve() {
        let raised = curve(&[(10.0, 10.0, 10.0)]).raised(seconds(4.0), seconds(6.0), 100.0);
        assert_eq!(raised.pieces().len(), 3);
        assert_eq!(raised.total(), 300.0);
        assert_eq!(raised.value(seconds(4.0)), 110.0);
        assert_eq!(raised.value(seconds(6.0)), 10.0);
        let beyond = curve(&[(10.0, 10.0, 10.0)]).raised(seconds(9.0), seconds(20.0), 5.0);
        assert_eq!((beyond.total(), beyond.end()), (105.0, seconds(10.0)));
    }

    proptest! {
        #[test]
        fn the_inverse_of_the_area_is_exact_to_a_nanosecond(
            pieces in prop::collection::vec((0.1f64..50.0, 0.0f64..20_000.0, 0.0f64..20_000.0), 1..6),
            share in 0.0f64..1.0,
        ) {
            let curve = curve(&pieces);
            let area = curve.total() * share;
            if let Some(time) = curve.time_of_area(area) {
                let rate = curve.value(time).max(1.0);
                let error = (curve.area(time) - area).abs();
                prop_assert!(error <= rate * 2e-9 + 1e-6, "{error} at {time}");
            }
        }

        #[test]
        fn time_never_runs_backwards(
            pieces in prop::collection::vec((0.1f64..5.0, 0.0f64..200.0, 0.0f64..200.0), 1..6),
        ) {
            let curve = curve(&pieces);
            let times: Vec<_> = (0..curve.total().ceil() as u64).map(|k| curve.time_of_area(k as f64)).collect();
            prop_assert!(times.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(times.iter().all(|time| time.is_some_and(|time| time <= curve.end())));
        }
    }
}
