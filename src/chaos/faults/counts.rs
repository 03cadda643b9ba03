//! What helpers have counted, kept by target while a fault is in force: the last answer of a helper that is gone still counts.

use crate::event::{Tally, TargetStruck, Unit};
use crate::netfault::{Answer, Count, Counts};
use crate::stack::Instance;
use std::collections::BTreeMap;

/// The counts of a fault's targets.
#[derive(Debug)]
pub(super) struct Counted(BTreeMap<String, OfTarget>);

#[derive(Debug, Default)]
struct OfTarget {
    /// In lives of the target that have ended.
    before: Tally,
    /// In its present life, as last heard.
    now: Tally,
    /// Why the count is not known, or is too low.
    doubt: Option<String>,
}

impl Counted {
    /// Nothing yet, on these.
    pub(super) fn of(targets: &[Instance]) -> Counted {
        Counted(targets.iter().map(|target| (target.name.clone(), OfTarget::default())).collect())
    }

    /// A helper has counted so much since the target's present life began.
    pub(super) fn now(&mut self, target: &str, counts: &Counts) {
        let target = self.0.entry(target.to_owned()).or_default();
        let (arriving, leaving) = (counts.arriving, counts.leaving);
        let now = Tally {
            struck: arriving.struck.saturating_add(leaving.struck),
            seen: arriving.seen.saturating_add(leaving.seen),
        };
        match &counts.uncounted {
            Some(why) => target.doubt = Some(why.clone()),
            None => target.now = now,
        }
    }

    /// The target's life has ended, and the helper's count with it: what came after its last answer is not counted.
    pub(super) fn life_ended(&mut self, target: &str) {
        let target = self.0.entry(target.to_owned()).or_default();
        target.before = target.before + std::mem::take(&mut target.now);
    }

    /// The helper is gone for good.
    pub(super) fn lost(&mut self, target: &str, why: &str) {
        let target = self.0.entry(target.to_owned()).or_default();
        target.doubt = Some(why.to_owned());
    }

    /// As the record has it. A count that may be too low still proves what it has; one of 0 proves nothing then.
    pub(super) fn targets(&self) -> Vec<TargetStruck> {
        let target = |(name, target): (&String, &OfTarget)| {
            let tally = target.before + target.now;
            match &target.doubt {
                Some(why) if tally.struck == 0 => TargetStruck::not_known(name, why.clone()),
                Some(why) => {
                    TargetStruck::counted(name, tally.struck, tally.seen).said(format!("or more: {why}"))
                }
                None => TargetStruck::counted(name, tally.struck, tally.seen),
            }
        };
        self.0.iter().map(target).collect()
    }
}

/// `web-1: 120 packets in (2 lost), 118 out`. `None`: there is nothing to count.
pub(super) fn in_words(target: &str, id: &str, unit: Unit, answer: &Answer) -> Option<String> {
    // Connections and requests have no direction, and nothing else to say.
    let counts = answer.counts.get(id).filter(|_| matches!(unit, Unit::Packets | Unit::LookUps))?;
    let ways = [("in", counts.arriving), ("out", counts.leaving)];
    let mut said: Vec<String> =
        ways.into_iter().filter(|(_, count)| count.seen > 0).map(|(way, count)| of_way(way, count)).collect();
    let overflow = answer.overflow.total();
    if overflow > 0 {
        said.push(format!("{overflow} more were lost because there was no room for them"));
    }
    (!said.is_empty()).then(|| format!("{target}: {}", said.join(", ")))
}

fn of_way(way: &str, count: Count) -> String {
    let Count { seen, lost, corrupted, reordered, no_room, struck: _ } = count;
    let parts = [
        (lost, "lost"),
        (corrupted, "changed"),
        (reordered, "overtook"),
        (no_room, "lost for want of room at this rate"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
    format!("{seen} packets {way}{parts}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netfault::Overflow;

    #[test]
    fn what_happened_to_packets_is_told_in_words() {
        let mut answer = Answer::default();
        assert_eq!(in_words("web-1", "slow", Unit::Packets, &answer), None);
        let arriving = Count { seen: 120, lost: 2, ..Count::default() };
        let counts = Counts { arriving, leaving: Count { seen: 7, ..Count::default() }, uncounted: None };
        answer.counts.insert("slow".into(), counts);
        assert_eq!(
            in_words("web-1", "slow", Unit::Packets, &answer).expect("words"),
            "web-1: 120 packets in (2 lost), 7 packets out"
        );
        answer.overflow = Overflow { queue: 3, ..Overflow::default() };
        assert!(
            in_words("web-1", "slow", Unit::Packets, &answer).expect("words").contains("3 more were lost")
        );
    }

    #[test]
    fn counts_outlive_lives_and_helpers() {
        let mut counted = Counted(BTreeMap::from([("a".into(), OfTarget::default())]));
        let counts =
            |struck| Counts { arriving: Count { seen: 10, struck, ..Count::default() }, ..Counts::default() };
        let told = |counted: &Counted| counted.targets().pop().expect("a target");
        assert_eq!(told(&counted), TargetStruck::counted("a", 0, 0));
        counted.now("a", &counts(3));
        counted.now("a", &counts(4));
        assert_eq!(told(&counted), TargetStruck::counted("a", 4, 10), "a count is of the whole life");
        counted.life_ended("a");
        counted.life_ended("a");
        counted.now("a", &counts(1));
        assert_eq!(told(&counted), TargetStruck::counted("a", 5, 20));
        counted.lost("a", "its helper is gone");
        let told = told(&counted);
        assert_eq!(
            (told.tally, told.detail.as_deref()),
            (Some(Tally { struck: 5, seen: 20 }), Some("or more: its helper is gone"))
        );
    }

    #[test]
    fn nothing_counted_by_a_helper_that_is_gone_is_not_known() {
        let mut counted = Counted(BTreeMap::from([("a".into(), OfTarget::default())]));
        counted.now("a", &Counts { uncounted: Some("no counter".into()), ..Counts::default() });
        assert_eq!(counted.targets(), [TargetStruck::not_known("a", "no counter")]);
        counted.lost("a", "its helper is gone");
        assert_eq!(counted.targets(), [TargetStruck::not_known("a", "its helper is gone")]);
    }
}
