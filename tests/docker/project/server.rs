//! The program of the test project's containers: a small HTTP server, and the commands that tests run beside it.
//!
//! Standard library only, built static, alone in its image. `server` serves on 0.0.0.0:8080; `server healthcheck`,
//! `server touch PATH` and `server rm PATH` are for the engine.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::sync::Mutex;
use std::time::Duration;

static EATEN: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let well = match words.as_slice() {
        [] => return serve(),
        ["healthcheck"] => get("127.0.0.1:8080").is_some_and(|reply| reply.contains(" 200 ")),
        ["touch", path] => std::fs::write(path, "x").is_ok(),
        ["rm", path] => std::fs::remove_file(path).is_ok(),
        other => {
            eprintln!("last words: there is no {other:?}");
            false
        }
    };
    std::process::exit(i32::from(!well));
}

fn serve() {
    let listener = TcpListener::bind("0.0.0.0:8080").expect("the port is free");
    println!("serving");
    for stream in listener.incoming().flatten() {
        std::thread::spawn(move || answer(stream));
    }
}

fn answer(mut stream: TcpStream) {
    let mut request = [0; 2048];
    let Ok(length) = stream.read(&mut request) else { return };
    let text = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = text.split(' ').nth(1).unwrap_or("/").to_owned();
    let (question, value) = path.split_once('?').unwrap_or((&path, ""));
    let body = match question {
        "/" => Some(std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default()),
        "/unwell" => std::fs::write("/unwell", "x").ok().map(|()| "unwell".to_owned()),
        "/health" => (!std::path::Path::new("/unwell").exists()).then(|| "well".to_owned()),
        "/there" => std::path::Path::new(value).exists().then(|| "there".to_owned()),
        "/file" => std::fs::read_to_string(value).ok(),
        "/peer" => get(value).map(|_| "reached".to_owned()),
        "/eat" => eat(value.parse().unwrap_or(0)),
        "/die" => std::process::exit(value.parse().unwrap_or(3)),
        _ => None,
    };
    let (status, body) = match body {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", String::new()),
    };
    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
}

/// Keeps so many MiB of memory that is really there.
fn eat(mib: usize) -> Option<String> {
    let mut eaten = EATEN.lock().ok()?;
    for number in 0..mib {
        eaten.push(vec![number as u8 | 1; 1 << 20]);
    }
    Some(eaten.len().to_string())
}

fn get(address: &str) -> Option<String> {
    let address = address.to_socket_addrs().ok()?.next()?;
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(1))).ok()?;
    write!(stream, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").ok()?;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).ok()?;
    Some(reply)
}
