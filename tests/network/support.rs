//! Two network namespaces joined by a cable, servers in the one, a helper in the other.

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use shakedown::netfault::{Answer, Direction, Hello, Order, Part, Selector, Sort, Trouble};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Nothing in a test takes longer than this; reading sockets give up then.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The namespaces' addresses: the helper's is here, the servers are there.
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 1));
pub const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 77, 0, 2));

/// A network namespace of its own.
pub struct Space {
    name: String,
}

impl Space {
    fn make(name: String) -> Space {
        run(&["ip", "netns", "add", &name]);
        let space = Space { name };
        // Addresses are there at once: nobody waits to see whether a neighbour has them.
        space.run(&["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0"]);
        space.run(&["ip", "link", "set", "lo", "up"]);
        space
    }

    /// Does something in a thread that is inside; sockets stay inside for good.
    pub fn inside<T: Send + 'static>(&self, act: impl FnOnce() -> T + Send + 'static) -> T {
        self.spawn(act).join().expect("the thread ends well")
    }

    /// Goes on doing it.
    pub fn spawn<T: Send + 'static>(
        &self,
        act: impl FnOnce() -> T + Send + 'static,
    ) -> std::thread::JoinHandle<T> {
        let file = File::open(format!("/run/netns/{}", self.name)).expect("the namespace");
        std::thread::spawn(move || {
            move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).expect("we may enter");
            act()
        })
    }

    /// The output of a command that must succeed inside.
    pub fn run(&self, words: &[&str]) -> String {
        let mut all = vec!["ip", "netns", "exec", &self.name];
        all.extend(words);
        run(&all)
    }

    /// A helper inside.
    pub fn helper(&self) -> Helper {
        Helper::start(&["ip", "netns", "exec", &self.name])
    }

    /// Everything that a fault could leave behind, without handles and counters.
    pub fn dump(&self) -> String {
        let list = [
            vec!["nft", "-s", "list", "ruleset"],
            vec!["ip", "rule"],
            vec!["ip", "route", "show", "table", "all"],
            vec!["ip", "-o", "addr"],
            vec![
                "sh",
                "-c",
                "sysctl -a --pattern '^net\\.' 2>/dev/null | grep -v -e nf_conntrack_count -e tcp_fastopen_key",
            ],
        ];
        list.iter().map(|words| self.run(words)).collect()
    }

    /// A counter of the kernel: `snmp("Udp", "InCsumErrors")`.
    pub fn snmp(&self, protocol: &str, name: &str) -> u64 {
        let table = self.run(&["cat", "/proc/self/net/snmp"]);
        let mut lines = table.lines().filter(|line| line.starts_with(&format!("{protocol}:")));
        let (names, values) = (lines.next().expect("names"), lines.next().expect("values"));
        let place = names.split_whitespace().position(|word| word == name).expect("the counter");
        values.split_whitespace().nth(place).expect("a value").parse().expect("a number")
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.name]).output();
    }
}

/// The output of a command that must succeed.
pub fn run(words: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new(words[0])
        .args(&words[1..])
        .output()
        .unwrap_or_else(|error| panic!("{words:?}: {error}"));
    assert!(status.success(), "{words:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8_lossy(&stdout).into_owned()
}

/// Why the machine cannot do this, or nothing.
pub fn lacking() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("network namespaces need root".into());
    }
    for program in ["ip", "nft"] {
        if Command::new(program).arg("-V").output().is_err() {
            return Some(format!("the program `{program}` is missing"));
        }
    }
    None
}

/// Whether the machine cannot do it, which is told.
pub fn skipped() -> bool {
    lacking().inspect(|why| crate::skipping::skip(why)).is_some()
}

/// Two namespaces and a cable.
pub struct Pair {
    pub here: Space,
    pub there: Space,
}

impl Pair {
    /// `None`: the machine cannot do it.
    pub fn make() -> Option<Pair> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if skipped() {
            return None;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = |side| format!("sd-packets-{}-{number}-{side}", std::process::id());
        let (here, there) = (Space::make(name("a")), Space::make(name("b")));
        run(&[
            "ip",
            "link",
            "add",
            "v0",
            "netns",
            &here.name,
            "type",
            "veth",
            "peer",
            "name",
            "v0",
            "netns",
            &there.name,
        ]);
        for (space, address) in [(&here, HERE), (&there, THERE)] {
            space.run(&["ip", "addr", "add", &format!("{address}/24"), "dev", "v0"]);
            space.run(&["ip", "link", "set", "v0", "up"]);
        }
        Some(Pair { here, there })
    }

    /// A server there that sends back all that it gets, over TCP; its address.
    pub fn tcp_echo(&self) -> SocketAddr {
        let listener = self.there.inside(|| TcpListener::bind((THERE, 0)).expect("a port"));
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                std::thread::spawn(move || {
                    let mut back = stream.try_clone().expect("a clone");
                    let _ = stream.set_nodelay(true);
                    std::io::copy(&mut stream, &mut back)
                });
            }
        });
        address
    }

    /// The same over UDP. It tells nobody who asks.
    pub fn udp_echo(&self) -> SocketAddr {
        let socket = self.there.inside(|| UdpSocket::bind((THERE, 0)).expect("a port"));
        let address = socket.local_addr().expect("an address");
        std::thread::spawn(move || {
            let mut buffer = [0; 2_048];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                let _ = socket.send_to(&buffer[..length], from);
            }
        });
        address
    }

    pub fn connect(&self, to: SocketAddr) -> TcpStream {
        let stream = self.here.inside(move || TcpStream::connect(to).expect("it answers"));
        stream.set_nodelay(true).expect("no delay of its own");
        stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
        stream
    }

    /// A UDP socket here that talks to this address only.
    pub fn udp(&self, to: SocketAddr) -> UdpSocket {
        let socket = self.here.inside(|| UdpSocket::bind((HERE, 0)).expect("a port"));
        socket.connect(to).expect("an address");
        socket.set_read_timeout(Some(PATIENCE)).expect("a bound");
        socket
    }

    /// A helper here.
    pub fn helper(&self) -> Helper {
        self.here.helper()
    }
}

/// From sending a byte to having it back.
pub fn tcp_trip(stream: &mut TcpStream) -> Duration {
    let begun = Instant::now();
    stream.write_all(b"x").expect("it goes out");
    stream.read_exact(&mut [0]).expect("it comes back");
    begun.elapsed()
}

/// The same with a datagram; `None`: it did not come back in time.
pub fn udp_trip(socket: &UdpSocket) -> Option<Duration> {
    let begun = Instant::now();
    socket.send(b"x").expect("it goes out");
    socket.recv(&mut [0; 8]).ok().map(|_| begun.elapsed())
}

/// The helper program, and what is said to it.
pub struct Helper {
    pub child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Helper {
    /// Started by these words, which run what follows them.
    pub fn start(by: &[&str]) -> Helper {
        let mut words = by.to_vec();
        words.extend([env!("CARGO_BIN_EXE_shakedown"), "net-helper"]);
        let mut child = Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let (input, output) = (child.stdin.take(), child.stdout.take().expect("an output"));
        let mut helper = Helper { child, input, output: BufReader::new(output) };
        let hello: Hello = serde_json::from_str(&helper.line()).expect("a greeting");
        assert_eq!(hello.hello, env!("CARGO_PKG_VERSION"));
        helper
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it says something");
        line
    }

    pub fn ask(&mut self, order: &Order) -> Answer {
        let mut line = serde_json::to_string(order).expect("an order");
        line.push('\n');
        self.input.as_mut().expect("it listens").write_all(line.as_bytes()).expect("it hears");
        serde_json::from_str(&self.line()).expect("an answer")
    }

    /// An order that must be carried out.
    pub fn must(&mut self, order: &Order) -> Answer {
        let answer = self.ask(order);
        assert_eq!(answer.error, None, "{order:?}");
        answer
    }

    pub fn arm(&mut self, parts: Vec<Part>) {
        self.must(&Order::Arm { parts });
    }

    pub fn apply(&mut self, id: &str) {
        self.must(&Order::Apply { id: id.into(), seed: 7 });
    }

    pub fn heal(&mut self, id: &str) -> Answer {
        self.must(&Order::Heal { id: id.into() })
    }

    /// Its input ends, as when the harness dies; returns when it has ended.
    pub fn abandon(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().expect("it ends").success());
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A part that troubles all packets in this direction.
pub fn packets(id: &str, direction: Direction, trouble: Trouble) -> Part {
    some_packets(id, direction, Selector::default(), trouble)
}

/// A part that troubles the packets selected.
pub fn some_packets(id: &str, direction: Direction, only: Selector, trouble: Trouble) -> Part {
    Part { id: id.into(), sort: Sort::Packets { direction, only, trouble } }
}

pub const MS: u64 = 1_000_000;

/// Nothing but a delay.
pub fn delay(millis: u64) -> Trouble {
    Trouble { delay: millis * MS, ..Trouble::default() }
}
