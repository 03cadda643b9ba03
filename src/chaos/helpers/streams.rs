//! The proxy beside a helper: what happens to connections that were led away from their port.

use crate::chaos::links::toxin;
use crate::netfault::{Count, Counts, Streams};
use crate::proxy::{Embedded, Proxy, Spec};
use crate::stack::LinkFault;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One proxy for each port; started with the first one.
#[derive(Debug, Default)]
pub struct Proxied {
    engine: Option<Embedded>,
    open: BTreeMap<u16, Served>,
    /// The names of toxics and rules in force, by port and fault.
    in_force: BTreeMap<(u16, String), String>,
}

#[derive(Debug)]
struct Served {
    proxy: Arc<Proxy>,
    to: u16,
    /// Whether it looks at requests.
    http: bool,
}

/// The trouble as a helper is told it.
pub(in crate::chaos) fn told(fault: &LinkFault) -> Result<Value, String> {
    serde_json::to_value(fault).map_err(|error| error.to_string())
}

fn understood(what: &Value) -> Result<LinkFault, String> {
    serde_json::from_value(what.clone()).map_err(|error| format!("this trouble is not understood: {error}"))
}

fn is_http(fault: &LinkFault) -> bool {
    matches!(fault, LinkFault::Http(_))
}

impl Proxied {
    fn served(&self, port: u16) -> Result<&Served, String> {
        self.open.get(&port).ok_or_else(|| format!("connections to port {port} do not lead through a proxy"))
    }

    /// The toxic's or rule's name: chance goes by it, so it holds the strike's seed.
    fn name(id: &str, seed: u64) -> String {
        format!("{id}#{seed:x}")
    }
}

impl Streams for Proxied {
    fn open(&mut self, port: u16, whats: &[&Value]) -> Result<u16, String> {
        let faults = whats.iter().map(|what| understood(what)).collect::<Result<Vec<_>, _>>()?;
        let http = faults.iter().any(is_http);
        if let Some(served) = self.open.get(&port).filter(|served| served.http || !http) {
            return Ok(served.to);
        }
        self.close(port);
        let engine = match self.engine.take() {
            Some(engine) => engine,
            None => Embedded::start(0)?,
        };
        let engine = self.engine.insert(engine);
        let spec = Spec {
            name: port.to_string(),
            // Every address of the namespace, any port: connections arrive by whatever network they came.
            listen: String::new(),
            upstream: format!("*:{port}"),
            enabled: true,
            // Where nobody listens behind us the client is reset, which is next to being refused.
            refuse_when_down: true,
            http,
            ..Spec::default()
        };
        let opened = engine.wait(async {
            let proxy = engine.proxies().add(spec).await.map_err(|error| error.message)?;
            let listen = proxy.view().await.spec.listen;
            Ok::<_, String>((proxy, listen))
        });
        let (proxy, listen) = opened.unwrap_or_else(|| Err("the proxy is ending".into()))?;
        let to = listen.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let to = to.ok_or_else(|| format!("the proxy listens at `{listen}`, which has no port"))?;
        self.open.insert(port, Served { proxy, to, http });
        Ok(to)
    }

    fn close(&mut self, port: u16) {
        if let (Some(engine), Some(_)) = (&self.engine, self.open.remove(&port)) {
            // It is there, since it was open.
            let _ = engine.wait(engine.proxies().remove(&port.to_string()));
        }
        self.in_force.retain(|(of, _), _| *of != port);
    }

    fn apply(&mut self, port: u16, id: &str, seed: u64, what: &Value) -> Result<(), String> {
        let name = Proxied::name(id, seed);
        let proxy = &self.served(port)?.proxy;
        match understood(what)? {
            LinkFault::Toxic(toxic) => {
                proxy.add_toxic(toxin::toxic(&name, &toxic)?).map_err(|error| error.message)?;
            }
            LinkFault::Http(http) => {
                proxy.set_rule(toxin::rule(&name, &http)?).map_err(|error| error.message)?;
            }
        }
        self.in_force.insert((port, id.to_owned()), name);
        Ok(())
    }

    fn counts(&self, port: u16, id: &str) -> Counts {
        let name = self.in_force.get(&(port, id.to_owned()));
        let tally = name.and_then(|name| self.open.get(&port)?.proxy.tally(name));
        match tally {
            Some(tally) => {
                let arriving = Count { seen: tally.seen, struck: tally.struck, ..Count::default() };
                Counts { arriving, ..Counts::default() }
            }
            None => Counts { uncounted: Some("its proxy has it no more".into()), ..Counts::default() },
        }
    }

    fn heal(&mut self, port: u16, id: &str) -> Result<(), String> {
        if let Some(name) = self.in_force.remove(&(port, id.to_owned())) {
            let proxy = &self.served(port)?.proxy;
            // It is the one or the other; the one that it is not is not there.
            let _ = (proxy.remove_toxic(&name), proxy.remove_rule(&name));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    fn echo() -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || {
                    let mut back = stream.try_clone().expect("a clone");
                    std::io::copy(&mut &stream, &mut back)
                });
            }
        });
        port
    }

    fn what(toml: &str) -> Value {
        let table: toml::Table = toml::from_str(toml).expect("a fault");
        let fault = match (table.get("toxic"), table.get("http")) {
            (Some(toxic), _) => LinkFault::Toxic(toxic.clone().try_into().expect("a toxic")),
            (_, Some(http)) => LinkFault::Http(http.clone().try_into().expect("a rule")),
            _ => panic!("{toml}"),
        };
        told(&fault).expect("told")
    }

    fn trip(stream: &mut TcpStream) -> Duration {
        let begun = Instant::now();
        let mut back = [0; 4];
        stream.write_all(b"ping").and_then(|()| stream.read_exact(&mut back)).expect("an echo");
        assert_eq!(&back, b"ping");
        begun.elapsed()
    }

    #[test]
    fn a_live_connection_meets_the_trouble_and_is_rid_of_it() {
        let port = echo();
        let late = what("toxic={type='latency',attributes={latency=150}}");
        let mut proxied = Proxied::default();
        let to = proxied.open(port, &[&late]).expect("open");
        let mut stream = TcpStream::connect(("127.0.0.1", to)).expect("it answers");
        trip(&mut stream);
        proxied.apply(port, "late", 7, &late).expect("applied");
        assert!(trip(&mut stream) >= Duration::from_millis(150));
        proxied.heal(port, "late").expect("healed");
        proxied.heal(port, "late").expect("healed already");
        let healed = (0..5).map(|_| trip(&mut stream)).min().expect("trips");
        assert!(healed < Duration::from_millis(150), "{healed:?}");
    }

    #[test]
    fn a_port_stays_where_it_is_until_requests_are_to_be_looked_at() {
        let port = echo();
        let late = what("toxic={type='latency',attributes={latency=1}}");
        let busy = what("http={status=503}");
        let mut proxied = Proxied::default();
        let to = proxied.open(port, &[&late]).expect("open");
        assert_eq!(proxied.open(port, &[&late]), Ok(to));
        proxied.open(port, &[&late, &busy]).expect("another one");
        let served = proxied.served(port).expect("served");
        assert!(served.http);
        proxied.close(port);
        assert!(proxied.apply(port, "busy", 1, &busy).expect_err("closed").contains("do not lead"));
    }

    #[test]
    fn nonsense_is_not_understood() {
        let error = Proxied::default().open(1, &[&serde_json::json!({"cheese": 1})]).expect_err("nonsense");
        assert!(error.contains("not understood"), "{error}");
    }
}
