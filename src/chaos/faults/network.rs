//! Faults in the targets' network namespaces: their helpers stand ready, and are told when.

use super::all::{all_run, undone};
use super::counts::{Counted, in_words};
use crate::chaos::helpers::{Helpers, Sketch, Standing};
use crate::chaos::{Context, Escape, Fault, FaultGuard, NotApplied, Renewed, target};
use crate::event::{Struck, Unit};
use crate::netfault::Sort;
use crate::plan::model::FaultTarget;
use crate::stack::{Instance, Stack};
use async_trait::async_trait;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a fault wants on which instances.
pub(super) type Draw = dyn Fn(&[Instance]) -> Result<Vec<Sketch>, String> + Send + Sync;

/// A fault that lives in helpers.
pub(super) struct Network {
    pub kind: &'static str,
    /// Its id in the plan, and its parts'.
    pub id: String,
    pub draw: Box<Draw>,
}

impl Network {
    /// The same sort of trouble on every instance that may be a victim: which of them it strikes is chosen when it strikes.
    pub(super) fn on_each(kind: &'static str, id: &str, victims: &FaultTarget, sort: Sort) -> Self {
        let (of, all) = (id.to_owned(), FaultTarget { choose: None, share: None, ..victims.clone() });
        let draw = move |instances: &[Instance]| {
            let sketch = |one: Instance| Sketch {
                on: one.name,
                id: of.clone(),
                peers: Vec::new(),
                sort: sort.clone(),
            };
            Ok(target::choose(&all, instances, 0, &of, 0)?.into_iter().map(sketch).collect())
        };
        Self { kind, id: id.to_owned(), draw: Box::new(draw) }
    }

    /// What its helpers count.
    fn unit(&self) -> Unit {
        match self.kind {
            "dns" => Unit::LookUps,
            "http" => Unit::Requests,
            "toxic" => Unit::Connections,
            _ => Unit::Packets,
        }
    }
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

    async fn apply(&self, context: &Context) -> Result<Box<dyn FaultGuard>, NotApplied> {
        let Some(helpers) = &context.helpers else {
            return Err("no helper stands ready in the targets' networks".into());
        };
        all_run(&context.targets)?;
        let instances = context.stack.instances();
        let applied = context.targets.iter().map(|target| async {
            let seed = target::seed_for(context.seed, &target.name);
            (target.name.clone(), helpers.apply(target, &instances, &self.id, seed).await)
        });
        let guard = InForce {
            helpers: Arc::clone(helpers),
            stack: Arc::clone(&context.stack),
            id: self.id.clone(),
            strike: context.seed,
            unit: self.unit(),
            holds: tokio::sync::Mutex::default(),
            told: Mutex::default(),
            counted: Mutex::new(Counted::of(&context.targets)),
        };
        let mut failed = Vec::new();
        for (target, standing) in join_all(applied).await {
            match standing {
                Ok(standing) => guard.hold(&target, standing).await,
                Err(error) => failed.push(error),
            }
        }
        if failed.is_empty() {
            return Ok(Box::new(guard));
        }
        Err(undone(failed.join("; "), guard.heal().await).into())
    }
}

/// A fault that helpers hold.
struct InForce {
    helpers: Arc<Helpers>,
    stack: Arc<dyn Stack>,
    id: String,
    /// The strike's seed.
    strike: u64,
    /// The targets; held while the fault is renewed on one, or healed.
    holds: tokio::sync::Mutex<BTreeMap<String, Hold>>,
    told: Mutex<Vec<String>>,
    unit: Unit,
    counted: Mutex<Counted>,
}

/// How a target is held.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Hold {
    /// In this life.
    Fast(String),
    /// It was, in a life that has ended.
    Away,
    /// Not any more, for this reason.
    Lost(String),
}

impl InForce {
    async fn hold(&self, target: &str, standing: Standing) {
        self.told().extend(standing.news);
        self.holds.lock().await.insert(target.to_owned(), Hold::Fast(standing.life));
    }

    fn told(&self) -> MutexGuard<'_, Vec<String>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks after one target; what was done for it.
    async fn look_after(&self, name: &str, hold: &mut Hold, instances: &[Instance]) -> Option<Renewed> {
        let present = instances.iter().find(|one| one.name == name);
        let now = present.and_then(|present| self.helpers.life(present));
        let (present, now) = match (present, now, &*hold) {
            (_, _, Hold::Lost(_)) => return None,
            (Some(present), Some(now), _) => (present, now),
            (_, _, Hold::Fast(_) | Hold::Away) => {
                self.counted().life_ended(name);
                *hold = Hold::Away;
                return None;
            }
        };
        let how = match &*hold {
            Hold::Fast(then) if *then == now => {
                match self.helpers.counts(name, then, &self.id).await {
                    Ok(counts) => self.counted().now(name, &counts),
                    Err(why) => {
                        self.counted().lost(name, &why);
                        *hold = Hold::Lost(why);
                        return None;
                    }
                }
                match self.helpers.refresh(present, instances).await {
                    Ok(false) => return None,
                    Ok(true) => "those whom it is about have new addresses".to_owned(),
                    Err(error) => {
                        *hold = Hold::Lost(format!("its peers' new addresses are not in force: {error}"));
                        return None;
                    }
                }
            }
            Hold::Fast(_) | Hold::Away => {
                let seen = Instant::now();
                self.counted().life_ended(name);
                let seed = target::seed_for(self.strike, name);
                match self.helpers.apply(present, instances, &self.id, seed).await {
                    Ok(Standing { life, news }) => {
                        *hold = Hold::Fast(life);
                        let news = news.map(|news| format!("; {news}")).unwrap_or_default();
                        let took = seen.elapsed().as_millis();
                        format!("it was started anew, and has it again {took} ms after that was seen{news}")
                    }
                    Err(error) => {
                        *hold = Hold::Lost(format!(
                            "it was started anew, and the fault cannot be put on it again: {error}"
                        ));
                        return None;
                    }
                }
            }
            Hold::Lost(_) => return None,
        };
        Some(Renewed { target: name.to_owned(), how })
    }
}

#[async_trait]
impl FaultGuard for InForce {
    async fn heal(&self) -> Result<(), String> {
        let mut holds = self.holds.lock().await;
        let healed = holds.iter().filter_map(|(target, hold)| {
            let Hold::Fast(life) = hold else { return None };
            Some(async move { (target, self.helpers.heal(target, life, &self.id).await) })
        });
        let mut failed = Vec::new();
        let mut told = Vec::new();
        for (target, answer) in join_all(healed).await {
            match answer {
                Ok(Some(answer)) => {
                    if let Some(counts) = answer.counts.get(&self.id) {
                        self.counted().now(target, counts);
                    }
                    told.extend(in_words(target, &self.id, self.unit, &answer));
                }
                // The helper ended since it was last asked: what it struck in between is not known.
                Ok(None) => self.counted().lost(target, "its helper is gone"),
                Err(error) => failed.push(error),
            }
        }
        self.told().extend(told);
        if failed.is_empty() {
            // Nothing is held any more, so nothing is renewed.
            holds.clear();
            Ok(())
        } else {
            Err(failed.join("; "))
        }
    }

    async fn renew(&self) -> Vec<Renewed> {
        let mut holds = self.holds.lock().await;
        let instances = self.stack.instances();
        let looking = holds.iter_mut().map(|(name, hold)| self.look_after(name, hold, &instances));
        join_all(looking).await.into_iter().flatten().collect()
    }

    async fn escaped(&self) -> Vec<Escape> {
        let holds = self.holds.lock().await;
        let lost = holds.iter().filter_map(|(target, hold)| match hold {
            Hold::Lost(why) => Some(Escape { target: target.clone(), why: why.clone() }),
            Hold::Fast(_) | Hold::Away => None,
        });
        lost.collect()
    }

    async fn missing(&self) -> Vec<Escape> {
        let holds = self.holds.lock().await;
        let away = holds.iter().filter(|(_, hold)| **hold == Hold::Away);
        let why = "it ended, its network namespace with it, and was not started anew before the heal";
        away.map(|(target, _)| Escape { target: target.clone(), why: why.into() }).collect()
    }

    fn told(&self) -> Option<String> {
        let told = InForce::told(self);
        (!told.is_empty()).then(|| told.join("; "))
    }

    fn struck(&self) -> Struck {
        Struck { unit: self.unit, targets: self.counted().targets() }
    }
}
