//! Charts as SVG of our own: presentation attributes only, so that they are read where style is blocked; text and lines
//! keep their size at every width, because only the plotted area is stretched.

mod axis;
mod band;
mod bars;
mod curve;
mod frame;
mod lanes;
mod palette;
pub mod path;
mod table;
mod time;
mod unit;

pub use band::{Band, bands};
pub use bars::StackedBars;
pub use curve::{Curve, CurveChart};
pub use frame::Frame;
pub use lanes::{Lane, LaneChart, Piece, sample};
pub use table::folded;
pub use time::{Line, TimeChart};
pub use unit::{Scale, Unit};

/// One point of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Point {
    /// Nothing was measured: the line has a gap.
    #[default]
    Gap,
    /// A value in the chart's base unit.
    At(f64),
    /// A quantile that lies among operations without a good reply: above every value.
    NoReply,
}

impl Point {
    /// The value, where there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Point::At(value) => Some(*value),
            Point::Gap | Point::NoReply => None,
        }
    }
}

impl From<crate::stats::Quantile> for Point {
    fn from(quantile: crate::stats::Quantile) -> Point {
        match quantile {
            crate::stats::Quantile::Empty => Point::Gap,
            crate::stats::Quantile::Value(nanos) => Point::At(nanos as f64),
            crate::stats::Quantile::NoGoodReply => Point::NoReply,
        }
    }
}

impl From<Option<f64>> for Point {
    fn from(value: Option<f64>) -> Point {
        value.filter(|value| value.is_finite()).map_or(Point::Gap, Point::At)
    }
}

/// The width of a plotted area in its own units; the page stretches it.
pub const WIDTH: f64 = 1000.0;
