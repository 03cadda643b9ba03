//! Ten times too much: refused at once, nothing queues without bound, and afterwards all is well.

use crate::support::{Service, Shop, eventually, scene, try_order};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Buyers who order again and again, as fast as they are answered, far more of them than there is room for: how many
/// replies had which status (0: none).
fn flood(shop: &Shop, orders: &[&Service], name: &str, buyers: usize, each: usize) -> BTreeMap<u16, usize> {
    let next = AtomicUsize::new(0);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let buying: Vec<_> = (0..buyers)
            .map(|buyer| {
                let (next, at) = (&next, orders[buyer % orders.len()]);
                scope.spawn(move || -> Vec<u16> {
                    let buy = |_| {
                        let key = format!("{name}-{}", next.fetch_add(1, Ordering::Relaxed));
                        let body = json!({ "product": 3, "quantity": 1 });
                        try_order(at, "/orders", &key, body).map_or(0, |reply| reply.status)
                    };
                    (0..each).map(buy).collect()
                })
            })
            .collect();
        buying.into_iter().flat_map(|buyer| buyer.join().expect("no panic")).collect()
    });
    // Whoever was confirmed has an order; nobody who was turned away has one.
    shop.settled();
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_default() += 1;
    }
    counts
}

#[test]
fn ten_times_what_the_shop_carries_is_refused_and_leaves_nothing_behind() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("SAGAS", "4")]);
    let other = shop.orders_with(&scene, &[("SAGAS", "4")]);
    let counts = flood(&shop, &[&shop.orders, &other], "flood", 80, 10);
    // Orders carry a key; so a refusal is 503, not 429 (see `server/shed.rs`).
    assert_eq!(counts.keys().collect::<Vec<_>>(), [&201, &503], "{counts:?}");
    let shed = [&shop.orders, &other].map(|orders| orders.metric("refshop_shed_total ")).iter().sum::<u64>();
    assert_eq!(usize::try_from(shed).ok().as_ref(), counts.get(&503), "nothing else was refused for");
    let confirmed = shop.orders.audit("/audit/orders?state=confirmed").len();
    assert_eq!((Some(&confirmed), shop.orders.audit("/audit/orders").len()), (counts.get(&201), confirmed));
    // By itself it is as before: there is room, and the next orders go through at once.
    for orders in [&shop.orders, &other] {
        assert_eq!(orders.metric("refshop_room "), 64);
        let body = json!({ "product": 3, "quantity": 1 });
        let key = format!("after-{}", orders.address.port());
        assert_eq!(try_order(orders, "/orders", &key, body).expect("a reply").status, 201);
    }
}

#[test]
fn without_shedding_nobody_is_turned_away_and_everybody_waits() {
    let Some(scene) = scene() else { return };
    let shedding = |value| [("SHEDDING", value), ("MAX_IN_FLIGHT", "2"), ("SAGAS", "2")];
    for (value, refused) in [("on", true), ("off", false)] {
        let shop = Shop::with(&scene, &shedding(value));
        shop.payments.send("PUT", "/provider", json!({ "latency_ms": 100 }));
        let counts = flood(&shop, &[&shop.orders], value, 12, 1);
        assert_eq!(counts.contains_key(&503), refused, "{value}: {counts:?}");
        let services = [&shop.orders, &shop.payments, &shop.inventory];
        let shed = services.iter().map(|service| service.metric("refshop_shed_total ")).sum::<u64>();
        assert_eq!(shed > 0, refused, "{value}");
    }
}

#[test]
fn too_much_is_refused_with_retry_after_and_health_still_answers() {
    let Some(scene) = scene() else { return };
    let payments = Service::start(&scene, "payments", &[("MAX_IN_FLIGHT", "5")]);
    payments.send("PUT", "/provider", json!({ "latency_ms": 500 }));
    let charge = |number: usize| {
        let body = json!({ "order": format!("o-{number}"), "key": "k", "amount": 1 });
        payments.send("POST", "/charges", body)
    };
    let replies: Vec<_> = std::thread::scope(|scope| {
        let charge = &charge;
        let asks: Vec<_> = (0..50).map(|number| scope.spawn(move || charge(number))).collect();
        assert_eq!(payments.get("/health/live").status, 200);
        assert_eq!(payments.get("/audit/charges").status, 200);
        asks.into_iter().map(|ask| ask.join().expect("no panic")).collect()
    });
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status == 429).collect();
    assert!(!refused.is_empty() && replies.iter().all(|reply| [201, 429].contains(&reply.status)));
    assert!(refused.iter().all(|reply| reply.header("retry-after") == Some("1")));
    assert_eq!(payments.metric("refshop_shed_total "), refused.len() as u64);
    // What was refused was not done.
    assert_eq!(payments.audit("/audit/charges").len(), replies.len() - refused.len());
    eventually("room again", || (payments.metric("refshop_room ") == 5).then_some(()));
    assert_eq!(charge(99).status, 201);
}

#[test]
fn a_pool_that_is_taken_makes_nobody_wait_for_long() {
    let Some(scene) = scene() else { return };
    let settings = [("DATABASE_POOL", "1"), ("DATABASE_WAIT_MS", "50"), ("DATABASE_TIMEOUT_MS", "1000")];
    let inventory = Service::start(&scene, "inventory", &settings);
    let reserve = |order: &str| {
        inventory.send(
            "POST",
            "/reservations",
            json!({ "order": order, "key": "k", "product": 1, "quantity": 1 }),
        )
    };
    assert_eq!(reserve("a").status, 201);
    std::thread::scope(|scope| {
        // Somebody holds the row for longer than anybody may wait.
        let holding = scope.spawn(|| {
            scene.sql("BEGIN; SELECT * FROM inventory.stock WHERE product = 1 FOR UPDATE; SELECT pg_sleep(4); COMMIT")
        });
        eventually("it holds the row", || {
            let waiting = scene.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(4)%' AND wait_event = 'PgSleep' AND datname = current_database()");
            (waiting == ["1"]).then_some(())
        });
        let late = scope.spawn(|| reserve("b"));
        eventually("the only connection is taken", || {
            let reply = reserve("c");
            ([429, 503].contains(&reply.status) && reply.header("retry-after") == Some("1")).then_some(())
        });
        assert!([429, 503].contains(&late.join().expect("no panic").status));
        holding.join().expect("no panic");
    });
    eventually("all is well again", || (reserve("d").status == 201).then_some(()));
}

#[test]
fn connections_that_break_are_replaced_at_once() {
    let Some(scene) = scene() else { return };
    let inventory = Service::start(&scene, "inventory", &[]);
    for round in 0..3 {
        let body = json!({ "order": format!("o-{round}"), "key": "k", "product": 1, "quantity": 1 });
        assert_eq!(inventory.send("POST", "/reservations", body).status, 201);
        scene.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        // The service hears of it by itself; whoever asks in between is told to come again.
        eventually("it serves again", || {
            (inventory.get("/audit/products?limit=1").status == 200).then_some(())
        });
    }
}

#[test]
fn a_flood_of_connections_is_not_let_in() {
    let Some(scene) = scene() else { return };
    let service = Service::start(&scene, "payments", &[("MAX_CONNECTIONS", "4")]);
    let flood: Vec<_> =
        (0..12).map(|_| std::net::TcpStream::connect(service.address).expect("accepted")).collect();
    eventually("a connection too many is closed", || {
        crate::support::request(service.address, "GET", "/health/live", &[], None).is_err().then_some(())
    });
    drop(flood);
    eventually("there is room again", || {
        let reply = crate::support::request(service.address, "GET", "/health/live", &[], None);
        reply.is_ok_and(|reply| reply.status == 200).then_some(())
    });
    assert!(service.metric("refshop_connections_refused_total ") >= 8);
}

#[test]
fn a_connection_that_says_nothing_is_closed_and_its_place_is_free_again() {
    let Some(scene) = scene() else { return };
    let settings = [("MAX_CONNECTIONS", "1"), ("IDLE_TIMEOUT_MS", "300")];
    let service = Service::start(&scene, "payments", &settings);
    let mut silent = std::net::TcpStream::connect(service.address).expect("accepted");
    silent.set_read_timeout(Some(Duration::from_secs(30))).expect("not zero");
    // The end of it, not a reply: nothing was asked.
    assert_eq!(silent.read(&mut [0; 1]).expect("closed in order"), 0);
    eventually("there is room again", || {
        let reply = crate::support::request(service.address, "GET", "/health/live", &[], None);
        reply.is_ok_and(|reply| reply.status == 200).then_some(())
    });
}
