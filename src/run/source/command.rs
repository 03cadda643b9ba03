//! A command on this machine, in the environment of one of the stack's instances.

use crate::plan::model::ServiceSpec;
use crate::plan::template::Template;
use crate::run::rendered::rendered;
use crate::stack::os::RUN_VARIABLE;
use crate::stack::{Facts, Instance};
use rustix::process::{Pid, Signal, kill_process_group};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

/// The longest output.
const MOST_OUTPUT: u64 = 256 << 20;
/// How much of what goes to standard error is kept.
const MOST_ERROR: u64 = 16 * 1024;

/// Where a command runs.
pub(in crate::run) struct Place<'a> {
    /// What the stack says of itself.
    pub(in crate::run) facts: &'a Facts,
    /// The service in whose environment it runs, and the instance whose facts it knows.
    pub(in crate::run) service: Option<(&'a ServiceSpec, &'a Instance)>,
    /// Where the plan's relative paths start.
    pub(in crate::run) directory: &'a Path,
    /// The run's id: what outlives us is found by it.
    pub(in crate::run) run: &'a str,
}

/// A command, ready to be run again and again.
#[derive(Clone, Debug)]
pub(in crate::run) struct Command {
    words: Vec<String>,
    environment: Vec<(String, String)>,
    directory: Option<PathBuf>,
}

impl Command {
    /// Fills in the words and the service's environment.
    pub(in crate::run) fn new(words: &[Template], place: &Place<'_>) -> Command {
        let mut facts = place.facts.clone();
        let mut environment = vec![(RUN_VARIABLE.to_owned(), place.run.to_owned())];
        let mut directory = None;
        if let Some((service, instance)) = place.service {
            facts.insert("instance".into(), instance.name.clone());
            facts.insert("index".into(), instance.index.to_string());
            if let Some(address) = instance.address {
                facts.insert("port".into(), address.port().to_string());
            }
            environment.extend(service.env.iter().map(|(name, text)| (name.clone(), rendered(text, &facts))));
            directory = service.directory.as_ref().map(|directory| place.directory.join(directory));
        }
        let words = words.iter().map(|word| rendered(word, &facts)).collect();
        Command { words, environment, directory }
    }

    /// What it writes to standard output. It must end well. Whoever stops waiting ends it, with all that it started.
    pub(in crate::run) async fn output(&self) -> Result<String, String> {
        let (program, arguments) = self.words.split_first().ok_or("the command is empty")?;
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        let child = command.spawn().map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        let mut group = Group { pid: child.id(), child };
        let (output, errors) = (group.child.stdout.take(), group.child.stderr.take());
        let (output, errors) = tokio::join!(take(output, MOST_OUTPUT), take(errors, MOST_ERROR));
        let (output, whole) = output?;
        if !whole {
            return Err(format!("`{program}` wrote more than {MOST_OUTPUT} bytes"));
        }
        let status = group.child.wait().await.map_err(|error| format!("`{program}`: {error}"))?;
        if !status.success() {
            let errors = errors.map(|(text, _)| text).unwrap_or_default();
            let last = errors.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            return Err(format!("`{program}` ended with {status}: {last}"));
        }
        Ok(output)
    }

    /// The number that it writes.
    pub(in crate::run) async fn number(&self) -> Result<f64, String> {
        let output = self.output().await?;
        let text = output.trim();
        text.parse().map_err(|_| {
            let shown: String = text.chars().take(80).collect();
            format!("the command wrote `{shown}`, which is no number")
        })
    }
}

/// Reads to the end, or to the limit; whether that was all. What lies beyond is read and thrown away, so that the writer
/// is not held up.
async fn take(from: Option<impl AsyncRead + Unpin>, most: u64) -> Result<(String, bool), String> {
    let Some(mut from) = from else { return Ok((String::new(), true)) };
    let mut bytes = Vec::new();
    let told = |error: std::io::Error| format!("its output cannot be read: {error}");
    (&mut from).take(most).read_to_end(&mut bytes).await.map_err(told)?;
    let beyond = tokio::io::copy(&mut from, &mut tokio::io::sink()).await.map_err(told)?;
    Ok((String::from_utf8_lossy(&bytes).into_owned(), beyond == 0))
}

/// A process group that ends with whoever waits for it.
struct Group {
    child: Child,
    pid: Option<u32>,
}

impl Drop for Group {
    fn drop(&mut self) {
        // Reaped: its number may belong to somebody else by now.
        if self.child.id().is_none() {
            return;
        }
        let pid = self.pid.and_then(|pid| Pid::from_raw(pid as i32));
        if let Some(pid) = pid {
            // It may have ended by itself just now.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let facts = Facts::from([("run".to_owned(), "/r".to_owned())]);
        let service: ServiceSpec =
            toml::from_str("name = 'node'\nenv = { DB = '${run}/${instance}-${port}.db' }")
                .expect("a service");
        let instance = Instance {
            name: "node-1".into(),
            service: "node".into(),
            index: 1,
            address: Some("127.0.0.1:77".parse().expect("an address")),
            pid: None,
            alive: true,
            container: None,
        };
        let place = Place {
            facts: &facts,
            service: Some((&service, &instance)),
            directory: Path::new("."),
            run: "test",
        };
        let words: Vec<Template> =
            ["sh", "-c", script].iter().map(|word| word.parse().expect("a template")).collect();
        Command::new(&words, &place)
    }

    #[tokio::test]
    async fn it_knows_what_the_instance_knows() {
        let output = shell("echo $DB ${index}; echo $SHAKEDOWN_RUN").output().await;
        assert_eq!(output.as_deref(), Ok("/r/node-1-77.db 1\ntest\n"));
        assert_eq!(shell("echo ' 4.5 '").number().await, Ok(4.5));
    }

    #[tokio::test]
    async fn what_ends_badly_is_told_by_its_last_word() {
        let error = shell("echo 12; echo first >&2; echo no such table >&2; exit 3").number().await;
        assert_eq!(error, Err("`sh` ended with exit status: 3: no such table".into()));
        assert_eq!(
            shell("echo many").number().await,
            Err("the command wrote `many`, which is no number".into())
        );
        let none =
            Command { words: vec!["/no/such/program".into()], environment: Vec::new(), directory: None };
        assert!(none.output().await.expect_err("none").starts_with("`/no/such/program` cannot be started"));
    }

    #[tokio::test]
    async fn whoever_stops_waiting_ends_all_that_it_started() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        // The grandchild holds the pipe open for writing; reading it ends when the grandchild does.
        let script = format!("mkfifo {0} && (exec 9>{0}; sleep 600) & sleep 600", pipe.display());
        let command = shell(&script);
        let opened = async {
            while !pipe.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            // Opening waits for the writer.
            let pipe = pipe.clone();
            tokio::task::spawn_blocking(move || std::fs::File::open(pipe))
                .await
                .expect("joined")
                .expect("opened")
        };
        let mut opened = tokio::select! {
            output = command.output() => panic!("it sleeps: {output:?}"),
            opened = opened => opened,
        };
        let rest =
            tokio::task::spawn_blocking(move || std::io::Read::read_to_end(&mut opened, &mut Vec::new()));
        assert_eq!(rest.await.expect("joined").expect("read"), 0, "the grandchild's end closes it");
    }
}
