//! A container as the engine describes it, reduced to what we look at.

use super::labels::{NUMBER_LABEL, ONE_OFF_LABEL, PROJECT_LABEL, SERVICE_LABEL};
use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum as Status, HealthStatusEnum, HostConfig,
    NetworkSettings,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was made and never started.
    Created,
    /// It runs.
    Running,
    /// It stands still.
    Paused,
    /// It ended, and the engine is about to start it again.
    Restarting,
    /// It ended.
    Exited,
}

/// What its health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nothing yet.
    Starting,
    /// It is well.
    Healthy,
    /// It is not.
    Unhealthy,
}

/// A port that the host passes on to a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// The container's own port.
    pub port: u16,
    /// `tcp` or `udp`.
    pub protocol: String,
    /// Where the host listens.
    pub host: SocketAddr,
}

/// A network that a container is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The network's id.
    pub network: String,
    /// The container's address there.
    pub address: Option<IpAddr>,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its id.
    pub id: String,
    /// Its name, without a slash.
    pub name: String,
    /// Its host name: the beginning of its id, unless somebody chose one.
    pub hostname: String,
    /// The image that it was made from, as it was asked for.
    pub image: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// What it is doing.
    pub state: State,
    /// The process id of its first process on the engine's machine, while it runs.
    pub pid: Option<u32>,
    /// How it ended last.
    pub exit_code: i64,
    /// Whether the kernel ended it for want of memory.
    pub oom_killed: bool,
    /// What its health check says, if it has one.
    pub health: Option<Health>,
    /// The command of its health check, as it is carried out inside.
    pub check: Option<Vec<String>>,
    /// When it was started last, in the engine's words.
    pub started_at: String,
    /// Its networks by name.
    pub networks: BTreeMap<String, Endpoint>,
    /// Its published ports, in order.
    pub published: Vec<Published>,
    /// Its own ports for which the engine chooses the host's port, anew at each start.
    pub moving: BTreeSet<u16>,
    /// How long the engine would let it take to stop, in seconds.
    pub stop_timeout: Option<i64>,
    /// The signal that asks it to stop.
    pub stop_signal: String,
}

impl Container {
    /// Whether it runs; a paused one does.
    pub fn alive(&self) -> bool {
        matches!(self.state, State::Running | State::Paused)
    }

    /// Its Compose project.
    pub fn project(&self) -> Option<&str> {
        self.labels.get(PROJECT_LABEL).map(String::as_str)
    }

    /// Its service.
    pub fn service(&self) -> Option<&str> {
        self.labels.get(SERVICE_LABEL).map(String::as_str)
    }

    /// Its number in the service, from 1.
    pub fn number(&self) -> Option<u32> {
        self.labels.get(NUMBER_LABEL)?.parse().ok()
    }

    /// What the instance is called in a project of these services; see [`instance_name`].
    pub fn instance(&self, services: &BTreeSet<String>) -> Option<String> {
        Some(instance_name(self.service()?, self.number()?, services))
    }

    /// Whether it was made by `compose run`.
    pub fn is_one_off(&self) -> bool {
        self.labels.get(ONE_OFF_LABEL).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// What an instance is called: `web-2`. The first one of a service whose own name ends in a number, as those do whose members
/// are services of their own (`pg-1`, `pg-2`), is called like its service; but not where a service `pg` is there too, whose
/// own first instance is `pg-1`. Names are unique in a project of these `services`.
pub fn instance_name(service: &str, number: u32, services: &BTreeSet<String>) -> String {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let numbered =
        service.rsplit_once('-').is_some_and(|(base, last)| digits(last) && !services.contains(base));
    if numbered && number == 1 { service.to_owned() } else { format!("{service}-{number}") }
}

/// The services of these containers.
pub fn services_of<'c>(containers: impl IntoIterator<Item = &'c Container>) -> BTreeSet<String> {
    containers.into_iter().filter_map(|container| container.service().map(str::to_owned)).collect()
}

impl From<ContainerInspectResponse> for Container {
    fn from(told: ContainerInspectResponse) -> Container {
        let state = told.state.unwrap_or_default();
        let config = told.config.unwrap_or_default();
        let (networks, published) = network(told.network_settings.unwrap_or_default());
        let host = told.host_config.unwrap_or_default();
        Container {
            id: told.id.unwrap_or_default(),
            name: told.name.unwrap_or_default().trim_start_matches('/').to_owned(),
            hostname: config.hostname.unwrap_or_default(),
            image: config.image.unwrap_or_default(),
            labels: config.labels.unwrap_or_default().into_iter().collect(),
            state: match state.status {
                Some(Status::RUNNING) => State::Running,
                Some(Status::PAUSED) => State::Paused,
                Some(Status::RESTARTING) => State::Restarting,
                Some(Status::CREATED) => State::Created,
                _ => State::Exited,
            },
            pid: state.pid.and_then(|pid| u32::try_from(pid).ok()).filter(|pid| *pid > 0),
            exit_code: state.exit_code.unwrap_or_default(),
            oom_killed: state.oom_killed.unwrap_or_default(),
            health: match state.health.and_then(|health| health.status) {
                Some(HealthStatusEnum::STARTING) => Some(Health::Starting),
                Some(HealthStatusEnum::HEALTHY) => Some(Health::Healthy),
                Some(HealthStatusEnum::UNHEALTHY) => Some(Health::Unhealthy),
                _ => None,
            },
            check: config.healthcheck.and_then(|check| command(check.test.unwrap_or_default())),
            started_at: state.started_at.unwrap_or_default(),
            networks,
            moving: moving(host, &published),
            published,
            stop_timeout: config.stop_timeout,
            stop_signal: config.stop_signal.unwrap_or_else(|| "SIGTERM".into()),
        }
    }
}

/// A health check as the image or the compose file writes it, as a command; its first word says how it is meant.
fn command(test: Vec<String>) -> Option<Vec<String>> {
    match test.split_first() {
        Some((how, command)) if how == "CMD" && !command.is_empty() => Some(command.to_vec()),
        Some((how, [script])) if how == "CMD-SHELL" => {
            Some(["/bin/sh", "-c", script].map(String::from).to_vec())
        }
        _ => None,
    }
}

/// A binding without a port of the host's own (`ports: ["8080"]`) gets a free one at each start.
fn moving(host: HostConfig, published: &[Published]) -> BTreeSet<u16> {
    if host.publish_all_ports == Some(true) {
        return published.iter().map(|port| port.port).collect();
    }
    let chosen = |port: &Option<String>| port.as_deref().is_none_or(|port| matches!(port, "" | "0"));
    host.port_bindings
        .unwrap_or_default()
        .into_iter()
        .filter(|(_, bindings)| bindings.iter().flatten().any(|binding| chosen(&binding.host_port)))
        .filter_map(|(port, _)| port.split('/').next()?.parse().ok())
        .collect()
}

fn network(settings: NetworkSettings) -> (BTreeMap<String, Endpoint>, Vec<Published>) {
    let networks = settings.networks.unwrap_or_default().into_iter();
    let networks = networks.map(|(name, told)| {
        let address = told.ip_address.and_then(|address| address.parse().ok());
        (name, Endpoint { network: told.network_id.unwrap_or_default(), address })
    });
    let mut published = Vec::new();
    for (port, bindings) in settings.ports.unwrap_or_default() {
        let (port, protocol) = port.split_once('/').unwrap_or((&port, "tcp"));
        let Ok(port) = port.parse() else { continue };
        for binding in bindings.unwrap_or_default() {
            let ip = binding.host_ip.filter(|ip| !ip.is_empty()).and_then(|ip| ip.parse::<IpAddr>().ok());
            let host_port = binding.host_port.and_then(|port| port.parse::<u16>().ok());
            let (Some(ip), Some(host_port)) = (ip, host_port) else { continue };
            let host = SocketAddr::new(ip, host_port);
            published.push(Published { port, protocol: protocol.to_owned(), host });
        }
    }
    published.sort();
    (networks.collect(), published)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_service_is_its_own_instance() {
        let none = BTreeSet::new();
        assert_eq!(instance_name("web", 2, &none), "web-2");
        assert_eq!(instance_name("pg-1", 1, &none), "pg-1");
        assert_eq!(instance_name("pg-1", 2, &none), "pg-1-2");
        assert_eq!(instance_name("db-", 1, &none), "db--1");
    }

    #[test]
    fn no_two_instances_of_a_project_share_a_name() {
        let services = BTreeSet::from(["web", "web-1", "web-1-1", "web-2", "db"].map(str::to_owned));
        let mut names: Vec<String> = services
            .iter()
            .flat_map(|service| (1..=3).map(|number| instance_name(service, number, &services)))
            .collect();
        assert!(names.contains(&"web-1-1-1".to_owned()) && names.contains(&"web-2-1".to_owned()));
        names.sort();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{names:?}");
    }

    #[test]
    fn a_health_check_is_a_command() {
        let found = |words: &[&str]| command(words.iter().map(ToString::to_string).collect());
        let words = |words: &[&str]| Some(words.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(
            found(&["CMD", "curl", "-f", "http://localhost"]),
            words(&["curl", "-f", "http://localhost"])
        );
        assert_eq!(found(&["CMD-SHELL", "test -e /ready"]), words(&["/bin/sh", "-c", "test -e /ready"]));
        assert_eq!(found(&["NONE"]), None);
        assert_eq!(found(&["CMD"]), None);
        assert_eq!(found(&[]), None);
    }
}
