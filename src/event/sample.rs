//! A number measured now and then.

use super::Nanos;

/// One value of a probe or of an instance's resource use: a row of `samples.arrows`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When it was taken.
    pub time: Nanos,
    /// The probe's name, or `cpu` (cores), `memory` (bytes), `alive` (0 or 1).
    pub name: String,
    /// The instance, where it belongs to one.
    pub instance: Option<String>,
    /// The value; absent if the sample failed (the failure itself is an event).
    pub value: Option<f64>,
}
