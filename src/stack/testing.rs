//! For tests of stack and chaos: a stack of real processes, and somebody who notes all that it tells.

use super::os::{RUN_VARIABLE, marked, marker};
use super::{Child, Context, Ledger, ProcessStack};
use crate::event::{Clock, Event, EventSink, FaultEvent, Nanos, Sample, SampleSink, StackChange, Timed};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Notes everything.
#[derive(Default)]
pub(crate) struct Notes {
    events: Mutex<Vec<Timed>>,
    samples: Mutex<Vec<Sample>>,
    ledger: Mutex<Vec<String>>,
    /// If set, no child may be born.
    pub ledger_is_full: std::sync::atomic::AtomicBool,
}

impl EventSink for Notes {
    fn emit(&self, time: Nanos, event: Event) {
        self.events.lock().expect("notes").push(Timed { time, event });
    }
}

impl SampleSink for Notes {
    fn sample(&self, sample: Sample) {
        self.samples.lock().expect("notes").push(sample);
    }
}

impl Ledger for Notes {
    fn born(&self, child: &Child) -> Result<(), String> {
        if self.ledger_is_full.load(Ordering::SeqCst) {
            return Err("the disk is full".into());
        }
        self.ledger.lock().expect("notes").push(format!("born {}", child.instance));
        Ok(())
    }
    fn gone(&self, child: &Child) {
        self.ledger.lock().expect("notes").push(format!("gone {}", child.instance));
    }
}

impl Notes {
    pub(crate) fn ledger(&self) -> Vec<String> {
        self.ledger.lock().expect("notes").clone()
    }

    pub(crate) fn samples(&self) -> Vec<Sample> {
        self.samples.lock().expect("notes").clone()
    }

    /// The changes of this instance with their details.
    pub(crate) fn changes(&self, instance: &str) -> Vec<(StackChange, String)> {
        let events = self.events.lock().expect("notes");
        let of_it = events.iter().filter_map(|timed| match &timed.event {
            Event::Stack(event) if event.instance == instance => {
                Some((event.change, event.detail.clone().unwrap_or_default()))
            }
            _ => None,
        });
        of_it.collect()
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        let events = self.events.lock().expect("notes");
        events
            .iter()
            .filter_map(|timed| match &timed.event {
                Event::Note { text } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn faults(&self) -> Vec<(Nanos, FaultEvent)> {
        let events = self.events.lock().expect("notes");
        events
            .iter()
            .filter_map(|timed| match &timed.event {
                Event::Fault(fault) => Some((timed.time, fault.clone())),
                _ => None,
            })
            .collect()
    }
}

/// A stack in a folder of its own.
pub(crate) struct Scene {
    pub stack: Arc<ProcessStack>,
    pub notes: Arc<Notes>,
    pub run: String,
    pub folder: tempfile::TempDir,
}

/// The stack of these services (TOML), with this ledger in place of the notes' own.
pub(crate) fn scene_with(services: &str, ledger: Option<Arc<dyn Ledger>>) -> Scene {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let run = format!("test-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
    let folder = tempfile::tempdir().expect("a folder");
    let notes = Arc::new(Notes::default());
    let clock = Clock::start();
    let context = Context {
        links: None,
        run_name: run.clone(),
        run_id: run.clone(),
        run: folder.path().to_owned(),
        plan_directory: folder.path().to_owned(),
        shakedown: std::env::current_exe().expect("we run"),
        environment: Arc::new(|name| (name == "SECRET").then(|| "s3cret".to_owned())),
        clock,
        events: notes.clone(),
        samples: notes.clone(),
        ledger: ledger.unwrap_or_else(|| notes.clone()),
    };
    let spec = toml::from_str(services).expect("services");
    let stack = Arc::new(ProcessStack::new(&spec, context).expect("a stack"));
    Scene { stack, notes, run, folder }
}

pub(crate) fn scene(services: &str) -> Scene {
    scene_with(services, None)
}

impl Scene {
    /// The living processes of this run.
    pub(crate) fn living(&self) -> Vec<u32> {
        marked(&[marker(RUN_VARIABLE, &self.run)]).iter().map(|stat| stat.pid).collect()
    }

    pub(crate) fn log(&self, instance: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("logs/{instance}.log"))).unwrap_or_default()
    }
}

/// A service that sleeps and has no port.
pub(crate) fn sleepers(instances: u32) -> String {
    format!(
        "[[service]]\nname='node'\ncommand=['sleep','60']\ninstances={instances}\nready={{tcp=false}}\nstop_within='5s'\n"
    )
}

/// A service that serves HTTP: this very test binary, as the helper below.
pub(crate) fn servers(name: &str, instances: u32, extra: &str) -> String {
    format!(
        "[[service]]\nname='{name}'\ninstances={instances}\nready={{http='/health',within='20s'}}\n{extra}\n\
         command=['${{shakedown}}','stack::testing::serve','--exact','--ignored','--nocapture']\n\
         env.TEST_SERVE_PORT='${{port}}'\n"
    )
}

/// Waits until it holds, for 20 s at the most.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..4_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

/// Not a test: the body of the child processes that [`servers`] starts. Answers every request with the status in
/// `TEST_SERVE_STATUS`, 200 otherwise.
#[test]
#[ignore = "the body of child processes of other tests"]
fn serve() {
    use std::io::{Read, Write};
    let Ok(port) = std::env::var("TEST_SERVE_PORT") else { return };
    let status = std::env::var("TEST_SERVE_STATUS").unwrap_or_else(|_| "200 OK".into());
    let port: u16 = port.parse().expect("a port");
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut request = [0_u8; 1024];
        let _ = stream.read(&mut request);
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
}
