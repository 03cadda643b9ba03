//! The server behind, the clients before, and what a thread has used.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Instant;

const BULK: usize = 2 << 30;
const CLIENTS: usize = 32;
const REQUESTS: usize = 3_000;
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const BULK_REQUEST: &[u8] = b"GET /bulk HTTP/1.1\r\nHost: x\r\n\r\n";
const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers small requests, and one that asks for much.
pub struct Server {
    pub address: SocketAddr,
}

impl Server {
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || serve(stream));
            }
        });
        Server { address }
    }
}

fn serve(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("a socket");
    let mut asked = [0; 256];
    while let Ok(length @ 1..) = stream.read(&mut asked) {
        if asked[..length] != *BULK_REQUEST {
            if stream.write_all(REPLY).is_err() {
                return;
            }
            continue;
        }
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BULK}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("a head");
        let piece = vec![7; 256 * 1024];
        for _ in 0..BULK / piece.len() {
            if stream.write_all(&piece).is_err() {
                return;
            }
        }
    }
}

/// One stream: GB/s.
pub fn bulk(address: SocketAddr) -> f64 {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all(BULK_REQUEST).expect("a request");
    let mut piece = vec![0; 256 * 1024];
    let began = Instant::now();
    let mut got = 0;
    while got < BULK {
        let length = stream.read(&mut piece).expect("data");
        assert!(length > 0, "it ends early");
        got += length;
    }
    got as f64 / began.elapsed().as_secs_f64() / 1e9
}

/// Small requests on many connections: µs of CPU that the threads of this name used for each.
pub fn requests(address: SocketAddr, thread: &str) -> f64 {
    let before = cpu(thread);
    let clients: Vec<_> = (0..CLIENTS).map(|_| std::thread::spawn(move || client(address))).collect();
    for client in clients {
        client.join().expect("a client");
    }
    (cpu(thread) - before) * 1e6 / (CLIENTS * REQUESTS) as f64
}

fn client(address: SocketAddr) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let mut reply = [0; REPLY.len()];
    for _ in 0..REQUESTS {
        stream.write_all(REQUEST).expect("a request");
        stream.read_exact(&mut reply).expect("a reply");
    }
}

/// Seconds that this process's threads of a name have run (`schedstat`: nanoseconds on the processor).
fn cpu(name: &str) -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").expect("threads").flatten();
    let named = threads.filter(|thread| {
        std::fs::read_to_string(thread.path().join("comm")).is_ok_and(|comm| comm.trim() == name)
    });
    let nanos = named.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e9
}
