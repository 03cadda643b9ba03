//! `refshop healthcheck`: the image has no shell, so the binary asks itself whether it lives.

use crate::environment::Environment;
use crate::server;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

const WITHIN: Duration = Duration::from_secs(2);

/// 0 if the service of this container answers `/health/live` with 200, else 1.
pub fn run(environment: &Environment) -> ExitCode {
    match server::listen_address(environment) {
        Ok(address) if lives(address) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn lives(listening: SocketAddr) -> bool {
    let address = match listening.ip().is_unspecified() {
        true => SocketAddr::from((Ipv4Addr::LOCALHOST, listening.port())),
        false => listening,
    };
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect_timeout(&address, WITHIN)?;
        stream.set_read_timeout(Some(WITHIN))?;
        stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(&head == b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}
