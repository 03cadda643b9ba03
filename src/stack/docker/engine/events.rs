//! The engine's stream of events, reduced to what concerns us.

use super::labels::PROJECT_LABEL;
use super::{Engine, EngineError};
use bollard::models::EventMessage;
use bollard::query_parameters::EventsOptionsBuilder;
use futures_util::{Stream, StreamExt};
use std::collections::HashMap;
use std::future;

/// What happened to a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was made.
    Created,
    /// It was started.
    Started,
    /// It ended, with this exit code.
    Died(i64),
    /// The kernel ended a process of it for want of memory.
    OutOfMemory,
    /// Its health check passes.
    Healthy,
    /// Its health check fails.
    Unhealthy,
    /// It was frozen.
    Paused,
    /// It runs on.
    Unpaused,
    /// It was removed.
    Removed,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineEvent {
    /// The container's id.
    pub container: String,
    /// What happened.
    pub happened: Happened,
    /// When, in nanoseconds since 1970-01-01 UTC by the engine's clock.
    pub at: i64,
    /// The container's name and labels.
    pub attributes: HashMap<String, String>,
}

impl Engine {
    /// The events of a project's containers from now on. The stream ends with the connection.
    pub fn events(
        &self,
        project: &str,
    ) -> impl Stream<Item = Result<EngineEvent, EngineError>> + Send + use<> {
        let filters = HashMap::from([
            ("type".to_owned(), vec!["container".to_owned()]),
            ("label".to_owned(), vec![format!("{PROJECT_LABEL}={project}")]),
        ]);
        let options = EventsOptionsBuilder::default().filters(&filters).build();
        let engine = self.clone();
        let told = engine.docker.clone().events(Some(options));
        told.filter_map(move |message| {
            let event = match message {
                Ok(message) => event(message).map(Ok),
                Err(error) => Some(Err(engine.error(error))),
            };
            future::ready(event)
        })
    }
}

fn event(message: EventMessage) -> Option<EngineEvent> {
    let actor = message.actor?;
    let attributes = actor.attributes.unwrap_or_default();
    let happened = match message.action?.as_str() {
        "create" => Happened::Created,
        "start" => Happened::Started,
        "die" => Happened::Died(attributes.get("exitCode").and_then(|code| code.parse().ok()).unwrap_or(-1)),
        "oom" => Happened::OutOfMemory,
        "health_status: healthy" => Happened::Healthy,
        "health_status: unhealthy" => Happened::Unhealthy,
        "pause" => Happened::Paused,
        "unpause" => Happened::Unpaused,
        "destroy" => Happened::Removed,
        _ => return None,
    };
    Some(EngineEvent {
        container: actor.id?,
        happened,
        at: message.time_nano.unwrap_or_default(),
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bollard::models::EventActor;

    fn told(action: &str, attributes: &[(&str, &str)]) -> Option<Happened> {
        let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let actor = EventActor { id: Some("c".into()), attributes: Some(attributes.collect()) };
        let message =
            EventMessage { action: Some(action.into()), actor: Some(actor), ..EventMessage::default() };
        event(message).map(|event| event.happened)
    }

    #[test]
    fn only_what_concerns_us_is_told() {
        assert_eq!(told("die", &[("exitCode", "137")]), Some(Happened::Died(137)));
        assert_eq!(told("health_status: unhealthy", &[]), Some(Happened::Unhealthy));
        assert_eq!(told("exec_create: /x", &[]), None);
        assert_eq!(told("kill", &[("signal", "9")]), None);
    }
}
