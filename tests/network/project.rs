//! A Compose project of three services, and what is seen of it from outside.

use crate::support::{lacking, run};
use crate::waiting;
use shakedown::chaos::helpers::{Helpers, InContainers, helper_image, sketches};
use shakedown::chaos::{Controller, Journal, StateDir};
use shakedown::event::{Clock, Event, EventSink, FaultEvent, FaultStage, Nanos, Sample, SampleSink};
use shakedown::plan::model::{FaultSpec, StackSpec};
use shakedown::stack::docker::engine::{Address, Engine};
use shakedown::stack::docker::preflight;
use shakedown::stack::{Context, NoLedger, Stack};
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

const IMAGE: &str = "sd-packets-server:1";

/// Keeps the events of faults.
#[derive(Default)]
pub struct Notes {
    all: Mutex<Vec<FaultEvent>>,
    /// One more was told.
    more: Notify,
}

impl EventSink for Notes {
    fn emit(&self, _: Nanos, event: Event) {
        if let Event::Fault(fault) = event {
            self.all.lock().expect("notes").push(fault);
            self.more.notify_waiters();
        }
    }
}

impl SampleSink for Notes {
    fn sample(&self, _: Sample) {}
}

/// The project, up and attached to; taken down with the test.
pub struct Project {
    pub name: String,
    /// Where it was brought up by us; it is taken down then.
    subnet: Option<String>,
    engine: Engine,
    stack: Arc<dyn Stack>,
    notes: Arc<Notes>,
    folder: tempfile::TempDir,
}

/// One test at a time: the containers share two processors.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

impl Project {
    /// `None`, and told, where the machine has no engine or lacks something else.
    pub async fn up(name: &str) -> Option<(Project, tokio::sync::MutexGuard<'static, ()>)> {
        let turn = TURN.lock().await;
        let address = Address::from_environment(&|name| std::env::var(name).ok());
        let engine = match (lacking(), Engine::connect(&address).await) {
            (Some(why), _) => Err(why),
            (None, Err(error)) => Err(error.to_string()),
            (None, Ok(engine)) => Ok(engine),
        };
        let engine = match engine {
            Ok(engine) => engine,
            Err(why) => {
                crate::skipping::skip(&why);
                return None;
            }
        };
        server_image(&engine).await;
        let digits: u32 = name.bytes().fold(11, |sum, byte| (sum * 31 + u32::from(byte)) % 251);
        let subnet = format!("10.{}.{digits}", 128 + std::process::id() % 64);
        let name = format!("sd-packets-{name}-{}", std::process::id());
        compose(&name, &subnet, &["up", "-d"]);
        let mut project = Project::attach(&name).await;
        project.subnet = Some(subnet);
        Some((project, turn))
    }

    /// One that runs already.
    pub async fn attach(name: &str) -> Project {
        let address = Address::from_environment(&|name| std::env::var(name).ok());
        let engine = Engine::connect(&address).await.expect("the engine");
        let notes = Arc::new(Notes::default());
        let spec: StackSpec =
            toml::from_str(&format!("kind='compose'\nproject='{name}'\nattach=true")).expect("a stack");
        let stack = preflight(&spec, name, context(&notes)).await.expect("the project is there");
        stack.up().await.expect("all is ready");
        let folder = tempfile::tempdir().expect("a folder");
        Project { name: name.to_owned(), subnet: None, engine, stack: Arc::new(stack), notes, folder }
    }

    /// The address of a service's only container.
    pub async fn address(&self, service: &str) -> IpAddr {
        let all = self.engine.of_project(&self.name).await.expect("the engine answers");
        let one = all.iter().find(|one| one.service() == Some(service)).expect("the container");
        one.networks.values().find_map(|network| network.address).expect("an address")
    }

    pub async fn talk(&self, service: &str) -> Talk {
        Talk::to(SocketAddr::new(self.address(service).await, 7001))
    }

    pub async fn pid(&self, service: &str) -> u32 {
        let all = self.engine.of_project(&self.name).await.expect("the engine answers");
        all.iter().find(|one| one.service() == Some(service)).and_then(|one| one.pid).expect("it runs")
    }

    /// Everything that a fault could leave behind in a service's network namespace.
    pub async fn dump(&self, service: &str) -> String {
        let pid = self.pid(service).await.to_string();
        let inside = |words: &[&str]| {
            let mut all = vec!["nsenter", "-t", &pid, "-n"];
            all.extend(words);
            run(&all)
        };
        [
            inside(&["nft", "-s", "list", "ruleset"]),
            inside(&["ip", "rule"]),
            inside(&["ip", "-o", "addr"]),
            inside(&["ip", "route", "show", "table", "all"]),
        ]
        .concat()
    }

    /// No helper of this project is there any more, soon.
    pub async fn helpers_end(&self, within: Duration) {
        let labels = [format!("shakedown.project={}", self.name), "shakedown.helper".to_owned()];
        waiting::within(within, "no helper is left", async || {
            self.engine.with_labels(&labels).await.expect("the engine answers").is_empty()
        })
        .await;
    }

    pub fn compose(&self, arguments: &[&str]) {
        compose(&self.name, self.subnet.as_deref().unwrap_or_default(), arguments);
    }

    /// A controller with these faults, helpers standing ready. Faults are `at = "0s"` and last until they are healed.
    pub async fn armed(&self, faults: &str) -> Armed {
        let plan: toml::Table = toml::from_str(faults).expect("faults");
        let specs: Vec<FaultSpec> = plan["fault"].clone().try_into().expect("faults");
        let program = Path::new(env!("CARGO_BIN_EXE_shakedown"));
        let image =
            helper_image(&self.engine, None, program, &|text| println!("{text}")).await.expect("an image");
        let instances = self.stack.instances();
        let reach = Arc::new(InContainers::new(Arc::clone(&self.stack), image, self.name.clone()));
        let helpers = Arc::new(Helpers::new(reach, sketches(&specs, &instances).expect("sketches")));
        let notes = helpers.prepare(&instances).await.expect("helpers");
        let state = StateDir::at(self.folder.path());
        let journal = Arc::new(Journal::begin(&state, &self.name, "run").expect("a journal"));
        let clock = Clock::start();
        let controller = Controller::new(
            &specs,
            7,
            Arc::clone(&self.stack),
            journal,
            clock,
            Arc::clone(&self.notes) as Arc<dyn EventSink>,
        )
        .expect("faults")
        .with_helpers(Some(Arc::clone(&helpers)));
        Armed {
            notes,
            controller: Arc::new(controller),
            helpers,
            told: Arc::clone(&self.notes),
            clock,
            running: None,
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if let Some(subnet) = &self.subnet {
            compose(&self.name, subnet, &["down", "-v", "-t", "1"]);
        }
    }
}

/// Faults that are ready to strike.
pub struct Armed {
    controller: Arc<Controller>,
    pub helpers: Arc<Helpers>,
    /// What arming them had to say.
    pub notes: Vec<String>,
    told: Arc<Notes>,
    clock: Clock,
    running: Option<(tokio::task::JoinHandle<()>, tokio::sync::watch::Sender<bool>)>,
}

impl Armed {
    /// They strike; returns when all are in force.
    pub async fn strike(&mut self) {
        let number = self.controller.active();
        // The project's earlier faults are among the events too.
        let applied =
            |notes: &[FaultEvent]| notes.iter().filter(|one| one.stage == FaultStage::Applied).count();
        let before = applied(&self.events());
        let (cancel, cancelled) = tokio::sync::watch::channel(false);
        let (controller, start) = (Arc::clone(&self.controller), self.clock.now());
        let end = start + Nanos::from_secs_f64(600.0);
        self.running =
            Some((tokio::spawn(async move { controller.run(start, end, cancelled).await }), cancel));
        self.until("applied", |notes| applied(notes) > before).await;
        assert!(self.controller.active() > number, "{:?}", self.events());
    }

    /// Waits for an event.
    pub async fn until(&self, what: &str, seen: impl Fn(&[FaultEvent]) -> bool) {
        let all_seen = async {
            loop {
                // Asked for before the look: what is told in between is not missed.
                let more = self.told.more.notified();
                let events = self.events();
                if seen(&events) {
                    return;
                }
                assert!(!events.iter().any(|one| one.stage == FaultStage::ApplyFailed), "{events:?}");
                more.await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(20), all_seen).await;
        assert!(in_time.is_ok(), "not {what}: {:?}", self.events());
    }

    pub fn events(&self) -> Vec<FaultEvent> {
        self.told.all.lock().expect("notes").clone()
    }

    /// They are healed; what is said of it.
    pub async fn heal(mut self) -> Option<String> {
        self.controller.heal_all().await.expect("healed");
        if let Some((running, cancel)) = self.running.take() {
            cancel.send_replace(true);
            running.await.expect("it ends");
        }
        self.helpers.end().await;
        let healed = self.events().into_iter().rfind(|one| one.stage == FaultStage::Healed);
        healed.expect("told").detail
    }
}

/// A container that does what it is told.
pub struct Talk {
    stream: BufReader<TcpStream>,
}

impl Talk {
    fn to(address: SocketAddr) -> Talk {
        let mut stream = None;
        waiting::blocking::eventually(&format!("{address} takes connections"), || {
            stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok();
            stream.is_some()
        });
        let stream = stream.expect("it is there");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a bound");
        Talk { stream: BufReader::new(stream) }
    }

    fn say(&mut self, line: &str) -> String {
        writeln!(self.stream.get_mut(), "{line}").expect("it hears");
        let mut answer = String::new();
        self.stream.read_line(&mut answer).expect("it answers");
        answer.trim().to_owned()
    }

    /// Milliseconds to a service and back on a connection that is kept; `None`: lost.
    pub fn trip(&mut self, to: &str) -> Option<u64> {
        let answer = self.say(&format!("trip {to}"));
        (answer != "lost").then(|| answer.parse().unwrap_or_else(|_| panic!("{answer}")))
    }

    /// The code of a look-up and its milliseconds; `None`: no answer.
    pub fn name(&mut self, name: &str) -> Option<(u8, u64)> {
        let answer = self.say(&format!("name {name}"));
        let (code, took) = answer.split_once(' ').expect("two words");
        (code != "none").then(|| (code.parse().expect(code), took.parse().expect(took)))
    }
}

fn compose(project: &str, subnet: &str, arguments: &[&str]) {
    let plugin = Command::new("docker").args(["compose", "version"]).output();
    let mut command = if plugin.is_ok_and(|ended| ended.status.success()) {
        let mut command = Command::new("docker");
        command.arg("compose");
        command
    } else {
        Command::new("docker-compose")
    };
    let file = folder().join("compose.yaml");
    command.arg("-f").arg(file).args(["-p", project]).args(arguments).env("SUBNET", subnet);
    let ended = command.output().expect("Compose runs");
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/network/project")
}

fn context(notes: &Arc<Notes>) -> Context {
    Context {
        links: None,
        run_name: format!("packets-{}", std::process::id()),
        run_id: format!("packets-{}", std::process::id()),
        run: std::env::temp_dir(),
        plan_directory: folder(),
        shakedown: PathBuf::from(env!("CARGO_BIN_EXE_shakedown")),
        environment: Arc::new(|name| std::env::var(name).ok()),
        clock: Clock::start(),
        events: Arc::clone(notes) as Arc<dyn EventSink>,
        samples: Arc::clone(notes) as Arc<dyn SampleSink>,
        ledger: Arc::new(NoLedger),
    }
}

/// Builds the server and makes an image of it, once for all tests of this process.
async fn server_image(engine: &Engine) {
    static ONCE: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    ONCE.get_or_init(|| async {
        let folder_ = tempfile::tempdir().expect("a folder");
        let (program, tar) = (folder_.path().join("server"), folder_.path().join("server.tar"));
        let built = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["--edition", "2024", "-C", "opt-level=1", "-C", "target-feature=+crt-static", "-o"])
            .arg(&program)
            .arg(folder().join("server.rs"))
            .status();
        assert!(built.expect("rustc runs").success(), "the server is built");
        run(&[
            "tar",
            "-cf",
            tar.to_str().expect("a path"),
            "-C",
            folder_.path().to_str().expect("a path"),
            "server",
        ]);
        engine.import_image(IMAGE, &tar, &["ENTRYPOINT [\"/server\"]".to_owned()]).await.expect("an image");
    })
    .await;
}
