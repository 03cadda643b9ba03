//! A test's own part of the servers.

use super::postgres::Postgres;
use super::rabbit::Rabbit;
use super::redis::Redis;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Servers {
    postgres: Postgres,
    redis: Redis,
    rabbit: Rabbit,
}

/// Why there are no servers.
#[derive(Debug)]
pub enum Lack {
    /// This machine has not got one of them.
    Missing(String),
    /// It has, and it does not come up. Said once and for all: no test waits for it again.
    Broken(String),
}

impl Lack {
    pub fn missing(what: &str) -> Lack {
        Lack::Missing(format!("there is no {what}"))
    }
}

static SERVERS: OnceLock<Result<Servers, Lack>> = OnceLock::new();
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// A database, a Redis number and a virtual host of one's own.
pub struct Scene {
    servers: &'static Servers,
    number: usize,
}

/// The scene for one test; none where the machine lacks a server, which is said, and in CI a failure.
pub fn scene() -> Option<Scene> {
    let servers = SERVERS.get_or_init(|| {
        Ok(Servers { postgres: Postgres::start()?, redis: Redis::start(&[])?, rabbit: Rabbit::start()? })
    });
    match servers {
        Ok(servers) => {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            servers.postgres.run("postgres", &format!("CREATE DATABASE shop{number}")).expect("a database");
            Some(Scene { servers, number })
        }
        Err(Lack::Missing(why)) => {
            crate::skipping::skip(why);
            None
        }
        Err(Lack::Broken(why)) => panic!("{why}"),
    }
}

impl Scene {
    /// The address of the database.
    pub fn database(&self) -> String {
        self.servers.postgres.url(&format!("shop{}", self.number))
    }

    /// The name of the database.
    pub fn database_name(&self) -> String {
        format!("shop{}", self.number)
    }

    /// The server of all tests.
    pub fn postgres(&self) -> &Postgres {
        &self.servers.postgres
    }

    /// The address of Redis.
    pub fn redis(&self) -> String {
        format!("redis://127.0.0.1:{}/{}", self.servers.redis.port, self.number)
    }

    /// The address of the broker.
    pub fn broker(&self) -> String {
        self.servers.rabbit.url(self.number)
    }

    /// Statements, past the services; the first column of each row.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.servers.postgres.run(&format!("shop{}", self.number), sql).expect(sql)
    }
}
