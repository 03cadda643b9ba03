//! What can be measured of a run.

use super::Unit;
use crate::plan::units::Time;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How the samples of a probe become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleStat {
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The arithmetic mean.
    Mean,
    /// The last.
    Last,
}

/// An indicator.
#[derive(Clone, Debug, PartialEq)]
pub enum Metric {
    /// Good operations / all operations, dropped arrivals among them.
    Availability,
    /// 1 − availability.
    ErrorRate,
    /// The latency, from the intended start, that this share of operations did not exceed: `p99` is 0.99.
    Quantile(f64),
    /// The longest latency.
    Max,
    /// The mean latency.
    Mean,
    /// The share of operations that were good and took no longer: `share(<=250ms)`.
    Share(Duration),
    /// Good operations per second.
    Throughput,
    /// Dropped arrivals / planned arrivals.
    Dropped,
    /// Attempts / operations.
    AttemptsPerOperation,
    /// From applied until recovered.
    Recovery,
    /// From healed until recovered.
    RecoveryAfterHeal,
    /// A probe's samples.
    Probe(SampleStat, String),
}

impl Metric {
    /// In what it is measured.
    pub fn unit(&self) -> Unit {
        match self {
            Metric::Availability | Metric::ErrorRate | Metric::Share(_) | Metric::Dropped => Unit::Share,
            Metric::Quantile(_)
            | Metric::Max
            | Metric::Mean
            | Metric::Recovery
            | Metric::RecoveryAfterHeal => Unit::Time,
            Metric::Throughput => Unit::Rate,
            Metric::AttemptsPerOperation | Metric::Probe(..) => Unit::Number,
        }
    }

    /// Whether it is a latency: such objectives are judged from the intended and from the actual send.
    pub fn is_latency(&self) -> bool {
        matches!(self, Metric::Quantile(_) | Metric::Max | Metric::Mean | Metric::Share(_))
    }
}

impl FromStr for Metric {
    type Err = String;

    fn from_str(text: &str) -> Result<Metric, String> {
        let text = text.trim();
        if let Some(metric) = plain(text) {
            return Ok(metric);
        }
        if let Some(percent) = text.strip_prefix('p')
            && let Ok(percent) = percent.parse::<f64>()
        {
            return if percent > 0.0 && percent < 100.0 {
                Ok(Metric::Quantile((percent * 1e6).round() / 1e8))
            } else {
                Err(format!("`{text}`: a percentile lies between p0 and p100; for the longest write `max`"))
            };
        }
        if let Some((name, argument)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            return function(name.trim(), argument.trim());
        }
        Err(format!(
            "`{text}` is not an indicator; known are availability, error_rate, p50 … p99.99, max, mean, share(<=250ms), \
             throughput, dropped, attempts_per_operation, recovery, recovery_after_heal, and min, max, mean, last of a \
             probe: min(stock)"
        ))
    }
}

fn plain(text: &str) -> Option<Metric> {
    Some(match text {
        "availability" => Metric::Availability,
        "error_rate" => Metric::ErrorRate,
        "max" => Metric::Max,
        "mean" => Metric::Mean,
        "throughput" => Metric::Throughput,
        "dropped" => Metric::Dropped,
        "attempts_per_operation" => Metric::AttemptsPerOperation,
        "recovery" => Metric::Recovery,
        "recovery_after_heal" => Metric::RecoveryAfterHeal,
        _ => return None,
    })
}

fn function(name: &str, argument: &str) -> Result<Metric, String> {
    let stat = match name {
        "share" => {
            let limit = argument.strip_prefix("<=").ok_or("write the limit of `share` so: share(<=250ms)")?;
            return Ok(Metric::Share(limit.parse::<Time>()?.0));
        }
        "min" => SampleStat::Min,
        "max" => SampleStat::Max,
        "mean" => SampleStat::Mean,
        "last" => SampleStat::Last,
        _ => {
            return Err(format!("`{name}(…)` is not an indicator; known are share, min, max, mean and last"));
        }
    };
    Ok(Metric::Probe(stat, argument.to_owned()))
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::Availability => f.write_str("availability"),
            Metric::ErrorRate => f.write_str("error_rate"),
            Metric::Quantile(q) => write!(f, "p{}", (q * 1e8).round() / 1e6),
            Metric::Max => f.write_str("max"),
            Metric::Mean => f.write_str("mean"),
            Metric::Share(limit) => write!(f, "share(<={})", Time(*limit)),
            Metric::Throughput => f.write_str("throughput"),
            Metric::Dropped => f.write_str("dropped"),
            Metric::AttemptsPerOperation => f.write_str("attempts_per_operation"),
            Metric::Recovery => f.write_str("recovery"),
            Metric::RecoveryAfterHeal => f.write_str("recovery_after_heal"),
            Metric::Probe(stat, name) => {
                let stat = match stat {
                    SampleStat::Min => "min",
                    SampleStat::Max => "max",
                    SampleStat::Mean => "mean",
                    SampleStat::Last => "last",
                };
                write!(f, "{stat}({name})")
            }
        }
    }
}
