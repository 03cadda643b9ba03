//! What tests of the whole program share: a folder of their own, the program run in it, a server that replies.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod waiting;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// A folder of its own, with reports and state in it.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("a file");
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program, in this folder. What a CI system sets for its own jobs is not there, nor is a Docker engine: what needs
    /// none must be the same on a machine without.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env_remove("GITHUB_WORKSPACE");
        command
    }

    /// Runs it to its end: code, standard output, standard error.
    pub fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&self.command(arguments).output().expect("the program runs"))
    }

    /// A run of this plan.
    pub fn plan(&self, text: &str) -> (i32, String, String) {
        self.file("plan.toml", text);
        self.run(&["run", "plan.toml"])
    }

    /// The run folders in a folder, by name.
    pub fn runs(&self, folder: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path().join(folder)).expect("a folder");
        let mut all: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.join("run.json").is_file())
            .collect();
        all.sort();
        all
    }
}

/// What became of the program.
pub fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A plan without any promise, at nobody.
pub const PLAN: &str = r#"name = "small"
[target]
url = "http://127.0.0.1:1"
[load]
rate = "10/s"
for = "1s"
[[flow]]
name = "one"
[[flow.step]]
name = "get"
get = "/"
"#;

/// A server on a free port that answers every request for a path by status and body. Gives its address.
pub fn replies(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || serve(socket, &*answer));
        }
    });
    address
}

fn serve(mut socket: TcpStream, answer: &dyn Fn(&str) -> (u16, String)) {
    let mut lines = BufReader::new(socket.try_clone().expect("a socket")).lines();
    while let Some(Ok(first)) = lines.next() {
        // The rest of the head; none of our requests has a body.
        if !lines.by_ref().map_while(Result::ok).any(|line| line.is_empty()) {
            return;
        }
        let (status, body) = answer(first.split(' ').nth(1).unwrap_or_default());
        let written = write!(socket, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if written.is_err() {
            return;
        }
    }
}
