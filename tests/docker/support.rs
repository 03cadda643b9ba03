//! The test project: its image, its life, what is seen of it from outside.

use crate::skipping::skip;
pub use crate::waiting::eventually;
use shakedown::event::{Clock, Event, EventSink, Nanos, Sample, SampleSink, StackChange, Timed};
use shakedown::plan::model::StackSpec;
use shakedown::stack::docker::engine::services_of;
use shakedown::stack::docker::{Address, ComposeStack, Engine, preflight};
use shakedown::stack::{Context, NoLedger, Stack};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const IMAGE: &str = "sd-docker-server:1";

/// The engine, for one test at a time: effects are seen within seconds, and containers share two processors.
pub struct Turn {
    engine: Engine,
    _alone: tokio::sync::MutexGuard<'static, ()>,
}

impl std::ops::Deref for Turn {
    type Target = Engine;
    fn deref(&self) -> &Engine {
        &self.engine
    }
}

static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The engine with the test image; `None`, and told, where the machine has no engine or no Compose.
pub async fn engine() -> Option<Turn> {
    let alone = TURN.lock().await;
    let address = Address::from_environment(&|name| std::env::var(name).ok());
    let reason = match Engine::connect(&address).await {
        Err(error) => error.to_string(),
        Ok(engine) => match shakedown::stack::docker::compose::Program::find().await {
            Err(error) => error.to_string(),
            Ok(_) => {
                image(&engine).await;
                return Some(Turn { engine, _alone: alone });
            }
        },
    };
    skip(&reason);
    None
}

/// Builds the server and makes an image of it, once for all tests of this process.
async fn image(engine: &Engine) {
    static ONCE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    ONCE.get_or_init(|| async {
        let folder = tempfile::tempdir().expect("a folder");
        let (program, tar) = (folder.path().join("server"), folder.path().join("server.tar"));
        let built = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition", "2024", "-C", "opt-level=1", "-C", "target-feature=+crt-static", "-o"])
            .arg(&program)
            .arg(project_folder().join("server.rs"))
            .status();
        assert!(built.expect("rustc runs").success(), "the server is built");
        let bytes = std::fs::read(&program).expect("the program");
        std::fs::write(&tar, archive("server", &bytes)).expect("the archive");
        let changes = ["ENTRYPOINT [\"/server\"]".to_owned()];
        engine.import_image(IMAGE, &tar, &changes).await.expect("an image");
    })
    .await;
}

/// A tar archive (ustar) of one program.
fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let mut head = [0_u8; 512];
    let mut put = |at: usize, text: &str| head[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000755\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{:011o}\0", content.len()));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut archive = head.to_vec();
    archive.extend_from_slice(content);
    archive.resize(archive.len().div_ceil(512) * 512 + 1024, 0);
    archive
}

pub fn project_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/project")
}

/// Keeps what the driver and the controller tell.
#[derive(Default)]
pub struct Notes(Mutex<Vec<Timed>>, Mutex<Vec<Sample>>);

impl EventSink for Notes {
    fn emit(&self, time: Nanos, event: Event) {
        self.0.lock().expect("notes").push(Timed { time, event });
    }
}

impl SampleSink for Notes {
    fn sample(&self, sample: Sample) {
        self.1.lock().expect("notes").push(sample);
    }
}

impl Notes {
    pub fn events(&self) -> Vec<Timed> {
        self.0.lock().expect("notes").clone()
    }

    pub fn samples(&self) -> Vec<Sample> {
        self.1.lock().expect("notes").clone()
    }

    /// What the containers are told to have done by themselves; being ready at the beginning is left out.
    pub fn changes(&self) -> Vec<(String, StackChange)> {
        let events = self.events();
        let changes = events.iter().filter_map(|timed| match &timed.event {
            Event::Stack(event) if event.change != StackChange::Ready || event.detail.is_some() => {
                Some((event.instance.clone(), event.change))
            }
            _ => None,
        });
        changes.collect()
    }
}

/// A project of the test's own, taken down with the test.
pub struct Project {
    pub name: String,
    pub engine: Engine,
    subnet: String,
}

impl Project {
    /// Brings it up; names and subnets of different tests differ.
    pub async fn up(engine: &Engine, name: &str) -> Project {
        let digits: u32 = name.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 251);
        let name = format!("sd-docker-{name}-{}", std::process::id());
        let subnet = format!("10.{}.{}", 64 + std::process::id() % 64, digits);
        let project = Project { name, engine: engine.clone(), subnet };
        project.compose(&["--profile", "full", "up", "-d"]);
        project.settled().await;
        project
    }

    /// The first three numbers of its addresses.
    pub fn subnet(&self) -> &str {
        &self.subnet
    }

    /// Runs Compose on it.
    pub fn compose(&self, arguments: &[&str]) {
        let ended = self.compose_command().args(arguments).output().expect("Compose runs");
        assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    }

    fn compose_command(&self) -> Command {
        let plugin = Command::new("docker").args(["compose", "version"]).output();
        let mut command = if plugin.is_ok_and(|ended| ended.status.success()) {
            let mut command = Command::new("docker");
            command.arg("compose");
            command
        } else {
            Command::new("docker-compose")
        };
        command.arg("-f").arg(project_folder().join("compose.yaml")).args(["-p", &self.name]);
        command.env("SUBNET", &self.subnet);
        command
    }

    /// Waits until every container runs, and those with a health check are healthy.
    pub async fn settled(&self) {
        eventually("the project settles", async || {
            let all = self.engine.of_project(&self.name).await.expect("the engine answers");
            let well = |health| health != Some(shakedown::stack::docker::engine::Health::Starting);
            all.len() == 4 && all.iter().all(|one| one.alive() && well(one.health))
        })
        .await;
    }

    /// The driver, attached to it.
    pub async fn attached(&self) -> (Arc<ComposeStack>, Arc<Notes>, Clock) {
        let notes = Arc::new(Notes::default());
        let clock = Clock::start();
        let stack = preflight(&self.spec(), &self.name, context(clock, &notes)).await;
        let stack = Arc::new(stack.expect("the project is there"));
        stack.up().await.expect("all is ready");
        (stack, notes, clock)
    }

    fn spec(&self) -> StackSpec {
        toml::from_str(&format!("kind='compose'\nproject='{}'\nattach=true", self.name)).expect("a stack")
    }

    /// The container of an instance.
    pub async fn container(&self, instance: &str) -> Option<shakedown::stack::docker::Container> {
        let all = self.engine.of_project(&self.name).await.expect("the engine answers");
        let services = services_of(&all);
        all.into_iter().find(|one| one.instance(&services).as_deref() == Some(instance))
    }

    /// Asks an instance by its published port: status and body, or nothing.
    pub async fn ask(&self, instance: &str, path: &str) -> Option<(u16, String)> {
        let port = self.container(instance).await?.published.first()?.host;
        let path = path.to_owned();
        tokio::task::spawn_blocking(move || ask(port, &path)).await.expect("it asks")
    }

    /// The words with which an instance can be asked for its memory or processor limit, from inside.
    pub async fn limit(&self, instance: &str, what: &str) -> Option<String> {
        let old = format!("/file?/sys/fs/cgroup/{what}");
        self.ask(instance, &old)
            .await
            .filter(|(status, _)| *status == 200)
            .map(|(_, body)| body.trim().to_owned())
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = self.compose_command().args(["--profile", "full", "down", "-v", "-t", "1"]).output();
    }
}

pub fn context(clock: Clock, notes: &Arc<Notes>) -> Context {
    Context {
        links: None,
        run_name: format!("docker-{}", std::process::id()),
        run_id: format!("docker-{}", std::process::id()),
        run: std::env::temp_dir(),
        plan_directory: project_folder(),
        shakedown: PathBuf::from(env!("CARGO_BIN_EXE_shakedown")),
        environment: Arc::new(|name| std::env::var(name).ok()),
        clock,
        events: notes.clone(),
        samples: notes.clone(),
        ledger: Arc::new(NoLedger),
    }
}

fn ask(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    let status = reply.split(' ').nth(1)?.parse().ok()?;
    Some((status, reply.split("\r\n\r\n").nth(1)?.to_owned()))
}
