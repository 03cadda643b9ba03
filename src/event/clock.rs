//! The run's one clock: monotonic nanoseconds since the run began.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A point on the run's clock, or a distance between two: nanoseconds, signed.
///
/// Zero is the moment the run began (see [`Clock`]); the start of load is a later point kept in the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub i64);

impl Nanos {
    /// The run's beginning.
    pub const ZERO: Nanos = Nanos(0);
    /// Later than any time that a run can reach.
    pub const MAX: Nanos = Nanos(i64::MAX);

    /// Whole and fractional seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// From seconds; what lies outside ±292 years saturates.
    pub fn from_secs_f64(seconds: f64) -> Nanos {
        Nanos((seconds * 1e9).round() as i64)
    }

    /// The whole second this point lies in, rounded towards the past.
    pub fn second(self) -> i64 {
        self.0.div_euclid(1_000_000_000)
    }

    /// As a [`Duration`]; a negative distance is zero.
    pub fn to_duration(self) -> Duration {
        Duration::from_nanos(self.0.max(0) as u64)
    }

    /// In whole microseconds, rounded to nearest; a negative distance is zero.
    pub fn as_micros(self) -> u64 {
        ((self.0.max(0) as u64) + 500) / 1_000
    }
}

impl From<Duration> for Nanos {
    fn from(duration: Duration) -> Nanos {
        Nanos(i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX))
    }
}

impl Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
}

impl Sub for Nanos {
    type Output = Nanos;
    fn sub(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(other.0))
    }
}

impl Add<Duration> for Nanos {
    type Output = Nanos;
    fn add(self, other: Duration) -> Nanos {
        self + Nanos::from(other)
    }
}

impl fmt::Display for Nanos {
    /// Seconds with three decimals: `12.345s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s", self.as_secs_f64())
    }
}

/// Reads `CLOCK_MONOTONIC` relative to the run's beginning. Cheap to copy; every thread of a run holds the same one.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: i64,
}

impl Clock {
    /// A clock whose zero is now.
    pub fn start() -> Clock {
        Clock { origin: monotonic() }
    }

    /// Time since the run began.
    #[inline]
    pub fn now(&self) -> Nanos {
        Nanos(monotonic() - self.origin)
    }

    /// The same point as an absolute `CLOCK_MONOTONIC` reading in nanoseconds, as absolute timers want it.
    pub fn absolute(&self, at: Nanos) -> i64 {
        self.origin.saturating_add(at.0)
    }
}

#[inline]
fn monotonic() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_towards_the_past() {
        assert_eq!(Nanos(1_999_999_999).second(), 1);
        assert_eq!(Nanos(-1).second(), -1);
    }

    #[test]
    fn the_clock_never_goes_back() {
        let clock = Clock::start();
        let first = clock.now();
        assert!(clock.now() >= first);
        assert_eq!(clock.absolute(Nanos(5)) - clock.absolute(Nanos::ZERO), 5);
    }
}
