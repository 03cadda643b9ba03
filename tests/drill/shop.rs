//! The embedded shop as a deployment that stays up, and a store whose final read is scripted.

use minishop::{NodeArgs, Switches, serve_node};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

/// A node of the embedded shop, in this process. It serves until the test is over.
pub struct Shop {
    pub address: SocketAddr,
    runtime: tokio::runtime::Runtime,
}

impl Shop {
    /// Over this database, with these switches.
    pub fn start(db: &Path, switches: Switches) -> Shop {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        listener.set_nonblocking(true).expect("a socket");
        let arguments =
            NodeArgs { db: db.to_owned(), port: 0, name: "node".into(), products: 20, stock: 1_000_000 };
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            serve_node(arguments, switches, listener, std::future::pending()).await
        });
        Shop { address, runtime }
    }

    /// An honest one, or one that breaks its promises by these switches.
    pub fn with(db: &Path, switches: &[(&str, &str)]) -> Shop {
        let pairs = switches.iter().map(|(name, value)| (format!("MINISHOP_{name}"), (*value).to_owned()));
        Shop::start(db, Switches::from_pairs(pairs).expect("switches"))
    }

    /// How many orders it holds.
    pub fn orders(&self) -> u64 {
        let reply = self.ask("GET", "/audit/summary");
        reply["orders"].as_u64().expect("a number")
    }

    /// Deletes the last so many orders, and not their stock moves.
    pub fn forget(&self, count: u32) {
        self.ask("POST", &format!("/admin/forget?count={count}"));
    }

    fn ask(&self, method: &str, path: &str) -> serde_json::Value {
        let mut socket = TcpStream::connect(self.address).expect("it is there");
        let host = self.address;
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .expect("sent");
        let mut reply = String::new();
        socket.read_to_string(&mut reply).expect("a reply");
        let (_, body) = reply.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).unwrap_or_default()
    }

    /// Takes its place on the same database with other switches.
    pub fn replaced(self, db: &Path, switches: &[(&str, &str)]) -> Shop {
        self.runtime.shutdown_background();
        Shop::with(db, switches)
    }
}

/// A plan that orders from a shop which is there already. `more`: further lines behind everything else.
pub fn plan(address: &str, seed: u64, key: &str, more: &str) -> String {
    format!(
        r#"name = "orders {seed}"
seed = {seed}
[target]
url = "http://{address}"
timeout = "2s"
[load]
rate = "60/s"
for = "1s"
max_lateness = "5s"
[[flow]]
name = "buy"
[[flow.step]]
name = "order"
post = "/orders"
header = {{ Idempotency-Key = "{key}" }}
json = {{ product = "p-00${{int(1..9):product}}", quantity = 1 }}
expect = {{ status = [200, 201] }}
effect = {{ kind = "order", key = "{key}" }}
[[final]]
name = "orders"
get = "/audit/orders?after=${{cursor}}&limit=25"
rows = "$.orders[*]"
wait = "300ms"
within = "2s"
[[invariant]]
id = "not-lost"
check = "acknowledged-not-lost"
effect = "order"
state = "orders"
[[invariant]]
id = "once"
check = "exactly-once"
effect = "order"
state = "orders"
[[invariant]]
id = "asked-for"
check = "no-phantom"
effect = "order"
state = "orders"
{more}
"#
    )
}

/// Keys that are a run's own.
pub const OWN: &str = "${uuid:order}";
