//! Ten times too much: refused at once, nothing queues without bound, and afterwards all is well.

use crate::support::{Service, eventually, scene};
use serde_json::json;

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
