//! The sentinel: the same program in a session of its own, that puts things right when we vanish.
//!
//! It reads a pipe whose other end only we hold, close-on-exec. When we end, however we end, the pipe ends; unless we
//! said `clean` before, the sentinel reverts what the journal says.

mod watch;

pub use watch::sentinel_main;

use crate::stack::os::RUN_VARIABLE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The word that ends the sentinel's work in peace.
const CLEAN: &str = "clean\n";
/// The word by which it says that it watches.
const READY: &str = "ready\n";
const READY_WITHIN: Duration = Duration::from_secs(10);
const GOES_WITHIN: Duration = Duration::from_secs(5);

/// A sentinel at work. Dropping it without [`Sentinel::release`] is the same as vanishing: it reverts.
#[derive(Debug)]
pub struct Sentinel {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Sentinel {
    /// Starts it, and waits until it watches. `exe` is this program; the journal has begun. Blocks.
    pub fn spawn(exe: &Path, journal: &Path, run: &str) -> Result<Sentinel, String> {
        let trouble = |what: &str| {
            format!("the sentinel {what}; without it nothing is broken, since nobody could heal it")
        };
        let journal =
            std::path::absolute(journal).map_err(|error| trouble(&format!("has no journal: {error}")))?;
        let mut child = Command::new(exe)
            .arg("sentinel")
            .arg("--journal")
            .arg(&journal)
            .args(["--run", run])
            // If we run inside another run, its sentinel must not end ours before ours has done its work.
            .env_remove(RUN_VARIABLE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| trouble(&format!("cannot be started as `{}`: {error}", exe.display())))?;
        let (pipe, said) = (child.stdin.take(), child.stdout.take());
        // From here on dropping it ends it.
        let mut sentinel = Sentinel { child, pipe };
        match said.map(first_line) {
            Some(Ok(line)) if line == READY => Ok(sentinel),
            Some(Err(reason)) => {
                Err(trouble(&format!("does not watch: {reason}{}", sentinel.end_in_words())))
            }
            _ => Err(trouble(&format!("does not watch{}", sentinel.end_in_words()))),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still watches; the error says how it ended. A run that has lost its sentinel injects nothing more.
    pub fn check(&mut self) -> Result<(), String> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                Err(format!("the sentinel has ended ({status}); nobody would heal in our place"))
            }
            Err(error) => Err(format!("the sentinel cannot be asked: {error}")),
        }
    }

    /// Tells it that nothing is left to heal, and waits until it has gone. Blocks. The error says that it was gone
    /// already, or does not go.
    pub fn release(mut self) -> Result<(), String> {
        self.check()?;
        if let Some(mut pipe) = self.pipe.take() {
            pipe.write_all(CLEAN.as_bytes())
                .map_err(|error| format!("the sentinel cannot be told: {error}"))?;
        }
        let deadline = Instant::now() + GOES_WITHIN;
        while Instant::now() < deadline {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(format!("the sentinel ended badly: {status}")),
                Ok(None) => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => return Err(format!("the sentinel cannot be waited for: {error}")),
            }
        }
        Err(format!("the sentinel (pid {}) does not go", self.child.id()))
    }

    fn end_in_words(&mut self) -> String {
        match self.child.try_wait() {
            Ok(Some(status)) => format!(" (it ended: {status})"),
            _ => String::new(),
        }
    }
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        // Its pipe ends, and it does its work. It is not waited for: it may outlive us.
        self.pipe = None;
        let _ = self.child.try_wait();
    }
}

fn first_line(mut pipe: ChildStdout) -> Result<String, String> {
    let deadline = Instant::now() + READY_WITHIN;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec { tv_sec: left.as_secs() as _, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(&pipe, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Err(format!("it said nothing within {READY_WITHIN:?}")),
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
    let mut line = String::new();
    BufReader::new(&mut pipe).read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line)
}
