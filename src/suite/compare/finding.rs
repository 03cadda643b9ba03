//! Whether a figure changed, and by how much.

use super::measure::{Better, Group, Key, Measure};
use super::text;
use crate::plan::expression::Unit;
use crate::stats::{hodges_lehmann, mann_whitney, median};
use serde::Serialize;

/// The probability of error at which two sides are said to differ.
const SIGNIFICANCE: f64 = 0.05;
/// Shares that differ by less than this (0.1 %) are not told apart: one bad operation in a thousand.
const SHARE_FLOOR: f64 = 0.001;

/// What is found of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// B is worse, by more than the minimum effect.
    Worse,
    /// B is better, by more than the minimum effect.
    Better,
    /// No difference is shown.
    Even,
    /// Too few runs to conclude anything.
    TooFew,
}

/// One figure on both sides.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// What it belongs to.
    pub group: Group,
    /// The objective, step or fault.
    pub name: String,
    /// What was measured.
    pub measure: String,
    /// The unit of `a` and `b`: ns, share, 1/s, number.
    pub unit: &'static str,
    /// Which way is better.
    pub better: Better,
    /// The median of A's runs; absent: no good reply, or no recovery.
    pub a: Option<f64>,
    /// The median of B's runs.
    pub b: Option<f64>,
    /// The same, with their unit.
    pub a_text: String,
    /// The same, with their unit.
    pub b_text: String,
    /// How many runs of either side have it.
    pub runs: (usize, usize),
    /// By how much B is worse, as a share of A's median (of its bad share, where it is a share); negative: better.
    /// Absent where A's is zero or there is no value.
    pub worse_by: Option<f64>,
    /// The 95 % interval of `worse_by`.
    pub interval: Option<(f64, f64)>,
    /// The probability of such a difference, if there were none.
    pub p: Option<f64>,
    /// What follows.
    pub finding: Finding,
}

impl Change {
    /// What it is about, in words.
    pub fn label(&self) -> String {
        match self.group {
            Group::Objective => self.name.clone(),
            Group::Step | Group::Fault => format!("{} {}", self.name, self.measure),
        }
    }
}

/// Judges one figure. The larger its cost, the worse.
pub(super) fn change(measure: Measure, minimum: f64, enough: bool) -> Change {
    let Measure { key, a, b } = measure;
    let runs = (a.len(), b.len());
    let cost = |values: &[f64]| sorted(values.iter().map(|value| cost(&key, *value)).collect());
    let (cost_a, cost_b) = (cost(&a), cost(&b));
    let base = median(&cost_a).unwrap_or(0.0).abs();
    let shift = hodges_lehmann(&cost_a, &cost_b);
    let test = mann_whitney(&cost_a, &cost_b);
    let by = |difference: f64| {
        let share = if difference == 0.0 { 0.0 } else { difference / base };
        share.is_finite().then_some(share)
    };
    let estimate = shift.map_or(0.0, |shift| shift.estimate);
    let enough = enough && runs.0.min(runs.1) >= super::ENOUGH_RUNS;
    let finding = match (enough, test) {
        (false, _) | (_, None) => Finding::TooFew,
        (true, Some(test)) if test.p < SIGNIFICANCE && matters(&key, estimate, base, minimum) => {
            if estimate > 0.0 { Finding::Worse } else { Finding::Better }
        }
        (true, Some(_)) => Finding::Even,
    };
    let (a, b) = (median(&sorted(a)), median(&sorted(b)));
    Change {
        a_text: text::value(key.unit, a),
        b_text: text::value(key.unit, b),
        a: a.filter(|value| value.is_finite()),
        b: b.filter(|value| value.is_finite()),
        runs,
        worse_by: by(estimate),
        interval: shift
            .filter(|_| enough)
            .and_then(|shift| Some((by(shift.interval.low)?, by(shift.interval.high)?))),
        p: test.filter(|_| enough).map(|test| test.p),
        finding,
        unit: text::unit(key.unit),
        better: key.better,
        group: key.group,
        name: key.name,
        measure: key.measure,
    }
}

/// What a user pays: of shares the bad part, so that 99.9 % and 99.8 % are as far apart as they feel.
fn cost(key: &Key, value: f64) -> f64 {
    match (key.better, key.unit) {
        (Better::Lower, _) => value,
        (Better::Higher, Unit::Share) => 1.0 - value,
        (Better::Higher, _) => -value,
    }
}

fn matters(key: &Key, shift: f64, base: f64, minimum: f64) -> bool {
    let floor = if key.unit == Unit::Share { SHARE_FLOOR } else { 0.0 };
    // An infinite base makes no finite change large; a base of zero makes any change large.
    shift.abs() > floor && (shift.is_infinite() || shift.abs() >= minimum * base)
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}
