//! Helpers in the targets' network namespaces: started and armed before the load, so that a fault is one short order.
//!
//! There is one helper for each target, whatever number of faults strike it: they share the rules and the order of packets.

mod docker;
mod image;
mod post;
mod sketch;
mod streams;
mod tar;
mod wanted;
mod wire;

pub use docker::{HELPER_LABEL, HELPER_PROJECT_LABEL, HELPER_RUN_LABEL, InContainers, helper_image};
pub use image::{IMAGE, helper_archive, helper_tag};
pub use sketch::Sketch;
pub use streams::Proxied;
pub(in crate::chaos) use streams::told;
pub use wanted::{sketches, wanted};
pub use wire::{Input, Output, Wire};

use crate::netfault::{Answer, Counts, Order, Part};
use crate::stack::Instance;
use async_trait::async_trait;
use post::Post;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
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

/// A fault's part in force on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The life in which the target was struck.
    pub life: String,
    /// What was done beforehand, where it was not ready.
    pub news: Option<String>,
}

impl Helpers {
    /// For these sketches; nothing is started yet.
    pub fn new(reach: Arc<dyn Reach>, sketches: Vec<Sketch>) -> Helpers {
        let posts =
            sketches.iter().map(|sketch| (sketch.on.clone(), tokio::sync::Mutex::new(None))).collect();
        Helpers { reach, sketches, posts, known: Mutex::new(BTreeMap::new()) }
    }

    /// Starts and arms a helper at every target that may be struck, all at the same time; what is worth a note. The errors name
    /// each that failed.
    pub async fn prepare(self: &Arc<Self>, instances: &[Instance]) -> Result<Vec<String>, Vec<String>> {
        let addresses = Arc::new(self.addresses(instances).await.map_err(|error| vec![error])?);
        let mut starting = JoinSet::new();
        for target in instances.iter().filter(|one| self.posts.contains_key(&one.name)) {
            let (helpers, target, addresses) = (Arc::clone(self), target.clone(), Arc::clone(&addresses));
            starting.spawn(async move { helpers.post(&target, &addresses).await });
        }
        let (mut notes, mut failed) = (Vec::new(), Vec::new());
        while let Some(started) = starting.join_next().await {
            match started.unwrap_or_else(|error| Err(error.to_string())) {
                Ok((post, cut)) => notes.extend(post.led_away(cut)),
                Err(error) => failed.push(error),
            }
        }
        notes.sort();
        failed.sort();
        if failed.is_empty() { Ok(notes) } else { Err(failed) }
    }

    /// Puts a part into force on a target. A target that has been restarted since, or whose peers have other addresses now, gets
    /// a new helper, or new rules, first.
    pub async fn apply(
        &self,
        target: &Instance,
        instances: &[Instance],
        id: &str,
        seed: u64,
    ) -> Result<Standing, String> {
        let (post, cut) = self.post(target, &self.addresses(instances).await?).await?;
        let answer = post.launched.wire.ask(&Order::Apply { id: id.to_owned(), seed }).await;
        carried_out(&target.name, answer)?;
        let news = (cut > 0).then(|| post.led_away(cut)).flatten();
        Ok(Standing { life: post.life.clone(), news })
    }

    /// Gives a helper the present addresses of its parts' peers, those in force included. `true`: there were new ones.
    pub async fn refresh(&self, target: &Instance, instances: &[Instance]) -> Result<bool, String> {
        let addresses = self.addresses(instances).await?;
        let place = self.posts.get(&target.name);
        let Some(post) = (match place {
            Some(place) => place.lock().await.clone(),
            None => None,
        }) else {
            return Ok(false);
        };
        let changed = *post.parts() != self.parts(&target.name, &addresses);
        if changed {
            self.post(target, &addresses).await?;
        }
        Ok(changed)
    }

    /// The target's present life; `None`: it does not run.
    pub fn life(&self, target: &Instance) -> Option<String> {
        self.reach.life(target)
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

    /// What a part has struck so far on a target whose life has not changed; the error says why it is not in force any more.
    pub async fn counts(&self, target: &str, life: &str, id: &str) -> Result<Counts, String> {
        let post = match self.posts.get(target) {
            Some(place) => place.lock().await.clone(),
            None => None,
        };
        let post = post.filter(|post| post.life == life).ok_or("its helper is gone")?;
        let mut answer = post.launched.wire.ask(&Order::Stats).await?;
        answer.counts.remove(id).ok_or_else(|| "its helper has it no more".into())
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

    /// The target's helper, with the right rules, and how many live connections were cut to get there.
    async fn post(&self, target: &Instance, addresses: &Addresses) -> Result<(Arc<Post>, u64), String> {
        let name = &target.name;
        let place = self.posts.get(name).ok_or_else(|| format!("no network fault is planned for {name}"))?;
        let mut place = place.lock().await;
        let life = self.reach.life(target).ok_or_else(|| format!("{name} does not run"))?;
        let wanted = self.parts(name, addresses);
        if let Some(post) = place.as_ref().filter(|post| post.life == life) {
            let changed = *post.parts() != wanted;
            let cut = if changed { post.arm(wanted).await? } else { 0 };
            return Ok((Arc::clone(post), cut));
        }
        *place = None;
        let launched = self.reach.launch(target).await?;
        let post = Arc::new(Post::new(name, launched, life));
        let cut = post.arm(wanted).await?;
        *place = Some(Arc::clone(&post));
        Ok((post, cut))
    }

    fn parts(&self, target: &str, addresses: &Addresses) -> Vec<Part> {
        let mine = self.sketches.iter().filter(|sketch| sketch.on == target);
        mine.map(|sketch| sketch.filled(addresses)).collect()
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

/// The addresses of instances, by name.
pub type Addresses = BTreeMap<String, Vec<IpAddr>>;

fn carried_out(target: &str, answer: Result<Answer, String>) -> Result<Answer, String> {
    let answer = answer.map_err(|error| format!("{target}: {error}"))?;
    match &answer.error {
        Some(error) => Err(format!("{target}: {error}")),
        None => Ok(answer),
    }
}
