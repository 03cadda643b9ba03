//! One RabbitMQ for all tests, with a virtual host for each. It starts slowly; so it starts once.

use super::{Lack, free_port, leash};
use serde_json::json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// Virtual hosts that there are: more than tests.
const HOSTS: usize = 90;
/// Salt 1,2,3,4 and SHA-256 of salt and `shop`, in base 64, as RabbitMQ keeps passwords.
const PASSWORD: &str = "AQIDBM8Wg1UERZdnaus55yahs7LtsGffyR9MnCFtTHSzKftc";

pub struct Rabbit {
    port: u16,
    _leashes: [leash::Leashed; 2],
}

impl Rabbit {
    /// Starts it, if it is on this machine.
    pub fn start() -> Result<Rabbit, Lack> {
        // Not the wrapper that Debian has in the search path: it becomes the user `rabbitmq`, who may not enter the folder,
        // and hides what the server says.
        let program = leash::program("rabbitmq-server", &["/usr/lib/rabbitmq/bin"]);
        let program = program.ok_or_else(|| Lack::missing("RabbitMQ (Debian: rabbitmq-server)"))?;
        let epmd = leash::program("epmd", &[]);
        let epmd = epmd.ok_or_else(|| Lack::missing("epmd (Debian: erlang-base)"))?;
        let (folder, names) = (leash::folder("rabbit"), leash::folder("epmd"));
        let (port, distribution, daemon) = (free_port(), free_port(), free_port().to_string());
        write(&folder.join("definitions.json"), &definitions());
        let configuration = format!(
            "listeners.tcp.1 = 127.0.0.1:{port}\nload_definitions = {}\ndisk_free_limit.absolute = 50MB\n",
            folder.join("definitions.json").display()
        );
        write(&folder.join("rabbitmq.conf"), &configuration);
        write(&folder.join("enabled_plugins"), "[].");
        let inside = |name: &str| folder.join(name).display().to_string();
        let environment = BTreeMap::from([
            ("HOME", folder.display().to_string()),
            ("ERL_EPMD_PORT", daemon.clone()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            ("RABBITMQ_CONF_ENV_FILE", "/dev/null".to_owned()),
            ("RABBITMQ_CONFIG_FILE", inside("rabbitmq.conf")),
            ("RABBITMQ_MNESIA_BASE", inside("mnesia")),
            ("RABBITMQ_LOG_BASE", inside("log")),
            ("RABBITMQ_PID_FILE", inside("pid")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", inside("enabled_plugins")),
            ("RABBITMQ_NODENAME", "refshop@localhost".to_owned()),
            ("RABBITMQ_DIST_PORT", distribution.to_string()),
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+S 1:1 +sbwt none".to_owned()),
        ]);
        let daemon_port = [OsStr::new("-port"), OsStr::new(&daemon)];
        let named = leash::start(&epmd, &daemon_port, &names, &environment, None);
        // First this one: a node that finds none starts one of its own, which would outlive us.
        let listens = |port: &str| TcpStream::connect(format!("127.0.0.1:{port}")).is_ok();
        named.answers("epmd", Duration::from_secs(10), || listens(&daemon)).map_err(Lack::Broken)?;
        let served = leash::start(&program, &[], &folder, &environment, None);
        let door = port.to_string();
        served.answers("RabbitMQ", Duration::from_secs(90), || listens(&door)).map_err(Lack::Broken)?;
        Ok(Rabbit { port, _leashes: [served, named] })
    }

    /// The address of a virtual host.
    pub fn url(&self, number: usize) -> String {
        assert!(number < HOSTS, "more tests than virtual hosts");
        format!("amqp://shop:shop@127.0.0.1:{}/v{number}", self.port)
    }
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the folder can be written");
}

fn definitions() -> String {
    let hosts: Vec<String> = (0..HOSTS).map(|number| format!("v{number}")).collect();
    let permission = |host: &String| json!({ "user": "shop", "vhost": host, "configure": ".*", "write": ".*", "read": ".*" });
    json!({
        "users": [{ "name": "shop", "password_hash": PASSWORD, "tags": "administrator",
            "hashing_algorithm": "rabbit_password_hashing_sha256" }],
        "vhosts": hosts.iter().map(|host| json!({ "name": host })).collect::<Vec<_>>(),
        "permissions": hosts.iter().map(permission).collect::<Vec<_>>(),
    })
    .to_string()
}
