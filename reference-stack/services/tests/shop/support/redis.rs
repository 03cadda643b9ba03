//! One Redis for all tests, with a number for each; and more of them for who wants to lose one.

use super::{Lack, free_port, leash};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub struct Redis {
    pub port: u16,
    _leash: leash::Leashed,
}

impl Redis {
    /// Starts one, if it is on this machine.
    pub fn start(more: &[&str]) -> Result<Redis, Lack> {
        let program = leash::program("redis-server", &[]);
        let program = program.ok_or_else(|| Lack::missing("Redis (Debian: redis-server)"))?;
        let folder = leash::folder("redis");
        let port = free_port().to_string();
        let mut arguments = vec!["--port", &port, "--bind", "127.0.0.1", "--save", "", "--databases", "200"];
        arguments.extend(more);
        let arguments: Vec<&OsStr> = arguments.into_iter().map(OsStr::new).collect();
        let leashed = leash::start(&program, &arguments, &folder, &BTreeMap::new(), None);
        let port: u16 = port.parse().expect("a number");
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        leashed.answers("Redis", Duration::from_secs(20), listens).map_err(Lack::Broken)?;
        Ok(Redis { port, _leash: leashed })
    }

    /// What it answers to a command.
    pub fn says(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it is there");
        stream.write_all(format!("{command}\r\n").as_bytes()).expect("it listens");
        // It says no more when it has said nothing for a while.
        stream.set_read_timeout(Some(Duration::from_millis(300))).expect("not zero");
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// A Sentinel that watches a primary named `shop`, alone.
pub struct Sentinel(Redis);

impl Sentinel {
    pub fn watching(primary: u16) -> Sentinel {
        let folder = leash::folder("sentinel");
        let file = folder.join("sentinel.conf");
        let text = format!(
            "sentinel monitor shop 127.0.0.1 {primary} 1\nsentinel down-after-milliseconds shop 500\n\
             sentinel failover-timeout shop 2000\n"
        );
        std::fs::write(&file, text).expect("the folder can be written");
        let port = free_port();
        let program = leash::program("redis-server", &[]).expect("it is on this machine");
        let number = port.to_string();
        let words = ["--sentinel", "--port", &number, "--bind", "127.0.0.1"].map(OsStr::new);
        let arguments: Vec<&OsStr> = std::iter::once(file.as_os_str()).chain(words).collect();
        let leashed = leash::start(&program, &arguments, &folder, &BTreeMap::new(), None);
        let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        leashed.answers("the Sentinel", Duration::from_secs(20), listens).expect("a Sentinel");
        Sentinel(Redis { port, _leash: leashed })
    }

    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// What it answers to a command.
    pub fn says(&self, command: &str) -> String {
        self.0.says(command)
    }
}
