//! What can be done to a container. An action on one that is in the wanted state already is no error.

use super::{Engine, EngineError, Trouble};
use bollard::errors::Error;
use bollard::models::{
    ContainerCreateBody, ContainerUpdateBody, EndpointSettings, NetworkConnectRequest,
    NetworkDisconnectRequest,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, KillContainerOptionsBuilder, RemoveContainerOptionsBuilder,
};

impl Engine {
    /// Makes a container; returns its id.
    pub async fn create(&self, name: &str, body: ContainerCreateBody) -> Result<String, EngineError> {
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let made = self.docker.create_container(Some(options), body).await;
        Ok(made.map_err(|error| self.error(error))?.id)
    }

    /// Starts it.
    pub async fn start(&self, id: &str) -> Result<(), EngineError> {
        self.settled(self.docker.start_container(id, None).await, |_| false)
    }

    /// Sends a signal to its first process. One that does not run is an error of kind [`Trouble::Conflict`].
    pub async fn kill(&self, id: &str, signal: &str) -> Result<(), EngineError> {
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        self.settled(self.docker.kill_container(id, Some(options)).await, |_| false)
    }

    /// Freezes it.
    pub async fn pause(&self, id: &str) -> Result<(), EngineError> {
        self.settled(self.docker.pause_container(id).await, |message| message.contains("already paused"))
    }

    /// Lets it run on.
    pub async fn unpause(&self, id: &str) -> Result<(), EngineError> {
        self.settled(self.docker.unpause_container(id).await, |message| message.contains("is not paused"))
    }

    /// Removes it, running or not; its named volumes stay. One that is gone is no error.
    pub async fn remove(&self, id: &str) -> Result<(), EngineError> {
        let options = RemoveContainerOptionsBuilder::default().force(true).build();
        match self.settled(self.docker.remove_container(id, Some(options)).await, |_| false) {
            Err(error) if error.trouble == Trouble::NotFound || already_going(&error) => Ok(()),
            other => other,
        }
    }

    /// Changes its limits.
    pub async fn update(&self, id: &str, limits: ContainerUpdateBody) -> Result<(), EngineError> {
        self.settled(self.docker.update_container(id, limits).await, |_| false)
    }

    /// Takes it out of a network.
    pub async fn disconnect(&self, network: &str, id: &str) -> Result<(), EngineError> {
        let request = NetworkDisconnectRequest { container: id.to_owned(), force: Some(true) };
        let done = self.docker.disconnect_network(network, request).await;
        self.settled(done, |message| message.contains("is not connected"))
    }

    /// Puts it into a network.
    pub async fn reconnect(
        &self,
        network: &str,
        id: &str,
        endpoint: EndpointSettings,
    ) -> Result<(), EngineError> {
        let request = NetworkConnectRequest { container: id.to_owned(), endpoint_config: Some(endpoint) };
        let done = self.docker.connect_network(network, request).await;
        self.settled(done, |message| {
            message.contains("already exists in network") || message.contains("already attached to network")
        })
    }

    /// Whether a network of this id or name is there.
    pub async fn has_network(&self, network: &str) -> Result<bool, EngineError> {
        match self.docker.inspect_network(network, None).await.map_err(|error| self.error(error)) {
            Ok(_) => Ok(true),
            Err(error) if error.trouble == Trouble::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// An answer whose message says that all is as wanted already is no error.
    fn settled(&self, done: Result<(), Error>, fine: impl Fn(&str) -> bool) -> Result<(), EngineError> {
        match done {
            Ok(()) => Ok(()),
            Err(Error::DockerResponseServerError { message, .. }) if fine(&message) => Ok(()),
            Err(error) => Err(self.error(error)),
        }
    }
}

/// Somebody else is removing it this very moment.
fn already_going(error: &EngineError) -> bool {
    error.message.contains("removal of container") && error.message.contains("in progress")
}
