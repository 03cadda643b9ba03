//! A server that ends with the tests, however they end: a shell waits for the end of its standard input, which is ours,
//! and kills its whole process group. The servers' folder goes, too. A server that ends too early leaves a note.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SCRIPT: &str = r#"folder=$1; shift
{ "$@" </dev/null >>"$folder/out.txt" 2>&1; echo "it ended with status $?" >"$folder/ended.txt"; } &
read -r _
setsid sh -c 'sleep 1; rm -rf "$1"' sh "$folder" &
sleep 0.3
kill -9 0"#;

/// A server on a leash. It ends with this, at the latest with us.
pub struct Leashed {
    shell: Child,
    folder: PathBuf,
}

impl Leashed {
    /// Waits until it answers; an error with the end of what it said when it ends instead, or takes longer than this.
    pub fn answers(&self, name: &str, bound: Duration, mut ask: impl FnMut() -> bool) -> Result<(), String> {
        let until = Instant::now() + bound;
        while !ask() {
            let ended = std::fs::read_to_string(self.folder.join("ended.txt")).ok();
            let late =
                || (Instant::now() >= until).then(|| format!("no answer within {} s", bound.as_secs()));
            if let Some(why) = ended.or_else(late) {
                return Err(format!("{name} does not come up ({}): {}", why.trim(), said(&self.folder)));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        // The end of its input is what the shell waits for.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

/// A folder for one server.
pub fn folder(name: &str) -> PathBuf {
    tempfile::Builder::new().prefix(&format!("refshop-{name}-")).tempdir().expect("a folder").keep()
}

/// Where a program is: in one of these folders, or in the search path.
pub fn program(name: &str, first: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = first.iter().map(PathBuf::from).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join(name)).find(|file| file.exists())
}

/// Starts a program on a leash; `user`: as whom, where we are root and it must not be.
pub fn start(
    program: &Path,
    arguments: &[&OsStr],
    folder: &Path,
    environment: &BTreeMap<&str, String>,
    user: Option<u32>,
) -> Leashed {
    let mut command = Command::new("sh");
    command.args(["-c", SCRIPT, "sh"]).arg(folder).arg(program).args(arguments);
    command.envs(environment).current_dir(folder).stdin(Stdio::piped()).process_group(0);
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    Leashed { shell: command.spawn().expect("a shell starts"), folder: folder.to_owned() }
}

/// Runs a program to its end, within this time; an error with what it said when it fails.
pub fn run(command: &mut Command, bound: Duration) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
    let mut complaints = child.stderr.take().expect("piped");
    let reading = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = complaints.read_to_string(&mut text);
        text
    });
    let until = Instant::now() + bound;
    loop {
        match child.try_wait().map_err(|error| format!("{name}: {error}"))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("{name}: {status}: {}", reading.join().unwrap_or_default())),
            None if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{name} has not ended within {} s", bound.as_secs()));
            }
        }
    }
}

/// The last lines of what a server said.
fn said(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("out.txt")).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(10).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
