//! Helpers in the targets' network namespaces: started and armed before the load, so that a fault is one short order.
//!
//! There is one helper for each target, whatever number of faults strike it: they share the rules and the order of packets.

mod docker;
mod image;
mod sketch;
mod tar;
mod wanted;
mod wire;

pub use docker::{HELPER_LABEL, HELPER_PROJECT_LABEL, HELPER_RUN_LABEL, InContainers, helper_image};
pub use image::{IMAGE, helper_archive, helper_tag};
pub use sketch::Sketch;
pub use wanted::{sketches, wanted};
pub use wire::{Input, Output, Wire};

use crate::netfault::{Answer, Order, Part};
use crate::stack::Instance;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinSet;

/// How helpers get into their targets' namespaces.
#[async_trait]
pub trait Reach: Send + Sync {
    /// Starts one in the network namespace that the target has now.
    async fn launch(&self, target: &Instance) -> Result<Launched, String>;

    /// The target's addresses, in all its networks.
    async fn addresses(&self, target: &Instance) -> Result<Vec<IpAddr>, String>;

    /// The target's present life: another text after every restart, since a restart makes a new namespace. `None`: it is dead.
    fn life(&self, target: &Instance) -> Option<String>;
}

/// A helper that runs.
pub struct Launched {
    /// The line to it.
    pub wire: Wire,
    /// Dropped with the helper.
    pub keep: Box<dyn Send + Sync>,
}

/// All helpers of a run.
pub struct Helpers {
    reach: Arc<dyn Reach>,
    sketches: Vec<Sketch>,
    /// A place for each target that may be struck; held while a helper is started or armed there.
    posts: BTreeMap<String, tokio::sync::Mutex<Option<Arc<Post>>>>,
    /// Addresses, with the life in which they were looked up.
    known: Mutex<BTreeMap<String, (String, Vec<IpAddr>)>>,
}

/// A helper at its place.
struct Post {
    launched: Launched,
    life: String,
    parts: Mutex<Vec<Part>>,
}

impl Helpers {
    /// For these sketches; nothing is started yet.
    pub fn new(reach: Arc<dyn Reach>, sketches: Vec<Sketch>) -> Helpers {
        let posts =
            sketches.iter().map(|sketch| (sketch.on.clone(), tokio::sync::Mutex::new(None))).collect();
        Helpers { reach, sketches, posts, known: Mutex::new(BTreeMap::new()) }
    }

    /// Starts and arms a helper at every target that may be struck, all at the same time. The errors name each that failed.
    pub async fn prepare(self: &Arc<Self>, instances: &[Instance]) -> Result<(), Vec<String>> {
        let addresses = Arc::new(self.addresses(instances).await.map_err(|error| vec![error])?);
        let mut starting = JoinSet::new();
        for target in instances.iter().filter(|one| self.posts.contains_key(&one.name)) {
            let (helpers, target, addresses) = (Arc::clone(self), target.clone(), Arc::clone(&addresses));
            starting.spawn(async move { helpers.post(&target, &addresses).await.map(drop) });
        }
        let mut failed = Vec::new();
        while let Some(started) = starting.join_next().await {
            failed.extend(started.unwrap_or_else(|error| Err(error.to_string())).err());
        }
        failed.sort();
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }

    /// Puts a part into force on a target; returns the life in which it is. A target that has been restarted since, or whose
    /// peers have other addresses now, gets a new helper, or new rules, first.
    pub async fn apply(
        &self,
        target: &Instance,
        instances: &[Instance],
        id: &str,
        seed: u64,
    ) -> Result<String, String> {
        let post = self.post(target, &self.addresses(instances).await?).await?;
        let answer = post.launched.wire.ask(&Order::Apply { id: id.to_owned(), seed }).await;
        carried_out(target, answer)?;
        Ok(post.life.clone())
    }

    /// Takes it out of force. A helper that is gone has healed all by its end: the kernel saw to it.
    pub async fn heal(&self, target: &str, life: &str, id: &str) -> Result<Option<Answer>, String> {
        let Some(place) = self.posts.get(target) else { return Ok(None) };
        let mut place = place.lock().await;
        let Some(post) = place.clone().filter(|post| post.life == life) else { return Ok(None) };
        match post.launched.wire.ask(&Order::Heal { id: id.to_owned() }).await {
            Ok(Answer { error: Some(error), .. }) => Err(format!("{target}: {error}")),
            Ok(answer) => Ok(Some(answer)),
            Err(_) => {
                // Its input ends with the line to it, and that ends it if nothing has so far.
                *place = None;
                Ok(None)
            }
        }
    }

    /// Why a part is not in force any more on a target that had this life, or `None`.
    pub async fn lost(&self, target: &Instance, life: &str, id: &str) -> Option<String> {
        match self.reach.life(target) {
            None => return Some("it ended, and its network namespace with it".into()),
            Some(now) if now != life => {
                return Some("it was started anew: its new network namespace is without the fault".into());
            }
            Some(_) => {}
        }
        let post = self.posts.get(&target.name)?.lock().await.clone();
        let Some(post) = post.filter(|post| post.life == life) else {
            return Some("its helper is gone".into());
        };
        match post.launched.wire.ask(&Order::Stats).await {
            Err(error) => Some(error),
            Ok(answer) if answer.counts.contains_key(id) => None,
            Ok(_) => Some("its helper has it no more".into()),
        }
    }

    /// Ends all helpers in order.
    pub async fn end(&self) {
        for place in self.posts.values() {
            if let Some(post) = place.lock().await.take() {
                // One that does not hear it ends with its line, right here.
                let _ = post.launched.wire.ask(&Order::Quit).await;
            }
        }
    }

    /// The target's helper, with the right rules.
    async fn post(&self, target: &Instance, addresses: &Addresses) -> Result<Arc<Post>, String> {
        let name = &target.name;
        let place = self.posts.get(name).ok_or_else(|| format!("no network fault is planned for {name}"))?;
        let mut place = place.lock().await;
        let life = self.reach.life(target).ok_or_else(|| format!("{name} does not run"))?;
        let mine = self.sketches.iter().filter(|sketch| sketch.on == *name);
        let wanted: Vec<Part> = mine.map(|sketch| sketch.filled(addresses)).collect();
        if let Some(post) = place.as_ref().filter(|post| post.life == life) {
            if *parts(post) != wanted {
                // While another fault is in force there this is an error, which says so.
                let arm = Order::Arm { parts: wanted.clone() };
                carried_out(target, post.launched.wire.ask(&arm).await)?;
                *parts(post) = wanted;
            }
            return Ok(Arc::clone(post));
        }
        *place = None;
        let launched = self.reach.launch(target).await?;
        carried_out(target, launched.wire.ask(&Order::Arm { parts: wanted.clone() }).await)?;
        let post = Arc::new(Post { launched, life, parts: Mutex::new(wanted) });
        *place = Some(Arc::clone(&post));
        Ok(post)
    }

    /// The addresses of all peers that the sketches name. A peer is asked for anew only after it was started anew; one that is
    /// dead keeps those that it had.
    async fn addresses(&self, instances: &[Instance]) -> Result<Addresses, String> {
        let named = |one: &&Instance| self.sketches.iter().any(|sketch| sketch.peers.contains(&one.name));
        let mut addresses = Addresses::new();
        for peer in instances.iter().filter(named) {
            let life = self.reach.life(peer);
            let before = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&peer.name).cloned();
            let found = match (before, life) {
                (Some((then, found)), now) if now.as_ref().is_none_or(|now| *now == then) => found,
                (_, None) => Vec::new(),
                (_, Some(life)) => {
                    let found = self.reach.addresses(peer).await?;
                    let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.insert(peer.name.clone(), (life, found.clone()));
                    found
                }
            };
            addresses.insert(peer.name.clone(), found);
        }
        Ok(addresses)
    }
}

fn parts(post: &Post) -> MutexGuard<'_, Vec<Part>> {
    post.parts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The addresses of instances, by name.
pub type Addresses = BTreeMap<String, Vec<IpAddr>>;

fn carried_out(target: &Instance, answer: Result<Answer, String>) -> Result<Answer, String> {
    let answer = answer.map_err(|error| format!("{}: {error}", target.name))?;
    match &answer.error {
        Some(error) => Err(format!("{}: {error}", target.name)),
        None => Ok(answer),
    }
}
