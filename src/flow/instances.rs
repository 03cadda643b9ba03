//! The record's numbers of the instances that answered.

use super::sink::AttemptSink;
use std::cell::RefCell;

/// So many names are remembered; for more the sink is asked each time.
const MOST: usize = 256;

/// Remembers the numbers that the sink gave, so that it is asked once per name and not once per reply.
#[derive(Debug, Default)]
pub(super) struct Instances(RefCell<Vec<(Box<str>, u16)>>);

impl Instances {
    /// The number of the instance of this name.
    pub(super) fn number(&self, name: &str, sink: &dyn AttemptSink) -> u16 {
        let mut known = self.0.borrow_mut();
        if let Some((_, number)) = known.iter().find(|(known, _)| **known == *name) {
            return *number;
        }
        let number = sink.instance(name);
        if known.len() < MOST {
            known.push((name.into(), number));
        }
        number
    }
}
