//! Reads through the cache and from replicas, writes, and what happens when cache or replica is away.

use crate::support::{Reply, Scene, Service, eventually, scene};
use serde_json::json;

fn catalog(scene: &Scene, settings: &[(&str, &str)]) -> Service {
    Service::start(scene, "catalog", settings)
}

fn told(reply: &Reply) -> (Option<&str>, i64) {
    (reply.header("x-source"), reply.body["version"].as_i64().expect("a version"))
}

#[test]
fn a_read_comes_from_the_cache_and_a_write_is_seen_at_once() {
    let Some(scene) = scene() else { return };
    let catalog = catalog(&scene, &[]);
    let first = catalog.get("/products/7");
    assert_eq!(told(&first), (Some("primary"), 1));
    assert_eq!(first.header("x-database"), Some("127.0.0.1"));
    let queries = catalog.metric("refshop_database_queries_total{database=\"read\"}");
    assert_eq!(told(&catalog.get("/products/7")), (Some("cache"), 1));
    assert_eq!(catalog.metric("refshop_database_queries_total{database=\"read\"}"), queries);
    let written = catalog.send("PUT", "/products/7", json!({ "price": 4_200 }));
    assert_eq!((written.status, told(&written)), (200, (Some("primary"), 2)));
    let read = catalog.get("/products/7");
    assert_eq!((told(&read), &read.body["price"]), ((Some("cache"), 2), &json!(4_200)));
    assert_eq!(told(&catalog.get("/products/7?from=primary")), (Some("primary"), 2));
}

#[test]
fn without_invalidation_the_old_price_stays_in_the_cache() {
    let Some(scene) = scene() else { return };
    let catalog = catalog(&scene, &[("CACHE_INVALIDATION", "off"), ("CACHE_TTL_MS", "1500")]);
    catalog.get("/products/7");
    assert_eq!(catalog.send("PUT", "/products/7", json!({ "price": 1 })).status, 200);
    assert_eq!(told(&catalog.get("/products/7")), (Some("cache"), 1));
    assert_eq!(told(&catalog.get("/products/7?from=primary")), (Some("primary"), 2));
    eventually("the entry expires", || (told(&catalog.get("/products/7")).1 == 2).then_some(()));
}

#[test]
fn without_the_cache_every_read_is_the_databases() {
    let Some(scene) = scene() else { return };
    let catalog = catalog(&scene, &[("CACHE", "off")]);
    for _ in 0..3 {
        assert_eq!(told(&catalog.get("/products/7")), (Some("primary"), 1));
    }
}

#[test]
fn with_the_cache_away_it_serves_from_the_database() {
    let Some(scene) = scene() else { return };
    let catalog = catalog(&scene, &[("REDIS_URL", "redis://127.0.0.1:1")]);
    assert_eq!(told(&catalog.get("/products/7")), (Some("primary"), 1));
    assert_eq!(catalog.send("PUT", "/products/7", json!({ "price": 1 })).status, 200);
    assert_eq!(told(&catalog.get("/products/7")), (Some("primary"), 2));
    assert!(catalog.metric("refshop_cache_total{result=\"away\"}") >= 2);
}

#[test]
fn an_old_reader_cannot_put_the_old_price_back() {
    let Some(scene) = scene() else { return };
    let (one, other) = (catalog(&scene, &[]), catalog(&scene, &[]));
    one.get("/products/7");
    assert_eq!(told(&one.send("PUT", "/products/7", json!({ "price": 1 }))).1, 2);
    // As a replica that lags would have it: the database goes back, the cache does not.
    scene.sql("UPDATE catalog.products SET version = 1 WHERE id = 7");
    assert_eq!(told(&other.get("/products/7?from=primary")).1, 1);
    assert_eq!(told(&other.get("/products/7")), (Some("cache"), 2));
}

#[test]
fn with_the_replicas_away_the_primary_serves() {
    let Some(scene) = scene() else { return };
    let away = [
        ("DATABASE_READ_URL", "postgres://shop@127.0.0.1:1/shop"),
        ("DATABASE_WAIT_MS", "100"),
        ("CACHE", "off"),
    ];
    let catalog = catalog(&scene, &away);
    assert_eq!(told(&catalog.get("/products/7")), (Some("primary"), 1));
    assert_eq!(catalog.get("/products?limit=3").body["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(catalog.get("/products/7?from=replica").status, 503);
    assert_eq!(catalog.metric("refshop_fallbacks_total{to=\"primary\"}"), 2);
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let Some(scene) = scene() else { return };
    let catalog = catalog(&scene, &[("PRODUCTS", "30")]);
    let ids = |reply: Reply| -> Vec<i64> {
        let items = reply.body["items"].as_array().expect("items").clone();
        items.iter().filter_map(|item| item["id"].as_i64()).collect()
    };
    assert_eq!(ids(catalog.get("/products")), (1..=20).collect::<Vec<_>>());
    assert_eq!(ids(catalog.get("/products?after=20")), (21..=30).collect::<Vec<_>>());
    for (path, status) in [
        ("/products?limit=0", 400),
        ("/products/x", 400),
        ("/products/31", 404),
        ("/products/1?from=moon", 400),
    ] {
        assert_eq!(catalog.get(path).status, status, "{path}");
    }
}
