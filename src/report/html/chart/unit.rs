//! In what a chart measures, and how its axis runs.

use super::super::figures;
use super::Point;
use crate::plan::expression::{Quantity, Unit as PlanUnit};

/// In what a chart measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Latency,
    /// Per second.
    Rate,
    /// Processor cores.
    Cores,
    /// Bytes.
    Bytes,
    /// Anything else.
    Number,
}

impl Unit {
    /// A value as the data table shows it.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Latency => figures::latency(value),
            Unit::Rate => figures::rate(value),
            Unit::Cores => format!("{value:.2}"),
            Unit::Bytes => figures::bytes(value),
            Unit::Number => figures::plain(value),
        }
    }

    /// A point as the data table shows it.
    pub fn point(self, point: Point) -> String {
        match point {
            Point::Gap => figures::NONE.to_owned(),
            Point::At(value) => self.show(value),
            Point::NoReply => figures::NO_REPLY.to_owned(),
        }
    }

    /// A value as an axis shows it.
    pub fn tick(self, value: f64) -> String {
        match self {
            Unit::Latency => Quantity { unit: PlanUnit::Time, value: value.round() }.to_string(),
            Unit::Rate => format!("{}/s", figures::plain(value)),
            Unit::Cores => format!("{} cores", figures::plain(value)),
            Unit::Bytes => figures::bytes(value),
            Unit::Number => figures::plain(value),
        }
    }

    /// By what the steps of an axis are multiplied: bytes are counted by 1024.
    pub(super) fn base(self, most: f64) -> f64 {
        match self {
            Unit::Bytes if most >= 1024.0 => 1024f64.powf((most.ln() / 1024f64.ln()).floor()),
            _ => 1.0,
        }
    }
}

/// How the value axis runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// From zero, or from the least where there are negative values.
    Linear,
    /// By powers of ten.
    Log,
}
