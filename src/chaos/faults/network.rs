//! Faults in the targets' network namespaces: their helpers stand ready, and are told when.

use super::all::{all_run, undone};
use crate::chaos::helpers::{Helpers, Sketch};
use crate::chaos::{Context, Escape, Fault, FaultGuard};
use crate::netfault::{Answer, Count};
use crate::stack::{Instance, Stack};
use async_trait::async_trait;
use futures_util::future::join_all;
use std::sync::{Arc, Mutex, PoisonError};

/// What a fault wants on which instances.
pub(super) type Draw = dyn Fn(&[Instance]) -> Result<Vec<Sketch>, String> + Send + Sync;

/// A fault that lives in helpers.
pub(super) struct Network {
    pub kind: &'static str,
    /// Its id in the plan, and its parts'.
    pub id: String,
    pub draw: Box<Draw>,
}

#[async_trait]
impl Fault for Network {
    fn kind(&self) -> &'static str {
        self.kind
    }

    // Nothing for the journal: the kernel takes all of it back when the helpers end, and they end with us.

    fn sketches(&self, instances: &[Instance]) -> Result<Vec<Sketch>, String> {
        (self.draw)(instances)
    }

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, String> {
        let Some(helpers) = &context.helpers else {
            return Err("no helper stands ready in the targets' networks".into());
        };
        all_run(&context.targets)?;
        let instances = context.stack.instances();
        let applied = context.targets.iter().map(|target| async {
            let seed = crate::chaos::target::seed_for(context.seed, &target.name);
            (target.name.clone(), helpers.apply(target, &instances, &self.id, seed).await)
        });
        let mut guard = InForce {
            helpers: Arc::clone(helpers),
            stack: Arc::clone(&context.stack),
            id: self.id.clone(),
            lives: Vec::new(),
            told: Mutex::default(),
        };
        let mut failed = Vec::new();
        for (target, life) in join_all(applied).await {
            match life {
                Ok(life) => guard.lives.push((target, life)),
                Err(error) => failed.push(error),
            }
        }
        if failed.is_empty() {
            return Ok(Box::new(guard));
        }
        Err(undone(failed.join("; "), guard.heal().await))
    }
}

/// A fault that helpers hold.
struct InForce {
    helpers: Arc<Helpers>,
    stack: Arc<dyn Stack>,
    id: String,
    /// The targets, and the lives in which they were struck.
    lives: Vec<(String, String)>,
    told: Mutex<Vec<String>>,
}

#[async_trait]
impl FaultGuard for InForce {
    async fn heal(&self) -> Result<(), String> {
        let healed = self
            .lives
            .iter()
            .map(|(target, life)| async move { (target, self.helpers.heal(target, life, &self.id).await) });
        let mut failed = Vec::new();
        let mut told = Vec::new();
        for (target, answer) in join_all(healed).await {
            match answer {
                Ok(answer) => told.extend(answer.and_then(|answer| in_words(target, &self.id, &answer))),
                Err(error) => failed.push(error),
            }
        }
        self.told.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
    }

    async fn escaped(&self) -> Vec<Escape> {
        let instances = self.stack.instances();
        let asked = self.lives.iter().map(|(target, life)| {
            let present = instances.iter().find(|one| one.name == *target);
            async move {
                let why = match present {
                    Some(present) => self.helpers.lost(present, life, &self.id).await,
                    None => Some("it is gone".into()),
                };
                why.map(|why| Escape { target: target.clone(), why })
            }
        });
        join_all(asked).await.into_iter().flatten().collect()
    }

    fn told(&self) -> Option<String> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        (!told.is_empty()).then(|| told.join("; "))
    }
}

/// `web-1: 120 packets in (2 lost), 118 out`. `None`: there is nothing to count.
fn in_words(target: &str, id: &str, answer: &Answer) -> Option<String> {
    let counts = answer.counts.get(id)?;
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
    let Count { seen, lost, corrupted, reordered, no_room } = count;
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
    use crate::netfault::{Counts, Overflow};

    #[test]
    fn what_happened_to_packets_is_told_in_words() {
        let mut answer = Answer::default();
        assert_eq!(in_words("web-1", "slow", &answer), None);
        let arriving = Count { seen: 120, lost: 2, ..Count::default() };
        let counts = Counts { arriving, leaving: Count { seen: 7, ..Count::default() } };
        answer.counts.insert("slow".into(), counts);
        assert_eq!(
            in_words("web-1", "slow", &answer).expect("words"),
            "web-1: 120 packets in (2 lost), 7 packets out"
        );
        answer.overflow = Overflow { queue: 3, ..Overflow::default() };
        assert!(in_words("web-1", "slow", &answer).expect("words").contains("3 more were lost"));
    }
}
