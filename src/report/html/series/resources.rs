//! What was sampled: whether instances were alive, what they used, and what the plan's probes said.

use super::super::bins::Bins;
use crate::event::{Nanos, Sample};
use crate::record::{Record, RecordError};
use std::collections::BTreeMap;

/// The least, the greatest and the mean of the samples of one bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampled {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    sum: f64,
    count: u32,
}

impl Sampled {
    /// The mean.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.count)
    }

    fn add(found: &mut Option<Sampled>, value: f64) {
        let before = found.unwrap_or(Sampled { low: value, high: value, sum: 0.0, count: 0 });
        *found = Some(Sampled {
            low: before.low.min(value),
            high: before.high.max(value),
            sum: before.sum + value,
            count: before.count + 1,
        });
    }
}

/// One series of samples by bin.
pub type Samples = Vec<Option<Sampled>>;

/// What was sampled of one instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstanceSeries {
    /// 1 while it was alive, 0 while not.
    pub alive: Samples,
    /// Processor cores.
    pub cpu: Samples,
    /// Memory in bytes.
    pub memory: Samples,
    /// Stretches in which it was alive and its memory was not read, on the run's clock.
    pub gaps: Vec<(Nanos, Nanos)>,
}

/// Readings are a second apart. Two in a row that are further apart than this have a gap between them.
const GAP: Nanos = Nanos(2_500_000_000);

/// What one probe said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProbeSeries {
    /// Its values.
    pub values: Samples,
}

/// All samples by bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    /// By the instances' names.
    pub instances: BTreeMap<String, InstanceSeries>,
    /// By the probes' names.
    pub probes: BTreeMap<String, ProbeSeries>,
}

impl Resources {
    /// Reads them.
    pub fn read(record: &Record, bins: &Bins) -> Result<Resources, RecordError> {
        let mut found = Resources::default();
        let mut last_read: BTreeMap<String, Nanos> = BTreeMap::new();
        for sample in record.samples()? {
            let Some(place) = bins.place(sample.time.second()) else { continue };
            if let Some(instance) = &sample.instance {
                found.note_gap(instance, &sample, &mut last_read);
            }
            let Some(value) = sample.value.filter(|value| value.is_finite()) else { continue };
            let series = match (&sample.instance, sample.name.as_str()) {
                (Some(instance), name) => {
                    let instance = found.instances.entry(instance.clone()).or_default();
                    match name {
                        "alive" => &mut instance.alive,
                        "cpu" => &mut instance.cpu,
                        "memory" => &mut instance.memory,
                        _ => continue,
                    }
                }
                (None, name) => &mut found.probes.entry(name.to_owned()).or_default().values,
            };
            series.resize(bins.count, None);
            Sampled::add(&mut series[place], value);
        }
        for (instance, since) in last_read {
            found.add_gap(&instance, since, record.manifest.load_end);
        }
        Ok(found)
    }

    /// Follows one instance's readings of memory. One that is not alive has none, and that is no gap.
    fn note_gap(&mut self, instance: &str, sample: &Sample, last_read: &mut BTreeMap<String, Nanos>) {
        match (sample.name.as_str(), sample.value) {
            ("alive", Some(0.0)) => {
                last_read.remove(instance);
            }
            ("alive", _) => {
                last_read.entry(instance.to_owned()).or_insert(sample.time);
            }
            ("memory", Some(_)) => {
                if let Some(since) = last_read.insert(instance.to_owned(), sample.time) {
                    self.add_gap(instance, since, sample.time);
                }
            }
            _ => {}
        }
    }

    fn add_gap(&mut self, instance: &str, since: Nanos, until: Nanos) {
        if until - since > GAP {
            self.instances.entry(instance.to_owned()).or_default().gaps.push((since, until));
        }
    }
}
