//! Orders for later: 202 at once, followed at their address, nothing lost, nothing twice.

use crate::support::{Shop, eventually, order, scene, try_order};
use serde_json::json;

const LATER: &str = "/orders?async=true";

#[test]
fn long_work_is_accepted_at_once_and_followed_at_its_address() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    shop.payments.send("PUT", "/provider", json!({ "latency_ms": 300 }));
    let reply =
        try_order(&shop.orders, LATER, "k-1", json!({ "product": 3, "quantity": 2 })).expect("a reply");
    assert_eq!((reply.status, reply.header("retry-after")), (202, Some("1")), "{}", reply.text);
    assert_eq!(reply.body["status"], "pending");
    let address = reply.header("location").expect("an address").to_owned();
    let mut states = vec!["pending".to_owned()];
    eventually("it is confirmed", || {
        let state = shop.orders.get(&address).body["status"].as_str().expect("a status").to_owned();
        if states.last() != Some(&state) {
            states.push(state.clone());
        }
        (state == "confirmed").then_some(())
    });
    assert_eq!(states, ["pending", "confirmed"]);
    // The same key at the other door is the same order.
    let body = json!({ "product": 3, "quantity": 2 });
    let again = try_order(&shop.orders, "/orders", "k-1", body.clone()).expect("a reply");
    assert_eq!((again.status, again.header("location")), (201, Some(address.as_str())));
    assert_eq!(try_order(&shop.orders, LATER, "k-1", body).expect("a reply").status, 202);
    eventually("the queue is empty", || (shop.orders.metric("refshop_accepted_total ") == 2).then_some(()));
    assert_eq!(shop.states("k-1").map(|states| states.len()), [1, 1, 1, 1]);
}

#[test]
fn a_spike_that_is_refused_at_once_is_accepted_for_later() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("SAGAS", "2"), ("ASYNC_WORKERS", "2")]);
    shop.payments.send("PUT", "/provider", json!({ "latency_ms": 100 }));
    let spike = |path: &str, name: &str| -> Vec<u16> {
        std::thread::scope(|scope| {
            let asks: Vec<_> = (0..20)
                .map(|number| {
                    let (orders, key) = (&shop.orders, format!("{name}-{number}"));
                    let body = json!({ "product": 3, "quantity": 1 });
                    scope.spawn(move || try_order(orders, path, &key, body).expect("a reply").status)
                })
                .collect();
            asks.into_iter().map(|ask| ask.join().expect("no panic")).collect()
        })
    };
    let now = spike("/orders", "now");
    assert!(now.contains(&201) && now.contains(&503), "{now:?}");
    // What was turned away left no trace.
    assert_eq!(shop.orders.audit("/audit/orders").len(), now.iter().filter(|status| **status == 201).count());
    assert_eq!(spike(LATER, "later"), [202; 20]);
    let done = || shop.orders.audit("/audit/orders?state=confirmed").len();
    let all = now.iter().filter(|status| **status == 201).count() + 20;
    eventually("the backlog is worked off", || (done() == all).then_some(()));
}

#[test]
fn a_worker_that_dies_leaves_the_order_to_others() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let mut doomed = shop.orders_with(&scene, &[("CRASH_AT", "after-accept")]);
    // The broker deals them out in turn: the doomed one gets one of two.
    for number in 0..2 {
        let body = json!({ "product": 3, "quantity": 1 });
        assert_eq!(
            try_order(&shop.orders, LATER, &format!("k-{number}"), body).expect("a reply").status,
            202
        );
    }
    assert_eq!(doomed.ended().code(), Some(86));
    eventually("both are confirmed", || {
        (shop.orders.audit("/audit/orders?state=confirmed").len() == 2).then_some(())
    });
    for number in 0..2 {
        assert_eq!(shop.states(&format!("k-{number}")).map(|states| states.len()), [1, 1, 1, 1]);
    }
}

#[test]
fn a_full_queue_refuses() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("ASYNC_WORKERS", "1"), ("QUEUE_LENGTH", "3")]);
    shop.payments.send("PUT", "/provider", json!({ "latency_ms": 500 }));
    let body = json!({ "product": 3, "quantity": 1 });
    let statuses: Vec<u16> = (0..20)
        .map(|number| {
            try_order(&shop.orders, LATER, &format!("k-{number}"), body.clone()).expect("a reply").status
        })
        .collect();
    assert!(statuses[0] == 202 && statuses.contains(&503), "{statuses:?}");
    assert_eq!(order(&shop.orders, "now", 3).status, 201);
}
