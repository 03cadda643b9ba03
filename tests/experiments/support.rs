//! A folder of its own for each experiment, and the program run in it.

use serde_json::Value;
use shakedown::record::Record;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// One experiment's folder: plan, reports, state.
pub struct Lab {
    folder: tempfile::TempDir,
}

/// What came of a run.
pub struct Finished {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// The run folder.
    pub folder: PathBuf,
}

impl Lab {
    pub fn new() -> Lab {
        Lab { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// The program with its state and reports in this folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a plan's text to its end.
    pub fn run(&self, plan: &str, arguments: &[&str]) -> Finished {
        let file = self.file("plan.toml", plan);
        self.run_file(&file, arguments)
    }

    /// Runs a plan's file to its end.
    pub fn run_file(&self, plan: &Path, arguments: &[&str]) -> Finished {
        let plan = plan.to_string_lossy();
        let mut all = vec!["run", &plan, "--json"];
        all.extend(arguments);
        self.finished(self.command(&all).output().expect("the program runs"))
    }

    /// Starts a plan's text and leaves it running.
    pub fn start(&self, plan: &str) -> Child {
        let file = self.file("plan.toml", plan);
        self.command(&["run", &file.to_string_lossy(), "--json"]).spawn().expect("the program starts")
    }

    /// What a finished process left.
    pub fn finished(&self, output: Output) -> Finished {
        Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            folder: self.newest_folder().unwrap_or_default(),
        }
    }

    /// The run folder that was made last.
    pub fn newest_folder(&self) -> Option<PathBuf> {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(self.path().join("reports"))
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        folders.sort_by_key(|folder| std::fs::metadata(folder).and_then(|data| data.modified()).ok());
        folders.pop()
    }
}

impl Finished {
    /// The verdict.
    pub fn verdict(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    /// The objective with this id.
    pub fn objective(&self, id: &str) -> Value {
        let verdict = self.verdict();
        let objectives = verdict["objectives"].as_array().expect("objectives");
        objectives
            .iter()
            .find(|objective| objective["id"] == id)
            .unwrap_or_else(|| panic!("no `{id}` in {verdict:#}"))
            .clone()
    }

    /// The record.
    pub fn record(&self) -> Record {
        Record::open(&self.folder).expect("a record")
    }

    /// Fails the test with everything that was printed, unless the code is this.
    #[track_caller]
    pub fn expect_code(&self, code: i32) {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
    }
}

/// The example server, built beside the tests: of the whole workspace, as CI builds them, or every crate of which another
/// member wants more would be compiled once more.
pub fn steady_server() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--example", "steady_server"])
        .args((!cfg!(debug_assertions)).then_some("--release"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("cargo runs");
    assert!(built.success(), "the example server does not build");
    let program = Path::new(env!("CARGO_BIN_EXE_shakedown"));
    program.with_file_name("examples").join("steady_server")
}

/// A stack of one steady server.
pub fn steady_stack(delay_ms: u32, mode: &str) -> String {
    format!(
        r#"
[stack]
kind = "processes"
[[stack.service]]
name = "server"
command = ["{}", "--port", "${{port}}", "--delay-ms", "{delay_ms}", "--mode", "{mode}"]
ready = {{ http = "/health", within = "5s" }}
[target]
url = "http://${{server.address}}"
"#,
        steady_server().display()
    )
}

/// One flow of one step.
pub const ONE_STEP: &str = r#"
[[flow]]
name = "one"
[[flow.step]]
name = "get"
get = "/"
expect = { status = 200 }
"#;

/// The processes that still carry a marker in their command line.
pub fn processes_with(marker: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().chars().all(|c| c.is_ascii_digit()))
        .filter_map(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            let state = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            let dead = state.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'));
            let text = String::from_utf8_lossy(&line).replace('\0', " ");
            (!dead && text.contains(marker)).then_some(text)
        })
        .collect()
}
