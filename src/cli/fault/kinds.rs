//! The kinds of faults as they are typed, and what each says in a plan's words.

use super::Common;
use toml::{Table, Value};

/// What is done.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Kind {
    /// Kill it (SIGKILL, or another signal), and start it again at the end.
    Kill {
        /// The signal: `TERM`, `INT`, `HUP`, …
        #[arg(long)]
        signal: Option<String>,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Stop it in order, and start it again at the end.
    Stop(Common),
    /// Stop it in order and start it again at once.
    Restart(Common),
    /// Freeze it, and let it run on at the end.
    Pause(Common),
    /// Remove the container, and make it again at the end.
    Remove(Common),
    /// Take it out of its networks, and put it back at the end.
    Disconnect(Common),
    /// Change the number of a service's instances, and put it back at the end.
    Scale {
        /// The number.
        #[arg(long, value_name = "NUMBER")]
        to: u32,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Give it less processor or memory.
    Limit {
        /// Processors, in cores: `0.5`.
        #[arg(long)]
        cpus: Option<f64>,
        /// Memory: `64MiB`.
        #[arg(long)]
        memory: Option<String>,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Run a command in it, and another one at the end.
    Exec {
        /// The command; no shell reads it, quotes hold words together: `sh -c 'rm /tmp/*'`.
        #[arg(long, value_name = "COMMAND")]
        run: String,
        /// The command that undoes it. Without one it is over at once.
        #[arg(long, value_name = "COMMAND")]
        undo: Option<String>,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Delay, lose, change, reorder or slow its packets.
    Packets {
        /// What happens.
        #[command(flatten)]
        trouble: PacketTrouble,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Cut the targets off from others.
    Partition {
        /// From these services or instances. May be repeated.
        #[arg(long, value_name = "NAME", required = true)]
        from: Vec<String>,
        /// The others still hear the targets; the targets do not hear them.
        #[arg(long)]
        one_way: bool,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Let its look-ups fail.
    Dns {
        /// `refuse`, `nxdomain`, `drop` or `delay`.
        #[arg(long, default_value = "refuse")]
        action: String,
        /// Only this name, and all below it. May be repeated.
        #[arg(long = "name", value_name = "NAME")]
        names: Vec<String>,
        /// With `--action delay`: so much later.
        #[arg(long)]
        delay: Option<String>,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Answer requests to one of its ports wrongly, late or not at all.
    Http {
        /// What happens.
        #[command(flatten)]
        trouble: HttpTrouble,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
    /// Put a toxic of Toxiproxy's on connections to one of its ports.
    Toxic {
        /// What happens.
        #[command(flatten)]
        trouble: ToxicTrouble,
        /// Whom, and how long.
        #[command(flatten)]
        common: Common,
    },
}

/// Trouble for packets.
#[derive(Clone, Debug, clap::Args)]
pub struct PacketTrouble {
    /// So much later: `100ms`.
    #[arg(long)]
    pub delay: Option<String>,
    /// Up to so much later still.
    #[arg(long)]
    pub jitter: Option<String>,
    /// This share is lost: `1%`.
    #[arg(long)]
    pub loss: Option<String>,
    /// In this share one bit is changed.
    #[arg(long)]
    pub corrupt: Option<String>,
    /// This share overtakes the others.
    #[arg(long)]
    pub reorder: Option<String>,
    /// No more than this per second: `128KB`.
    #[arg(long)]
    pub rate: Option<String>,
    /// `in`, `out` or `both`.
    #[arg(long)]
    pub direction: Option<String>,
    /// Only packets from or to this service or instance. May be repeated.
    #[arg(long = "peer", value_name = "NAME")]
    pub peers: Vec<String>,
    /// Only packets from or to this port.
    #[arg(long)]
    pub port: Option<u16>,
}

/// Trouble for requests.
#[derive(Clone, Debug, clap::Args)]
pub struct HttpTrouble {
    /// The container's own port.
    #[arg(long)]
    pub port: u16,
    /// Only paths that begin so.
    #[arg(long)]
    pub path: Option<String>,
    /// Only this method.
    #[arg(long)]
    pub method: Option<String>,
    /// This share of the requests: `5%`.
    #[arg(long)]
    pub share: Option<String>,
    /// They are answered with this status and go no further.
    #[arg(long)]
    pub status: Option<u16>,
    /// With this body.
    #[arg(long)]
    pub body: Option<String>,
    /// They are answered so much later.
    #[arg(long)]
    pub delay: Option<String>,
    /// They are carried out, and the reply is dropped.
    #[arg(long)]
    pub drop_reply: bool,
}

/// Trouble for connections.
#[derive(Clone, Debug, clap::Args)]
pub struct ToxicTrouble {
    /// The container's own port.
    #[arg(long)]
    pub port: u16,
    /// `latency`, `bandwidth`, `slow_close`, `timeout`, `reset_peer`, `slicer`, `limit_data` or `fail_first`.
    #[arg(long = "type", value_name = "TYPE")]
    pub kind: String,
    /// `upstream` or `downstream`.
    #[arg(long)]
    pub stream: Option<String>,
    /// The share of connections that it strikes.
    #[arg(long, value_name = "SHARE")]
    pub toxicity: Option<String>,
    /// An attribute: `latency=100`. May be repeated.
    #[arg(long = "set", value_name = "NAME=NUMBER", value_parser = attribute)]
    pub attributes: Vec<(String, f64)>,
}

fn attribute(text: &str) -> Result<(String, f64), String> {
    let parts = text.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    parts.ok_or_else(|| "write it like `latency=100`".to_owned())
}

/// A command's words: at spaces, but for those within quotes.
fn words(command: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut open, mut quote) = (false, None);
    for c in command.chars() {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                if !open {
                    words.push(String::new());
                    open = true;
                }
            }
            (None, _) if c.is_whitespace() => open = false,
            _ => {
                if !open {
                    words.push(String::new());
                    open = true;
                }
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

impl Kind {
    /// The word of the plan.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Kind::Kill { .. } => "kill",
            Kind::Stop(_) => "stop",
            Kind::Restart(_) => "restart",
            Kind::Pause(_) => "pause",
            Kind::Remove(_) => "remove",
            Kind::Disconnect(_) => "disconnect",
            Kind::Scale { .. } => "scale",
            Kind::Limit { .. } => "limit",
            Kind::Exec { .. } => "exec",
            Kind::Packets { .. } => "packets",
            Kind::Partition { .. } => "partition",
            Kind::Dns { .. } => "dns",
            Kind::Http { .. } => "http",
            Kind::Toxic { .. } => "toxic",
        }
    }

    pub(super) fn common(&self) -> &Common {
        match self {
            Kind::Stop(common)
            | Kind::Restart(common)
            | Kind::Pause(common)
            | Kind::Remove(common)
            | Kind::Disconnect(common)
            | Kind::Kill { common, .. }
            | Kind::Scale { common, .. }
            | Kind::Limit { common, .. }
            | Kind::Exec { common, .. }
            | Kind::Packets { common, .. }
            | Kind::Partition { common, .. }
            | Kind::Dns { common, .. }
            | Kind::Http { common, .. }
            | Kind::Toxic { common, .. } => common,
        }
    }

    /// What it says beside its targets.
    pub(super) fn settings(&self) -> Table {
        let mut says = Says::default();
        match self {
            Kind::Stop(_) | Kind::Restart(_) | Kind::Pause(_) | Kind::Remove(_) | Kind::Disconnect(_) => {}
            Kind::Kill { signal, .. } => says.text("signal", signal),
            Kind::Scale { to, .. } => says.number("to", Some(*to)),
            Kind::Limit { cpus, memory, .. } => {
                says.put("cpus", cpus.map(Value::Float));
                says.text("memory", memory);
            }
            Kind::Exec { run, undo, .. } => {
                says.command("command", Some(run));
                says.command("heal", undo.as_ref());
            }
            Kind::Packets { trouble, .. } => says.packets(trouble),
            Kind::Partition { from, one_way, .. } => {
                says.list("from", from);
                says.put("one_way", Some(Value::Boolean(*one_way)));
            }
            Kind::Dns { action, names, delay, .. } => {
                says.text("action", &Some(action.clone()));
                says.list("names", names);
                says.text("delay", delay);
            }
            Kind::Http { trouble, .. } => says.http(trouble),
            Kind::Toxic { trouble, .. } => says.toxic(trouble),
        }
        says.0
    }
}

/// A table of a plan under construction.
#[derive(Default)]
struct Says(Table);

impl Says {
    fn put(&mut self, key: &str, value: Option<Value>) {
        self.0.extend(value.map(|value| (key.to_owned(), value)));
    }

    fn text(&mut self, key: &str, value: &Option<String>) {
        self.put(key, value.clone().map(Value::String));
    }

    fn number(&mut self, key: &str, value: Option<impl Into<i64>>) {
        self.put(key, value.map(|value| Value::Integer(value.into())));
    }

    fn list(&mut self, key: &str, values: &[String]) {
        let list = values.iter().cloned().map(Value::String).collect::<Vec<_>>();
        self.put(key, (!list.is_empty()).then_some(Value::Array(list)));
    }

    fn command(&mut self, key: &str, command: Option<&String>) {
        self.list(key, &command.map_or(Vec::new(), |command| words(command)));
    }

    fn packets(&mut self, trouble: &PacketTrouble) {
        for (key, value) in [
            ("delay", &trouble.delay),
            ("jitter", &trouble.jitter),
            ("loss", &trouble.loss),
            ("corrupt", &trouble.corrupt),
            ("reorder", &trouble.reorder),
            ("rate", &trouble.rate),
            ("direction", &trouble.direction),
        ] {
            self.text(key, value);
        }
        self.list("peers", &trouble.peers);
        self.number("port", trouble.port);
    }

    fn http(&mut self, trouble: &HttpTrouble) {
        self.number("port", Some(trouble.port));
        for (key, value) in [
            ("path", &trouble.path),
            ("method", &trouble.method),
            ("share", &trouble.share),
            ("body", &trouble.body),
            ("delay", &trouble.delay),
        ] {
            self.text(key, value);
        }
        self.number("status", trouble.status);
        self.put("drop_reply", Some(Value::Boolean(trouble.drop_reply)));
    }

    fn toxic(&mut self, trouble: &ToxicTrouble) {
        self.number("port", Some(trouble.port));
        self.text("type", &Some(trouble.kind.clone()));
        self.text("stream", &trouble.stream);
        self.text("toxicity", &trouble.toxicity);
        let attributes = trouble.attributes.iter().map(|(name, value)| (name.clone(), Value::Float(*value)));
        self.put("attributes", Some(Value::Table(attributes.collect())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        assert_eq!(words("sh -c 'rm  /tmp/*'"), ["sh", "-c", "rm  /tmp/*"]);
        assert_eq!(words(" a  \"b c\"d '' "), ["a", "b cd", ""]);
        assert_eq!(words(""), [""; 0]);
    }
}
