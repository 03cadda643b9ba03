//! The project's containers as we know them, by instance. Kept true by whoever acts and by the engine's events.

use crate::stack::docker::engine::{Container, Engine, EngineError, State, instance_name, services_of};
use crate::stack::{ContainerRef, Instance, StackError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Mutex as Gate;

/// An instance as we know it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// `web-1`.
    pub name: String,
    pub service: String,
    pub index: u32,
    /// The last that was seen of its container.
    pub container: Container,
    /// Whether the container is gone.
    pub gone: bool,
    /// Whether it was there when the project had come up: such a one is remembered even when it is gone.
    pub lasting: bool,
}

impl Known {
    pub(super) fn alive(&self) -> bool {
        !self.gone && self.container.alive()
    }
}

/// All instances.
#[derive(Default)]
pub(super) struct Inventory {
    all: Mutex<Vec<Known>>,
    /// Every service that was ever seen: names of instances follow from it.
    services: Mutex<BTreeSet<String>>,
    /// The plan's order of services; others follow by name.
    order: Vec<String>,
    /// The port by which a service is reached, where the plan says it.
    ports: BTreeMap<String, u16>,
    /// Held from asking the engine until the answer is kept: no older answer overwrites a newer one.
    looking: Gate<()>,
    gates: Mutex<HashMap<String, Arc<Gate<()>>>>,
    /// Where the engine's machine is reached, if it is another one.
    remote: Option<std::net::IpAddr>,
}

impl Inventory {
    pub(super) fn new(
        order: Vec<String>,
        ports: BTreeMap<String, u16>,
        remote: Option<std::net::IpAddr>,
    ) -> Inventory {
        let services = Mutex::new(order.iter().cloned().collect());
        Inventory { order, ports, remote, services, ..Inventory::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Known>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Actions on one instance follow one another.
    pub(super) fn gate(&self, instance: &str) -> Arc<Gate<()>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(instance.to_owned()).or_default())
    }

    /// Asks for all containers.
    pub(super) async fn refresh(&self, engine: &Engine, project: &str) -> Result<(), StackError> {
        let _looking = self.looking.lock().await;
        let found = engine.of_project(project).await?;
        let mut all = self.lock();
        for known in all.iter_mut() {
            known.gone = !found.iter().any(|one| is_of(one, known));
        }
        all.retain(|known| known.lasting || !known.gone);
        self.services().extend(services_of(&found));
        for container in found {
            self.keep(&mut all, container);
        }
        all.sort_by_key(|known| (self.place(&known.service), known.service.clone(), known.index));
        Ok(())
    }

    /// Asks for one container.
    pub(super) async fn look(&self, engine: &Engine, id: &str) -> Result<(), EngineError> {
        let _looking = self.looking.lock().await;
        let found = engine.find(id).await?;
        let mut all = self.lock();
        match found {
            Some(container) => self.keep(&mut all, container),
            None => {
                all.iter_mut().filter(|known| known.container.id == id).for_each(|known| known.gone = true);
            }
        }
        Ok(())
    }

    fn services(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the instance of this number is called.
    pub(super) fn name_of(&self, service: &str, number: u32) -> String {
        let all = self.lock();
        let known = all.iter().find(|known| known.service == service && known.index == number);
        known.map_or_else(|| instance_name(service, number, &self.services()), |known| known.name.clone())
    }

    fn keep(&self, all: &mut Vec<Known>, container: Container) {
        let (Some(service), Some(index)) = (container.service().map(str::to_owned), container.number())
        else {
            return;
        };
        if container.is_one_off() {
            return;
        }
        if let Some(known) = all.iter_mut().find(|known| is_of(&container, known)) {
            known.container = container;
            known.gone = false;
            return;
        }
        let mut services = self.services();
        services.insert(service.clone());
        let name = instance_name(&service, index, &services);
        // A service that came later may bring a name that is in use: then the container's own, which is unique.
        let taken = all.iter().any(|known| known.name == name);
        let name = if taken { container.name.clone() } else { name };
        all.push(Known { name, service, index, container, gone: false, lasting: false });
    }

    /// Notes what an action is known to have done, without asking.
    pub(super) fn set_state(&self, id: &str, state: State) {
        let mut all = self.lock();
        all.iter_mut()
            .filter(|known| known.container.id == id)
            .for_each(|known| known.container.state = state);
    }

    /// From now on all that is there is remembered.
    pub(super) fn all_are_lasting(&self) {
        self.lock().iter_mut().for_each(|known| known.lasting = true);
    }

    pub(super) fn all(&self) -> Vec<Known> {
        self.lock().clone()
    }

    pub(super) fn by_id(&self, id: &str) -> Option<Known> {
        self.lock().iter().find(|known| known.container.id == id).cloned()
    }

    /// The instance of this name; the error names those that there are.
    pub(super) fn named(&self, name: &str) -> Result<Known, StackError> {
        let all = self.lock();
        all.iter().find(|known| known.name == name).cloned().ok_or_else(|| {
            let names: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
            StackError::new(format!("there is no instance `{name}`; there are {}", names.join(", ")))
        })
    }

    /// The instance whose container calls itself so: by its host name, which is the beginning of its id unless chosen.
    pub(super) fn called(&self, hostname: &str) -> Option<String> {
        let all = self.lock();
        all.iter().find(|known| known.container.hostname == hostname).map(|known| known.name.clone())
    }

    /// Where load reaches an instance: a port published on the loopback of the engine's machine, never the container's own
    /// address.
    pub(super) fn address(&self, known: &Known) -> Option<SocketAddr> {
        let wanted = self.ports.get(&known.service).copied();
        let mut published = known.container.published.iter().filter(|port| port.protocol == "tcp");
        let port = published.find(|port| wanted.is_none_or(|wanted| port.port == wanted));
        port.and_then(|port| self.reachable(port.host))
    }

    /// A published port as seen from here.
    pub(super) fn reachable(&self, host: SocketAddr) -> Option<SocketAddr> {
        let ip = host.ip();
        match self.remote {
            Some(remote) if ip.is_unspecified() => Some(SocketAddr::new(remote, host.port())),
            Some(remote) => (ip == remote).then_some(host),
            None if ip.is_unspecified() && ip.is_ipv4() => Some(([127, 0, 0, 1], host.port()).into()),
            None => ip.is_loopback().then_some(host),
        }
    }

    /// Instances with ports that get another port of the host's at each start.
    pub(super) fn moving_ports(&self) -> Vec<(Instance, BTreeSet<u16>)> {
        let all = self.all();
        let moving = all.iter().filter(|known| !known.container.moving.is_empty());
        moving.map(|known| (self.instance(known), known.container.moving.clone())).collect()
    }

    pub(super) fn instances(&self) -> Vec<Instance> {
        self.all().iter().map(|known| self.instance(known)).collect()
    }

    fn instance(&self, known: &Known) -> Instance {
        let container = &known.container;
        Instance {
            name: known.name.clone(),
            service: known.service.clone(),
            index: known.index,
            address: self.address(known),
            pid: container.pid.filter(|_| known.alive()),
            alive: known.alive(),
            container: Some(ContainerRef {
                id: container.id.clone(),
                name: container.name.clone(),
                labels: container.labels.clone(),
                paused: container.state == State::Paused,
                started_at: container.started_at.clone(),
            }),
        }
    }

    fn place(&self, service: &str) -> usize {
        self.order.iter().position(|name| name == service).unwrap_or(usize::MAX)
    }
}

fn is_of(container: &Container, known: &Known) -> bool {
    container.service() == Some(&known.service) && container.number() == Some(known.index)
}
