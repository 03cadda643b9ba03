//! A harness that vanishes or panics leaves nothing broken: its sentinel heals, or, with the sentinel gone too, `heal` does.
//!
//! The harness is this very test binary, running the ignored test below as a process of its own.

use crate::dump::dump;
use crate::kinds::{KINDS, is_felt};
use crate::support::{Notes, Project, context, engine, eventually, project_folder};
use crate::waiting::came_true;
use rustix::process::{Pid, Signal, kill_process};
use shakedown::chaos::{Controller, Journal, Lock, Sentinel, StateDir, leftovers};
use shakedown::event::{Clock, Nanos};
use shakedown::plan::model::FaultSpec;
use shakedown::stack::Stack;
use shakedown::stack::docker::preflight;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How soon nothing may be left.
const WITHIN: Duration = Duration::from_secs(2);
/// What makes the harness panic.
const PANIC: &str = "panic";

pub fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_shakedown"))
}

/// Not a test: the harness. Applies one fault to a project that runs, says so and waits to be killed, or told to panic.
#[test]
#[ignore = "the body of child processes of other tests"]
fn harness() {
    let variable = |name: &str| std::env::var(name).ok();
    let (Some(folder), Some(project), Some(fault)) =
        (variable("TEST_STATE"), variable("TEST_PROJECT"), variable("TEST_FAULT"))
    else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(act(Path::new(&folder), &project, &fault));
}

async fn act(folder: &Path, project: &str, fault: &str) {
    assert!(project_folder().is_dir());
    let state = StateDir::at(folder);
    let _lock = Lock::acquire(&state, project, "harness").expect("free");
    let run = format!("harness-{}", std::process::id());
    let journal = Arc::new(Journal::begin(&state, project, &run).expect("a journal"));
    let sentinel = Sentinel::spawn(&program(), journal.path(), &run).expect("a sentinel");
    let (clock, notes) = (Clock::start(), Arc::new(Notes::default()));
    let spec = toml::from_str(&format!("kind='compose'\nproject='{project}'\nattach=true")).expect("a stack");
    let stack = preflight(&spec, project, context(clock, &notes)).await.expect("the project is there");
    let stack: Arc<dyn Stack> = Arc::new(stack);
    stack.up().await.expect("all is ready");
    let fault: FaultSpec = toml::from_str(&format!("id='it'\nat='0s'\n{fault}")).expect("a fault");
    let controller = Controller::new(&[fault], 1, stack, journal, clock, notes).expect("a controller");
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    let start = clock.now();
    let mut output = std::io::stdout().lock();
    writeln!(output, "\nREADY {}", sentinel.pid()).and_then(|()| output.flush()).expect("somebody listens");
    let told_to_panic = tokio::task::spawn_blocking(|| {
        std::io::stdin().lines().map_while(Result::ok).any(|line| line == PANIC)
    });
    tokio::select! {
        () = controller.run(start, start + Nanos(120_000_000_000), cancel) => {}
        Ok(true) = told_to_panic => panic!("as it was told to"),
    }
}

pub struct Harness {
    process: Child,
    sentinel: u32,
    pub folder: tempfile::TempDir,
}

impl Harness {
    pub fn start(project: &Project, fault: &str) -> Harness {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(std::env::current_exe().expect("we run"))
            .args(["vanish::harness", "--exact", "--ignored", "--nocapture"])
            .env("TEST_STATE", folder.path().join("shakedown"))
            .env("TEST_PROJECT", &project.name)
            .env("TEST_FAULT", fault)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("we start ourselves");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let ready = output.lines().map_while(Result::ok).find(|line| line.starts_with("READY "));
        let ready = ready.expect("the harness is ready");
        let sentinel = ready.trim_start_matches("READY ").trim().parse().expect("a pid");
        Harness { process, sentinel, folder }
    }

    pub fn vanish(&mut self) {
        self.process.kill().expect("it is ours");
        self.process.wait().expect("it ends");
    }

    fn panic(&mut self) {
        let stdin = self.process.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{PANIC}").expect("it listens");
        assert!(!self.process.wait().expect("it ends").success());
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether something of it is left that the engine's description does not show: what a command did.
async fn still_felt(project: &Project, kind: &str) -> bool {
    kind == "exec" && is_felt(project, kind).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_each_kind_nothing_is_left() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "vanish").await;
    let slowest = ended_during_each_kind(&project, Harness::vanish).await;
    // Two seconds are demanded of a machine that has time for it.
    if std::env::var_os("SHAKEDOWN_TIMED").is_some() {
        assert!(slowest < WITHIN, "{slowest:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panicking_during_each_kind_nothing_is_left() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "panic").await;
    ended_during_each_kind(&project, Harness::panic).await;
}

/// Ends the harness during each kind; returns the longest time until all was as before.
async fn ended_during_each_kind(project: &Project, end: fn(&mut Harness)) -> Duration {
    let before = dump(project).await;
    let mut slowest = Duration::ZERO;
    for kind in KINDS {
        let mut harness = Harness::start(project, kind.fault);
        eventually(&format!("{} is felt", kind.name), async || is_felt(project, kind.name).await).await;
        end(&mut harness);
        let as_before = async || dump(project).await == before && !still_felt(project, kind.name).await;
        let Some(took) = came_true(Duration::from_secs(20), as_before).await else {
            assert_eq!(dump(project).await, before, "{}", kind.name);
            panic!("{}: its effect is left", kind.name);
        };
        println!("{}: as before {took:?} after the harness had ended", kind.name);
        slowest = slowest.max(took);
        project.settled().await;
    }
    slowest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_sentinel_killed_too_heal_leaves_nothing() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "heal").await;
    let before = dump(&project).await;
    for kind in KINDS {
        let mut harness = Harness::start(&project, kind.fault);
        eventually(&format!("{} is felt", kind.name), async || is_felt(&project, kind.name).await).await;
        let sentinel = Pid::from_raw(harness.sentinel as i32).expect("a pid");
        kill_process(sentinel, Signal::KILL).expect("it is there");
        harness.vanish();
        eventually(&format!("{}: nobody has healed it", kind.name), async || {
            is_felt(&project, kind.name).await
        })
        .await;
        let state = StateDir::at(harness.folder.path().join("shakedown"));
        let left = leftovers(&state, &project.name).expect("the engine answers");
        assert!(!left.is_empty(), "{}", kind.name);
        let heal = || {
            let ended = Command::new(program())
                .args(["heal", &project.name])
                .env("XDG_STATE_HOME", harness.folder.path())
                .output()
                .expect("it runs");
            (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
        };
        let (code, said) = heal();
        assert_eq!(code, Some(0), "{}: {said}", kind.name);
        assert!(said.contains("fault `it`"), "{}: {said}", kind.name);
        assert_eq!(dump(&project).await, before, "{}: {said}", kind.name);
        assert!(!still_felt(&project, kind.name).await, "{}: {said}", kind.name);
        assert!(heal().1.contains("nothing to heal"), "{}: the second time", kind.name);
        project.settled().await;
    }
}

/// The engine is stopped and started in between: see `.ci/engine-restart`, which says how. Everything else that uses the
/// engine would break, so it runs by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "stops the Docker engine; `.ci/engine-restart` runs it"]
async fn the_engine_was_away() {
    let Some(engine) = engine().await else { return };
    let shell = |name: &str| {
        let command = std::env::var(name).unwrap_or_else(|_| panic!("{name} says how"));
        assert!(
            Command::new("bash").args(["-c", &command]).status().expect("a shell").success(),
            "{command}"
        );
    };
    let project = Project::up(&engine, "away").await;
    let before = dump(&project).await;
    for kind in KINDS.iter().filter(|kind| ["kill", "cpus", "disconnect", "remove"].contains(&kind.name)) {
        let mut harness = Harness::start(&project, kind.fault);
        eventually(&format!("{} is felt", kind.name), async || is_felt(&project, kind.name).await).await;
        shell("ENGINE_STOP");
        harness.vanish();
        // Nothing is waited for: so long the sentinel finds no engine.
        tokio::time::sleep(Duration::from_secs(3)).await;
        shell("ENGINE_START");
        eventually("the engine answers", async || engine.memory_of_machine().await.is_ok()).await;
        let began = Instant::now();
        let state = StateDir::at(harness.folder.path().join("shakedown"));
        eventually(&format!("{} is healed", kind.name), async || {
            leftovers(&state, &project.name).expect("a journal").is_empty()
        })
        .await;
        println!("{}: healed {:?} after the engine answered again", kind.name, began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(5), "{}", kind.name);
        // The engine has stopped all containers on its way down, and does not start them again by itself.
        project.compose(&["--profile", "full", "up", "-d"]);
        project.settled().await;
        assert_eq!(dump(&project).await, before, "{}", kind.name);
    }
}
