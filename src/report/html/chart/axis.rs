//! Axes: where values lie, and which of them are named.

use super::{Scale, Unit};

/// The value axis of one chart: from values to the plotted area's height, which counts downwards.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueAxis {
    scale: Scale,
    low: f64,
    high: f64,
    top: f64,
    bottom: f64,
    /// The values that are named, with their texts.
    pub ticks: Vec<(f64, String)>,
}

impl ValueAxis {
    /// An axis that holds these values. `top` and `bottom` are the heights between which they lie.
    pub fn new(
        scale: Scale,
        unit: Unit,
        values: impl Iterator<Item = f64>,
        top: f64,
        bottom: f64,
    ) -> ValueAxis {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && (scale == Scale::Linear || *value > 0.0)) {
            least = least.min(value);
            most = most.max(value);
        }
        if most < least {
            (least, most) = if scale == Scale::Log { (1e5, 1e6) } else { (0.0, 1.0) };
        }
        let (low, high, marks) = match scale {
            Scale::Linear => linear(least.min(0.0), most, unit.base(most.abs())),
            Scale::Log => log(least, most),
        };
        let ticks = marks.into_iter().map(|value| (value, unit.tick(value))).collect();
        ValueAxis { scale, low, high, top, bottom, ticks }
    }

    /// The height of a value; one outside the axis lies at its end.
    pub fn y(&self, value: f64) -> f64 {
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value <= 0.0 => 0.0,
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// Whether a value lies on the axis.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// Bounds and three to six marks at round distances.
fn linear(least: f64, most: f64, base: f64) -> (f64, f64, Vec<f64>) {
    let most = if most > least { most } else { least + base };
    let step = base * round_step((most - least) / base / 4.0);
    let low = (least / step).floor() * step;
    let high = (most / step).ceil() * step;
    let marks = (0..=((high - low) / step).round() as u32).map(|mark| low + f64::from(mark) * step).collect();
    (low, high, marks)
}

/// The next of 1, 2, 5, 10, … that is not below.
fn round_step(step: f64) -> f64 {
    let unit = 10f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * unit)
        .find(|round| *round >= step * 0.999_999)
        .unwrap_or(step)
}

/// Powers of ten around the values, at most seven of them named.
fn log(least: f64, most: f64) -> (f64, f64, Vec<f64>) {
    let first = least.log10().floor() as i32;
    let last = (most.log10().ceil() as i32).max(first + 1);
    let skip = ((last - first) as usize).div_ceil(7).max(1);
    let marks = (first..=last).step_by(skip).map(|power| 10f64.powi(power)).collect();
    (10f64.powi(first), 10f64.powi(last), marks)
}

/// The seconds that a time axis names, at most nine, with their texts.
pub fn time_ticks(end: f64) -> Vec<(f64, String)> {
    const STEPS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0,
        43200.0, 86400.0,
    ];
    let step = STEPS.into_iter().find(|step| end / step <= 8.0).unwrap_or((end / 8.0).max(1.0));
    (0..=8)
        .map(|mark| f64::from(mark) * step)
        .filter(|time| *time <= end)
        .map(|time| (time, clock(time, end)))
        .collect()
}

/// A time as the axis of a run of this length shows it: `10s`, `5:00`, `1:05:00`.
pub fn clock(time: f64, end: f64) -> String {
    let whole = time.max(0.0).round() as u64;
    match whole {
        _ if end <= 120.0 => format!("{whole}s"),
        hours if end >= 3600.0 => format!("{}:{:02}:{:02}", hours / 3600, hours / 60 % 60, hours % 60),
        minutes => format!("{}:{:02}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_axis_has_round_marks_around_its_values() {
        let axis = ValueAxis::new(Scale::Linear, Unit::Rate, [13.0, 187.0].into_iter(), 0.0, 100.0);
        let texts: Vec<&str> = axis.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["0/s", "50/s", "100/s", "150/s", "200/s"]);
        assert_eq!((axis.y(0.0), axis.y(200.0), axis.y(900.0)), (100.0, 0.0, 0.0));
    }

    #[test]
    fn a_log_axis_goes_by_powers_of_ten() {
        let axis = ValueAxis::new(Scale::Log, Unit::Latency, [350_000.0, 2.6e8].into_iter(), 0.0, 90.0);
        let texts: Vec<&str> = axis.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["100us", "1ms", "10ms", "100ms", "1s"]);
        assert!((axis.y(1e7) - 45.0).abs() < 1e-9);
        assert_eq!(axis.y(0.0), 90.0);
    }

    #[test]
    fn axes_without_values_and_with_one_value_still_stand() {
        for scale in [Scale::Linear, Scale::Log] {
            for values in [vec![], vec![0.0], vec![5.0], vec![f64::NAN]] {
                let axis = ValueAxis::new(scale, Unit::Number, values.into_iter(), 0.0, 90.0);
                assert!(axis.ticks.len() >= 2 && axis.y(1.0).is_finite(), "{axis:?}");
            }
        }
    }

    #[test]
    fn times_are_named_at_round_distances() {
        let texts = |end| time_ticks(end).into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(texts(30.0), ["0s", "5s", "10s", "15s", "20s", "25s", "30s"]);
        assert_eq!(texts(1800.0), ["0:00", "5:00", "10:00", "15:00", "20:00", "25:00", "30:00"]);
        assert!(texts(1e6).len() <= 9);
    }
}
