//! Servers that lag, die and are replaced, for real: a Postgres standby, a Redis primary behind a Sentinel.

use crate::support::{Redis, Sentinel, Service, Standby, eventually, scene};
use serde_json::json;

#[test]
fn a_replica_lags_is_told_apart_and_is_done_without_when_it_dies() {
    let Some(scene) = scene() else { return };
    let catalog =
        |url: &str| Service::start(&scene, "catalog", &[("DATABASE_READ_URL", url), ("CACHE", "off")]);
    // The schema first: the standby copies it.
    drop(catalog(&scene.database()));
    let standby = Standby::of(&scene);
    let catalog = catalog(&standby.url());
    let read = |from: &str| {
        let reply = catalog.get(&format!("/products/7{from}"));
        (reply.header("x-source").map(str::to_owned), reply.body["version"].as_i64())
    };
    let from = |source: &str, version| (Some(source.to_owned()), Some(version));
    assert_eq!(read(""), from("replica", 1));
    assert!(catalog.get("/products/7").header("x-replica").is_some());
    standby.sql("SELECT pg_wal_replay_pause()");
    assert_eq!(catalog.send("PUT", "/products/7", json!({ "price": 5 })).body["version"], 2);
    assert_eq!(read("?from=replica"), from("replica", 1));
    assert_eq!(read("?from=primary"), from("primary", 2));
    standby.sql("SELECT pg_wal_replay_resume()");
    eventually("the replica catches up", || (read("") == from("replica", 2)).then_some(()));
    drop(standby);
    eventually("the primary serves", || (read("") == from("primary", 2)).then_some(()));
    assert_eq!(catalog.get("/products/7?from=replica").status, 503);
}

#[test]
fn after_a_failover_of_redis_the_sentinels_are_asked_again() {
    let Some(scene) = scene() else { return };
    let start = |more: &[&str]| Redis::start(more).expect("it is on this machine");
    let primary = start(&[]);
    let port = primary.port.to_string();
    let replica = start(&["--replicaof", &format!("127.0.0.1 {port}"), "--repl-diskless-sync-delay", "0"]);
    eventually("the replica follows", || {
        replica.says("INFO replication").contains("master_link_status:up").then_some(())
    });
    let sentinel = Sentinel::watching(primary.port);
    eventually("the Sentinel knows the replica", || {
        sentinel.says("SENTINEL master shop").contains("num-slaves\r\n$1\r\n1").then_some(())
    });
    let addresses = format!("127.0.0.1:1,127.0.0.1:{}", sentinel.port());
    let settings = [("REDIS_URL", ""), ("REDIS_SENTINELS", addresses.as_str()), ("REDIS_PRIMARY", "shop")];
    let sessions = Service::start(&scene, "sessions", &settings);
    let catalog = Service::start(&scene, "catalog", &settings);
    let login = || sessions.send("POST", "/login", json!({ "user": "ann" }));
    assert_eq!(login().status, 200);
    catalog.get("/products/7");
    assert_eq!(catalog.get("/products/7").header("x-source"), Some("cache"));
    drop(primary);
    // Products stay up without the cache; logging in comes back with the new primary.
    let lost = login();
    assert_eq!((lost.status, lost.header("retry-after")), (503, Some("1")));
    assert_eq!(catalog.get("/products/8").status, 200);
    eventually("logging in works again", || (login().status == 200).then_some(()));
    assert!(replica.says("INFO replication").contains("role:master"));
    eventually("the cache is used again", || {
        (catalog.get("/products/7").header("x-source") == Some("cache")).then_some(())
    });
}
