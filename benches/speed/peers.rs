//! The other tools.

use super::measure::{Run, run};
use super::nginx::Nginx;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long one measurement lasts, in seconds.
pub const SECONDS: u32 = 4;

/// What is there to compare with.
pub struct Peers {
    wrk: bool,
    oha: Option<PathBuf>,
    goose: Option<PathBuf>,
}

impl Peers {
    /// Looks for the peers, and installs what can be installed.
    pub fn find() -> Peers {
        let peers =
            Peers { wrk: present_or_installed("wrk", "wrk"), oha: oha(), goose: example("goose_peer") };
        for (there, name, how) in [
            (peers.wrk, "wrk", "Debian: apt-get install wrk"),
            (peers.oha.is_some(), "oha", "cargo install oha"),
            (peers.goose.is_some(), "Goose", "cargo build --release --example goose_peer"),
        ] {
            if !there {
                println!("speed: {name} is left out; {how}");
            }
        }
        peers
    }

    /// wrk: one thread, 50 connections.
    pub fn wrk(&self, nginx: &Nginx) -> Option<Run> {
        let (url, time) = (nginx.url(), format!("{SECONDS}s"));
        self.wrk
            .then(|| run(&["wrk", "-t1", "-c50", "-d", &time, &url], |text| before(text, " requests in ")))?
    }

    /// oha: 50 connections, no live view.
    pub fn oha(&self, nginx: &Nginx) -> Option<Run> {
        let program = self.oha.as_ref()?.to_string_lossy().into_owned();
        let (url, time) = (nginx.url(), format!("{SECONDS}s"));
        let command =
            [program.as_str(), "--no-tui", "-c", "50", "-z", &time, "--output-format", "json", &url];
        run(&command, |text| {
            let json: serde_json::Value = serde_json::from_str(text).ok()?;
            json["statusCodeDistribution"]["200"].as_u64()
        })
    }

    /// Goose as its book has it: 50 users, one transaction.
    pub fn goose(&self, nginx: &Nginx) -> Option<Run> {
        let program = self.goose.as_ref()?.to_string_lossy().into_owned();
        let time = format!("{SECONDS}s");
        run(&[&program, &nginx.url(), &time], |text| before(text, " requests"))
    }
}

/// The number in front of a text.
fn before(text: &str, mark: &str) -> Option<u64> {
    text.split(mark).next()?.split_whitespace().last()?.parse().ok()
}

/// Whether a program is there, after trying to install its Debian package.
pub fn present_or_installed(program: &str, package: &str) -> bool {
    let present = || {
        Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if present() {
        return true;
    }
    println!("speed: installing {package}");
    let _ = Command::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends", package])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    present()
}

/// oha from the path, else built once below `target/`.
fn oha() -> Option<PathBuf> {
    if Command::new("oha")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
    {
        return Some(PathBuf::from("oha"));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    let program = root.join("bin/oha");
    if !program.exists() {
        println!("speed: building oha (once)");
        let _ = Command::new("cargo")
            .args(["install", "--quiet", "--locked", "oha", "--root"])
            .arg(&root)
            .status();
    }
    program.exists().then_some(program)
}

/// An example of this package, in release, built if need be. Our own build optimises Goose little, to be quick; a peer is
/// measured at its best.
fn example(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = Command::new("cargo")
        .args(["build", "--release", "--quiet", "--example", name])
        .args(["--config", "profile.release.package.goose.opt-level=3"])
        .current_dir(root)
        .status()
        .is_ok_and(|status| status.success());
    // Beside our own program, wherever cargo was told to build.
    let program = Path::new(env!("CARGO_BIN_EXE_shakedown")).with_file_name("examples").join(name);
    (built && program.exists()).then_some(program)
}
