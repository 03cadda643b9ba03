//! Operations counted, and what an indicator makes of the counts: live and afterwards the same.

use super::Metric;

/// Operations of one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations, dropped arrivals among them.
    pub operations: u64,
    /// Good ones.
    pub good: u64,
    /// Arrivals, dropped ones among them.
    pub arrivals: u64,
    /// Arrivals that could not start.
    pub dropped: u64,
    /// Requests.
    pub attempts: u64,
}

impl Counts {
    /// The value of an indicator that is a ratio of counts; nothing where there is nothing to count, and for all others.
    pub fn ratio(&self, metric: &Metric) -> Option<f64> {
        let (part, whole) = match metric {
            Metric::Availability => (self.good, self.operations),
            Metric::ErrorRate => (self.operations - self.good.min(self.operations), self.operations),
            Metric::Dropped => (self.dropped, self.arrivals),
            Metric::AttemptsPerOperation => {
                (self.attempts, self.operations - self.dropped.min(self.operations))
            }
            _ => return None,
        };
        (whole > 0).then(|| part as f64 / whole as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_what_they_are_of() {
        let counts = Counts { operations: 10, good: 6, arrivals: 8, dropped: 2, attempts: 16 };
        for (metric, value) in [
            (Metric::Availability, Some(0.6)),
            (Metric::ErrorRate, Some(0.4)),
            (Metric::Dropped, Some(0.25)),
            (Metric::AttemptsPerOperation, Some(2.0)),
            (Metric::Throughput, None),
        ] {
            assert_eq!(counts.ratio(&metric), value, "{metric}");
            assert_eq!(Counts::default().ratio(&metric), None, "{metric}");
        }
    }
}
