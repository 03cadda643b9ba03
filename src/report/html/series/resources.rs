//! What was sampled: whether instances were alive, what they used, and what the plan's probes said.

use super::super::bins::Bins;
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
}

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
        for sample in record.samples()? {
            let Some(place) = bins.place(sample.time.second()) else { continue };
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
        Ok(found)
    }
}
