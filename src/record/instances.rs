//! The names of those who answered, by number.

use super::InstanceInfo;
use std::collections::HashMap;

/// So many names are told apart; a header that names every request instead of an instance must not fill the memory.
const MOST: usize = 4_096;
/// All further ones.
const OTHERS: &str = "(others)";

#[derive(Debug, Default)]
pub(super) struct Instances {
    list: Vec<InstanceInfo>,
    numbers: HashMap<String, u16>,
    /// Times that a name beyond [`MOST`] was asked for.
    pub(super) others: u64,
}

impl Instances {
    pub(super) fn new(list: Vec<InstanceInfo>) -> Instances {
        let mut instances = Instances::default();
        for info in list {
            instances.number(&info.name, info.service.as_deref());
        }
        instances
    }

    /// The number of this name; a service that was not known before is added.
    pub(super) fn number(&mut self, name: &str, service: Option<&str>) -> u16 {
        if let Some(&number) = self.numbers.get(name) {
            let known = &mut self.list[usize::from(number)].service;
            if known.is_none() {
                *known = service.map(str::to_owned);
            }
            return number;
        }
        let (name, service) = if self.list.len() < MOST - 1 {
            (name, service)
        } else {
            self.others += 1;
            (OTHERS, None)
        };
        let next = self.list.len() as u16;
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        if number == next {
            self.list.push(InstanceInfo { name: name.to_owned(), service: service.map(str::to_owned) });
        }
        number
    }

    /// All names in the order of their numbers.
    pub(super) fn list(&self) -> Vec<InstanceInfo> {
        self.list.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_learns_its_service() {
        let given = vec![InstanceInfo { name: "node-1".into(), service: None }];
        let mut instances = Instances::new(given);
        assert_eq!(instances.number("node-2", Some("node")), 1);
        assert_eq!(instances.number("node-1", Some("node")), 0);
        assert_eq!(instances.number("node-2", None), 1);
        let services: Vec<_> = instances.list().into_iter().map(|info| info.service).collect();
        assert_eq!(services, [Some("node".to_owned()), Some("node".to_owned())]);
    }

    #[test]
    fn names_beyond_all_measure_are_one() {
        let mut instances = Instances::default();
        let numbers: Vec<u16> = (0..10_000).map(|i| instances.number(&format!("i{i}"), None)).collect();
        assert_eq!(instances.list().len(), MOST);
        assert_eq!(usize::from(numbers[9_999]), MOST - 1);
        assert_eq!(instances.list()[MOST - 1].name, OTHERS);
        assert_eq!(instances.others, 10_000 - (MOST as u64 - 1));
        assert_eq!(instances.number("i5", None), 5);
    }
}
