//! The containers of the tests of network faults. Port 7000 sends back what it gets (TCP, UDP); port 7001 takes lines:
//! `trip HOST` tells how long a byte to HOST:7000 and back takes, on a connection that is kept for the next time;
//! `name HOST` looks a name up. Port 7002 speaks HTTP: `POST /orders` takes an order, `GET /orders` tells how many there are.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

fn main() {
    thread::spawn(|| {
        let socket = UdpSocket::bind("0.0.0.0:7000").unwrap();
        let mut buffer = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..length], from);
        }
    });
    thread::spawn(|| serve(7000, |stream| {
        stream.set_nodelay(true).unwrap();
        let mut back = stream.try_clone().unwrap();
        let _ = std::io::copy(&mut &stream, &mut back);
    }));
    thread::spawn(|| serve(7002, orders));
    serve(7001, |stream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let mut kept = HashMap::new();
        let mut stream = stream;
        while let Some(Ok(line)) = lines.next() {
            let answer = match line.split_once(' ') {
                Some(("trip", host)) => trip(&mut kept, host),
                Some(("name", host)) => name(host),
                _ => "what?".into(),
            };
            if writeln!(stream, "{answer}").is_err() {
                return;
            }
        }
    });
}

static ORDERS: AtomicU32 = AtomicU32::new(0);

/// Requests of one connection, which is kept.
fn orders(stream: TcpStream) {
    let mut input = BufReader::new(stream.try_clone().unwrap());
    let mut output = stream;
    loop {
        let (mut first, mut length) = (String::new(), 0);
        let mut line = String::new();
        while input.read_line(&mut line).is_ok_and(|read| read > 0) && line != "\r\n" {
            if first.is_empty() {
                first = line.clone();
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            line.clear();
        }
        if first.is_empty() || input.read_exact(&mut vec![0; length]).is_err() {
            return;
        }
        if first.starts_with("POST /orders") {
            ORDERS.fetch_add(1, Ordering::SeqCst);
        }
        let body = ORDERS.load(Ordering::SeqCst).to_string();
        let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        if output.write_all(reply.as_bytes()).is_err() {
            return;
        }
    }
}

fn serve(port: u16, each: fn(TcpStream)) {
    for stream in TcpListener::bind(("0.0.0.0", port)).unwrap().incoming().flatten() {
        thread::spawn(move || each(stream));
    }
}

/// Milliseconds, or `lost`: nothing came back within half a second.
fn trip(kept: &mut HashMap<String, TcpStream>, host: &str) -> String {
    if !kept.contains_key(host) {
        let Some(address) = (host, 7000).to_socket_addrs().ok().and_then(|mut all| all.next()) else {
            return "unknown".into();
        };
        let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else { return "lost".into() };
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        kept.insert(host.into(), stream);
    }
    let stream = kept.get_mut(host).unwrap();
    let begun = Instant::now();
    // What comes late is an answer to an earlier byte.
    let sent = begun.elapsed().as_nanos() as u8 | 1;
    let done = stream.write_all(&[sent]).and_then(|()| stream.read_exact(&mut [0]));
    match done {
        Ok(()) => begun.elapsed().as_millis().to_string(),
        Err(_) => {
            kept.remove(host);
            "lost".into()
        }
    }
}

/// The code of a look-up and the milliseconds that it took, by a question of our own: no resolver's patience or cache.
fn name(host: &str) -> String {
    let server = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let server = server.lines().find_map(|line| line.strip_prefix("nameserver ")).unwrap_or("127.0.0.11").to_owned();
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(800))).unwrap();
    let mut question = vec![1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in host.split('.') {
        question.push(label.len() as u8);
        question.extend(label.bytes());
    }
    question.extend([0, 0, 1, 0, 1]);
    let begun = Instant::now();
    if socket.send_to(&question, (server.trim(), 53)).is_err() {
        return "unsent 0".into();
    }
    let mut answer = [0; 512];
    match socket.recv(&mut answer) {
        Ok(_) => format!("{} {}", answer[3] & 0xf, begun.elapsed().as_millis()),
        Err(_) => "none 800".into(),
    }
}
