//! A helper: a container of ours in another one's network namespace, that ends when we do.
//!
//! Its standard input is attached to us (`OpenStdin`, `StdinOnce`): it reads end of file as soon as this process is gone,
//! however it went. It is expected to end then; the engine removes it.

use super::{Engine, EngineError};
use bollard::container::LogOutput;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{AttachContainerOptionsBuilder, CreateContainerOptionsBuilder};
use bytes::Bytes;
use futures_util::{StreamExt, future};
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::io::StreamReader;

/// How many bytes of its standard error are kept.
const COMPLAINTS: usize = 16 * 1024;

/// The helper that is wanted.
#[derive(Clone, Debug, Default)]
pub struct HelperSpec {
    /// The container's name.
    pub name: String,
    /// Its image; it must be there.
    pub image: String,
    /// Its command; empty: the image's own.
    pub command: Vec<String>,
    /// The id of the container whose network namespace it shares.
    pub network_of: String,
    /// Capabilities beside the usual ones: `NET_ADMIN`.
    pub capabilities: Vec<String>,
    /// Labels, by which it can be found again.
    pub labels: BTreeMap<String, String>,
    /// Its environment: `NAME=value`.
    pub environment: Vec<String>,
}

/// A helper at work. Dropping `input` ends it.
pub struct Helper {
    /// The container's id.
    pub id: String,
    /// Its standard input.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Its standard output.
    pub output: Pin<Box<dyn AsyncRead + Send>>,
    complaints: Arc<Mutex<Vec<u8>>>,
}

impl Helper {
    /// What it has written to standard error so far. Seen only while `output` is being read.
    pub fn complaints(&self) -> String {
        let bytes = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).trim_end().to_owned()
    }
}

impl Engine {
    /// Makes the container, attaches to it and starts it. Where that fails half-way, it is removed again.
    pub async fn start_helper(&self, spec: &HelperSpec) -> Result<Helper, EngineError> {
        let options = CreateContainerOptionsBuilder::default().name(&spec.name).build();
        let made = self.docker.create_container(Some(options), body(spec)).await;
        let id = made.map_err(|error| self.error(error))?.id;
        match self.attach_and_start(&id).await {
            Ok(helper) => Ok(helper),
            Err(error) => {
                // The first error is the one to show; a container that never ran has no effect on anybody.
                let _ = self.remove(&id).await;
                Err(error)
            }
        }
    }

    async fn attach_and_start(&self, id: &str) -> Result<Helper, EngineError> {
        let options = AttachContainerOptionsBuilder::default()
            .stream(true)
            .stdin(true)
            .stdout(true)
            .stderr(true)
            .build();
        let attached =
            self.docker.attach_container(id, Some(options)).await.map_err(|error| self.error(error))?;
        self.start(id).await?;
        let complaints = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&complaints);
        let spoken = attached.output.filter_map(move |piece| future::ready(spoken(&kept, piece)));
        Ok(Helper {
            id: id.to_owned(),
            input: attached.input,
            output: Box::pin(StreamReader::new(spoken)),
            complaints,
        })
    }
}

/// What it wrote to standard output; complaints are put aside.
fn spoken(
    complaints: &Mutex<Vec<u8>>,
    piece: Result<LogOutput, bollard::errors::Error>,
) -> Option<io::Result<Bytes>> {
    match piece {
        Ok(LogOutput::StdErr { message }) => {
            let mut kept = complaints.lock().unwrap_or_else(PoisonError::into_inner);
            let room = COMPLAINTS.saturating_sub(kept.len()).min(message.len());
            kept.extend_from_slice(&message[..room]);
            None
        }
        Ok(other) => Some(Ok(other.into_bytes())),
        Err(error) => Some(Err(io::Error::other(error))),
    }
}

fn body(spec: &HelperSpec) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        cmd: (!spec.command.is_empty()).then(|| spec.command.clone()),
        env: (!spec.environment.is_empty()).then(|| spec.environment.clone()),
        labels: Some(spec.labels.clone().into_iter().collect()),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        open_stdin: Some(true),
        stdin_once: Some(true),
        tty: Some(false),
        host_config: Some(HostConfig {
            network_mode: Some(format!("container:{}", spec.network_of)),
            cap_add: Some(spec.capabilities.clone()),
            auto_remove: Some(true),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}
