//! One Redis for all tests, with a number for each.

use super::{free_port, leash, within};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::TcpStream;
use std::time::Duration;

pub struct Redis {
    pub port: u16,
    _leash: leash::Leashed,
}

impl Redis {
    /// Starts one, if it is on this machine.
    pub fn start(more: &[&str]) -> Result<Redis, String> {
        let program =
            leash::program("redis-server", &[]).ok_or("there is no Redis (Debian: redis-server)")?;
        let folder = leash::folder("redis");
        let port = free_port().to_string();
        let mut arguments = vec!["--port", &port, "--bind", "127.0.0.1", "--save", "", "--databases", "200"];
        arguments.extend(more);
        let arguments: Vec<&OsStr> = arguments.into_iter().map(OsStr::new).collect();
        let leashed = leash::start(&program, &arguments, &folder, &BTreeMap::new(), None);
        let redis = Redis { port: port.parse().expect("a number"), _leash: leashed };
        let ask = || TcpStream::connect(("127.0.0.1", redis.port)).ok();
        within(Duration::from_secs(10), "Redis comes up", ask);
        Ok(redis)
    }
}
