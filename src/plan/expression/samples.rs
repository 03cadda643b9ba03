//! Samples of a probe, and what an indicator makes of them: live and afterwards the same.

use super::SampleStat;

/// What has been seen of a probe's samples. Failed samples have no value and are not among them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Samples {
    count: u64,
    sum: f64,
    range: Option<(f64, f64)>,
    last: Option<f64>,
}

impl Samples {
    /// Takes the next value, in order of time. What is not a number is no value.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        self.sum += value;
        self.range = Some(self.range.map_or((value, value), |(min, max)| (min.min(value), max.max(value))));
        self.last = Some(value);
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The statistic; nothing without a value.
    pub fn stat(&self, stat: SampleStat) -> Option<f64> {
        match stat {
            SampleStat::Min => self.range.map(|(min, _)| min),
            SampleStat::Max => self.range.map(|(_, max)| max),
            SampleStat::Mean => (self.count > 0).then(|| self.sum / self.count as f64),
            SampleStat::Last => self.last,
        }
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Samples {
        let mut samples = Samples::default();
        values.into_iter().for_each(|value| samples.add(value));
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_statistic_is_that_of_all_values() {
        let samples = Samples::from_iter([4.0, f64::NAN, 1.0, 7.0]);
        let all = [SampleStat::Min, SampleStat::Max, SampleStat::Mean, SampleStat::Last];
        assert_eq!(all.map(|stat| samples.stat(stat)), [Some(1.0), Some(7.0), Some(4.0), Some(7.0)]);
        assert_eq!(all.map(|stat| Samples::default().stat(stat)), [None; 4]);
        assert_eq!(samples.count(), 3);
    }
}
