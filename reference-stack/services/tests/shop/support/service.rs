//! One process of `refshop`. It ends with the test.

use super::client::{self, Reply};
use super::{Scene, eventually};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};

/// Machines that run tests are slow at times: what is not about time has time.
const PATIENCE: [(&str, &str); 10] = [
    ("DATABASE_CONNECT_MS", "10000"),
    ("DATABASE_TIMEOUT_MS", "10000"),
    ("DATABASE_WAIT_MS", "5000"),
    ("BROKER_TIMEOUT_MS", "20000"),
    ("REDIS_CONNECT_MS", "5000"),
    ("CACHE_TIMEOUT_MS", "5000"),
    ("SESSION_TIMEOUT_MS", "5000"),
    ("REPLICA_TIMEOUT_MS", "10000"),
    ("STEP_TIMEOUT_MS", "5000"),
    ("REQUEST_TIMEOUT_MS", "20000"),
];

pub struct Service {
    pub address: SocketAddr,
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Service {
    /// Starts a role and waits until it is ready.
    pub fn start(scene: &Scene, role: &str, environment: &[(&str, &str)]) -> Service {
        let service = Service::begin(scene, role, environment);
        eventually(&format!("{role} is ready"), || {
            let reply = client::request(service.address, "GET", "/health/ready", &[], None);
            reply.is_ok_and(|reply| reply.status == 200).then_some(())
        });
        service
    }

    /// Starts a role and waits until it has its address.
    pub fn begin(scene: &Scene, role: &str, environment: &[(&str, &str)]) -> Service {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refshop"));
        command.arg(role).env_clear().stdout(Stdio::piped()).stderr(Stdio::inherit());
        command.env("LISTEN", "127.0.0.1:0").env("INSTANCE", format!("{role}-under-test"));
        command.env("DATABASE_WRITE_URL", scene.database()).env("REDIS_URL", scene.redis());
        command.env("AMQP_URLS", scene.broker()).env("DRAIN_MS", "50");
        command.envs(PATIENCE).envs(environment.iter().copied());
        let mut child = command.spawn().expect("refshop starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                kept.lock().expect("no panic").push(line);
            }
        });
        let address = eventually(&format!("{role} has an address"), || {
            let lines = log.lock().expect("no panic");
            let told = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            told.filter(|line| line["message"] == "bound")
                .find_map(|line| line["address"].as_str()?.parse().ok())
        });
        Service { address, child, log }
    }

    /// Runs a role that must end by itself; how it ended, and its log.
    pub fn ends(
        scene: Option<&Scene>,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> (ExitStatus, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_refshop"));
        command.args(arguments).env_clear();
        if let Some(scene) = scene {
            command.env("DATABASE_WRITE_URL", scene.database()).env("AMQP_URLS", scene.broker());
        }
        let mut child =
            command.envs(environment.iter().copied()).stdout(Stdio::piped()).spawn().expect("refshop starts");
        // What it says fits into the pipe.
        let status = eventually("the process ends by itself", || child.try_wait().expect("ours"));
        let mut log = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut log).expect("text");
        (status, log)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn get(&self, path: &str) -> Reply {
        client::get(self.address, path)
    }

    pub fn send(&self, method: &str, path: &str, body: Value) -> Reply {
        client::request(self.address, method, path, &[], Some(&body)).expect("a reply")
    }

    /// All rows of an audit, page by page.
    pub fn audit(&self, path: &str) -> Vec<Value> {
        let mark = if path.contains('?') { '&' } else { '?' };
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let reply = self.get(&format!("{path}{mark}after={cursor}&limit=100"));
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
            rows.extend(reply.body["rows"].as_array().expect("rows").iter().cloned());
            match reply.body["next"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return rows,
            }
        }
    }

    /// The value of a counter in `/metrics`; 0 where it is not told.
    pub fn metric(&self, name: &str) -> u64 {
        let text = self.get("/metrics").text;
        let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        found.unwrap_or(0)
    }

    /// Sends a signal, by the system's own `kill`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end.
    pub fn ended(&mut self) -> ExitStatus {
        eventually("the process ends", || self.child.try_wait().expect("ours"))
    }

    pub fn log(&self) -> Vec<Value> {
        let lines = self.log.lock().expect("no panic");
        lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let lines = self.log.lock().map(|lines| lines.join("\n")).unwrap_or_default();
            eprintln!("the log of {}:\n{lines}", self.address);
        }
    }
}
