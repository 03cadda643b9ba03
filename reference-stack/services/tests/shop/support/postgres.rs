//! One Postgres for all tests.

use super::{Lack, free_port, leash};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
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
    pub fn start() -> Result<Postgres, Lack> {
        program("postgres").ok_or_else(|| Lack::missing("Postgres (Debian: postgresql-15)"))?;
        let folder = leash::folder("postgres");
        let data = folder.join("data").display().to_string();
        let words = ["-U", "shop", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D", &data];
        Postgres::made("initdb", &words, folder).map_err(Lack::Broken)
    }

    /// A standby that follows this one.
    pub fn standby(&self) -> Postgres {
        let folder = leash::folder("standby");
        let (data, port) = (folder.join("data").display().to_string(), self.port.to_string());
        let words =
            ["-h", "127.0.0.1", "-p", &port, "-U", "shop", "-R", "-X", "stream", "-c", "fast", "-D", &data];
        Postgres::made("pg_basebackup", &words, folder).expect("a standby")
    }

    /// Makes the data with one program and serves it with the other.
    fn made(with: &str, words: &[&str], folder: PathBuf) -> Result<Postgres, String> {
        let user = (std::fs::metadata("/proc/self").expect("our own folder").uid() == 0).then_some(NOBODY);
        if let Some(user) = user {
            chown(&folder, Some(user), Some(user)).expect("root may");
        }
        let mut command = Command::new(program(with).expect("it comes with Postgres"));
        command.args(words).current_dir(&folder);
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        leash::run(&mut command, Duration::from_secs(60))?;
        let (port, data) = (free_port(), folder.join("data").display().to_string());
        let number = port.to_string();
        let settings = ["unix_socket_directories=", "max_connections=400", "hot_standby_feedback=on"];
        let mut arguments = vec!["-D", &data, "-p", &number, "-h", "127.0.0.1", "-F"];
        arguments.extend(settings.iter().flat_map(|setting| ["-c", setting]));
        let arguments: Vec<&OsStr> = arguments.into_iter().map(OsStr::new).collect();
        let server = program("postgres").expect("it was there");
        let leashed = leash::start(&server, &arguments, &folder, &BTreeMap::new(), user);
        let answers = || run(&address(port, "postgres"), "SELECT 1").is_ok();
        leashed.answers("Postgres", Duration::from_secs(60), answers)?;
        Ok(Postgres { port, _leash: leashed })
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        address(self.port, database)
    }

    /// Statements without parameters; the first column of each row.
    pub fn run(&self, database: &str, sql: &str) -> Result<Vec<String>, String> {
        run(&self.url(database), sql)
    }
}

fn address(port: u16, database: &str) -> String {
    format!("postgres://shop:shop@127.0.0.1:{port}/{database}")
}

fn run(url: &str, sql: &str) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let asking = async {
        let connected = tokio_postgres::connect(url, NoTls).await;
        let (client, connection) = connected.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.map_err(|error| format!("{error:?}"))?;
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
            _ => None,
        });
        Ok(rows.collect())
    };
    runtime.block_on(async {
        let answer = tokio::time::timeout(Duration::from_secs(30), asking).await;
        answer.unwrap_or_else(|_| Err(format!("Postgres has not answered within 30 s: {sql}")))
    })
}

/// A program of Postgres.
fn program(name: &str) -> Option<PathBuf> {
    let elsewhere =
        ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"];
    // The links in the search path lead to Debian's wrappers for some programs; those next to the server are right.
    let server =
        leash::program("postgres", &elsewhere).and_then(|server| std::fs::canonicalize(server).ok())?;
    Some(server.with_file_name(name)).filter(|file| file.exists())
}
