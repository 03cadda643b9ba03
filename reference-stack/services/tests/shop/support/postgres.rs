//! One Postgres for all tests.

use super::{free_port, leash, within};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio_postgres::NoTls;

/// Postgres refuses to run as root.
const NOBODY: u32 = 65_534;

pub struct Postgres {
    port: u16,
    _leash: leash::Leashed,
}

impl Postgres {
    /// Starts it, if it is on this machine.
    pub fn start() -> Result<Postgres, String> {
        let elsewhere =
            ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];
        let program =
            leash::program("postgres", &elsewhere).ok_or("there is no Postgres (Debian: postgresql-15)")?;
        let program = std::fs::canonicalize(program).map_err(|error| error.to_string())?;
        let folder = leash::folder("postgres");
        let user = (std::fs::metadata("/proc/self").expect("our own folder").uid() == 0).then_some(NOBODY);
        if let Some(user) = user {
            chown(&folder, Some(user), Some(user)).expect("root may");
        }
        let data = folder.join("data");
        let mut command = Command::new(program.with_file_name("initdb"));
        command.args(["-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D"]).arg(&data);
        command.current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        let made = command.status().map_err(|error| format!("initdb: {error}"))?;
        assert!(made.success(), "initdb: {made}");
        let port = free_port();
        let (number, quiet) = (port.to_string(), "unix_socket_directories=");
        let arguments: Vec<&OsStr> = vec![
            OsStr::new("-D"),
            data.as_os_str(),
            OsStr::new("-p"),
            OsStr::new(&number),
            OsStr::new("-h"),
            OsStr::new("127.0.0.1"),
            OsStr::new("-F"),
            OsStr::new("-c"),
            OsStr::new(quiet),
            OsStr::new("-c"),
            OsStr::new("max_connections=400"),
        ];
        let leashed = leash::start(&program, &arguments, &folder, &BTreeMap::new(), user);
        let postgres = Postgres { port, _leash: leashed };
        let ask = || postgres.run("postgres", "SELECT 1").is_ok().then_some(());
        within(Duration::from_secs(30), &format!("Postgres comes up: {}", leash::said(&folder)), ask);
        Ok(postgres)
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://shop:shop@127.0.0.1:{}/{database}", self.port)
    }

    /// Statements without parameters; the first column of each row.
    pub fn run(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let connected = tokio_postgres::connect(&self.url(database), NoTls).await;
            let (client, connection) = connected.map_err(|error| error.to_string())?;
            tokio::spawn(connection);
            let messages = client.simple_query(sql).await.map_err(|error| format!("{error:?}"))?;
            let rows = messages.iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
                _ => None,
            });
            Ok(rows.collect())
        })
    }
}
