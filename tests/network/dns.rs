//! Look-ups refused, unanswered, delayed; with a server elsewhere, and with one behind the loopback interface as Docker's is.

use crate::support::{Pair, THERE};
use shakedown::netfault::{LookUp, Part, Sort};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

fn fault(names: &[&str], becomes: LookUp) -> Part {
    let names = names.iter().map(|name| (*name).to_owned()).collect();
    Part { id: "names".into(), sort: Sort::Dns { names, becomes } }
}

fn query(name: &str, id: u8) -> Vec<u8> {
    let mut message = vec![0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend(label.bytes());
    }
    message.extend([0, 0, 1, 0, 1]);
    message
}

/// Answers every question with "no error" and nothing more.
fn serve(socket: UdpSocket) {
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            buffer[2] |= 0x80;
            let _ = socket.send_to(&buffer[..length], from);
        }
    });
}

/// The code of the answer and how long it took; `None`: none came within half a second.
fn look_up(socket: &UdpSocket, name: &str, id: u8) -> Option<(u8, Duration)> {
    let begun = Instant::now();
    socket.send(&query(name, id)).expect("it goes out");
    let mut buffer = [0; 512];
    loop {
        let length = socket.recv(&mut buffer).ok()?;
        if buffer[1] == id {
            assert!(length >= 12 && buffer[2] & 0x80 != 0, "an answer");
            return Some((buffer[3] & 0xf, begun.elapsed()));
        }
    }
}

fn asker(pair: &Pair, server: SocketAddr) -> UdpSocket {
    let socket = pair.here.inside(move || {
        let socket = UdpSocket::bind("0.0.0.0:0").expect("a port");
        socket.connect(server).expect("an address");
        socket
    });
    socket.set_read_timeout(Some(Duration::from_millis(500))).expect("a bound");
    socket
}

/// Every action, on a socket that lives through all of it as some resolvers' sockets do.
fn all_actions(pair: &Pair, server: SocketAddr) {
    let socket = asker(pair, server);
    let code = |name, id| look_up(&socket, name, id).map(|(code, _)| code);
    assert_eq!(code("db.shop", 1), Some(0));
    for (place, (becomes, expected)) in
        [(LookUp::Refused, Some(5)), (LookUp::NoSuchName, Some(3)), (LookUp::Dropped, None)]
            .into_iter()
            .enumerate()
    {
        let id = 10 * (place as u8 + 1);
        let mut helper = pair.helper();
        helper.arm(vec![fault(&["db.shop"], becomes)]);
        assert_eq!(code("db.shop", id), Some(0), "armed is not applied");
        helper.apply("names");
        assert_eq!(code("db.shop", id + 1), expected, "{becomes:?}");
        assert_eq!(code("pg-1.DB.shop", id + 2), expected, "names below it are meant too");
        assert_eq!(code("web.shop", id + 3), Some(0), "others are not");
        let count = helper.heal("names").counts["names"].leaving;
        assert_eq!((count.seen, count.struck, count.lost, count.no_room), (3, 2, 2, 0));
        assert_eq!(code("db.shop", id + 4), Some(0), "healed");
        // A socket that asks for the first time while the fault is on must not suffer from it later either.
        let fresh = asker(pair, server);
        helper.apply("names");
        assert_eq!(look_up(&fresh, "db.shop", id + 5).map(|(code, _)| code), expected);
        helper.heal("names");
        assert_eq!(look_up(&fresh, "db.shop", id + 6).map(|(code, _)| code), Some(0), "{becomes:?}");
    }
    let mut helper = pair.helper();
    helper.arm(vec![fault(&[], LookUp::Delayed(200_000_000))]);
    helper.apply("names");
    let (code, took) = look_up(&socket, "anything", 99).expect("an answer");
    assert!(code == 0 && took >= Duration::from_millis(200), "{code} {took:?}");
}

#[test]
fn with_a_server_elsewhere() {
    let Some(pair) = Pair::make() else { return };
    serve(pair.there.inside(|| UdpSocket::bind((THERE, 53)).expect("the port")));
    all_actions(&pair, SocketAddr::new(THERE, 53));
}

#[test]
fn with_a_server_behind_the_loopback_interface_as_dockers_is() {
    let Some(pair) = Pair::make() else { return };
    let server = pair.here.inside(|| UdpSocket::bind("127.0.0.11:0").expect("a port"));
    let port = server.local_addr().expect("an address").port();
    serve(server);
    // The very rules that Docker lays in a container's namespace.
    let rules = format!(
        "table ip dockers {{
           chain output {{ type nat hook output priority -100; ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:{port}; }}
           chain post {{ type nat hook postrouting priority 100; ip saddr 127.0.0.11 udp sport {port} snat to :53; }}
         }}"
    );
    pair.here.run(&["nft", &rules]);
    all_actions(&pair, "127.0.0.11:53".parse().expect("an address"));
}
