//! All proxies of one server.

use super::error::Error;
use super::limits;
use super::proxy::{Proxy, Spec};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::Mutex;

/// All proxies of one server. Changes of which there are follow one another.
#[derive(Debug)]
pub struct Proxies {
    seed: u64,
    runtime: Handle,
    all: Mutex<BTreeMap<String, Arc<Proxy>>>,
}

impl Proxies {
    /// None yet. Their sockets and tasks will live in `runtime`; chance comes from `seed`.
    pub fn new(seed: u64, runtime: Handle) -> Proxies {
        Proxies { seed, runtime, all: Mutex::new(BTreeMap::new()) }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// All, by name.
    pub async fn list(&self) -> Vec<Arc<Proxy>> {
        self.all.lock().await.values().cloned().collect()
    }

    /// The one of this name.
    pub async fn get(&self, name: &str) -> Result<Arc<Proxy>, Error> {
        self.all.lock().await.get(name).cloned().ok_or_else(Error::proxy_not_found)
    }

    /// Makes a proxy, with its toxics; if it cannot listen there is none.
    pub async fn add(&self, spec: Spec) -> Result<Arc<Proxy>, Error> {
        let mut all = self.all.lock().await;
        if all.contains_key(&spec.name) {
            return Err(Error::proxy_exists());
        }
        self.put(&mut all, spec).await
    }

    /// Makes many proxies. One that exists and leads from and to the same addresses is left alone; one that leads elsewhere
    /// is replaced. On an error those before it stay, and are given with it.
    pub async fn populate(&self, specs: Vec<Spec>) -> (Vec<Arc<Proxy>>, Result<(), Error>) {
        let mut all = self.all.lock().await;
        let mut done = Vec::new();
        for spec in specs {
            match self.put_or_keep(&mut all, spec).await {
                Ok(proxy) => done.push(proxy),
                Err(error) => return (done, Err(error)),
            }
        }
        (done, Ok(()))
    }

    async fn put_or_keep(
        &self,
        all: &mut BTreeMap<String, Arc<Proxy>>,
        spec: Spec,
    ) -> Result<Arc<Proxy>, Error> {
        if let Some(proxy) = all.get(&spec.name) {
            if !proxy.differs(&spec.listen, &spec.upstream).await? {
                return Ok(Arc::clone(proxy));
            }
            proxy.disable().await;
        }
        self.put(all, spec).await
    }

    async fn put(&self, all: &mut BTreeMap<String, Arc<Proxy>>, spec: Spec) -> Result<Arc<Proxy>, Error> {
        if all.len() >= limits::PROXIES {
            return Err(Error::too_many("proxies", limits::PROXIES));
        }
        let (name, enabled) = (spec.name.clone(), spec.enabled);
        let proxy = Arc::new(Proxy::new(spec, self.seed, self.runtime.clone())?);
        if enabled {
            proxy.enable().await?;
        }
        all.insert(name, Arc::clone(&proxy));
        Ok(proxy)
    }

    /// Removes a proxy and closes its connections.
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        let proxy = self.all.lock().await.remove(name).ok_or_else(Error::proxy_not_found)?;
        proxy.disable().await;
        Ok(())
    }

    /// Enables all proxies and removes all toxics and rules.
    pub async fn reset(&self) -> Result<(), Error> {
        for proxy in self.list().await {
            proxy.enable().await?;
            proxy.clear_toxics();
            proxy.clear_rules();
        }
        Ok(())
    }

    /// Removes all.
    pub async fn clear(&self) {
        let all = std::mem::take(&mut *self.all.lock().await);
        for proxy in all.into_values() {
            proxy.disable().await;
        }
    }
}
