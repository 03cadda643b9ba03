//! A server that ends with the tests, however they end: a shell waits for the end of its standard input, which is ours,
//! and kills its whole process group. The servers' folder goes, too.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SCRIPT: &str = r#"folder=$1; shift
"$@" </dev/null >>"$folder/out.txt" 2>&1 &
read -r _
setsid sh -c 'sleep 1; rm -rf "$1"' sh "$folder" &
sleep 0.3
kill -9 0"#;

/// A server on a leash. It ends with this, at the latest with us.
pub struct Leashed {
    shell: Child,
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

/// Where a program is: in the search path, or in one of Debian's folders.
pub fn program(name: &str, elsewhere: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(elsewhere.iter().map(PathBuf::from));
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
    Leashed { shell: command.spawn().expect("a shell starts") }
}

/// The last lines of what a server said.
pub fn said(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("out.txt")).unwrap_or_default();
    let lines: Vec<_> = text.lines().rev().take(10).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
