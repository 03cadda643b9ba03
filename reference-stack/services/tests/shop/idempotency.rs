//! One key, one order: retried, at once, at two instances, with another payload; and without the promise.

use crate::support::{Shop, order, scene, try_order};
use serde_json::json;

#[test]
fn the_same_order_again_gets_the_same_reply_and_has_one_effect() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let first = order(&shop.orders, "k-1", 3);
    let again = order(&shop.orders, "k-1", 3);
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(
        (first.header("idempotent-replayed"), again.header("idempotent-replayed")),
        (None, Some("true"))
    );
    assert_eq!(shop.states("k-1").map(|states| states.len()), [1, 1, 1, 1]);
}

#[test]
fn twins_at_two_instances_are_one_order() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let other = shop.orders_with(&scene, &[]);
    for round in 0..10 {
        let key = format!("twin-{round}");
        let replies: Vec<_> = std::thread::scope(|scope| {
            let asks: Vec<_> = [&shop.orders, &other, &shop.orders, &other]
                .into_iter()
                .map(|orders| scope.spawn(|| order(orders, &key, 4)))
                .collect();
            asks.into_iter().map(|ask| ask.join().expect("no panic")).collect()
        });
        for reply in &replies {
            assert_eq!((reply.status, &reply.body), (201, &replies[0].body), "{}", reply.text);
        }
        assert_eq!(shop.states(&key).map(|states| states.len()), [1, 1, 1, 1]);
    }
}

#[test]
fn a_key_used_for_another_order_is_refused_and_changes_nothing() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    assert_eq!(order(&shop.orders, "k-1", 3).status, 201);
    let before = (shop.stock(3), shop.stock(5));
    for body in [json!({ "product": 5, "quantity": 1 }), json!({ "product": 3, "quantity": 2 })] {
        let reply = try_order(&shop.orders, "/orders", "k-1", body).expect("a reply");
        assert_eq!(reply.status, 422, "{}", reply.text);
    }
    assert_eq!((shop.stock(3), shop.stock(5)), before);
    assert_eq!(shop.states("k-1").map(|states| states.len()), [1, 1, 1, 1]);
}

#[test]
fn without_idempotency_a_retry_orders_again() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("IDEMPOTENCY", "off")]);
    let (first, again) = (order(&shop.orders, "k-1", 3), order(&shop.orders, "k-1", 3));
    assert_ne!(first.body["id"], again.body["id"]);
    assert_eq!(shop.states("k-1").map(|states| states.len()), [2, 2, 2, 2]);
    let other = try_order(&shop.orders, "/orders", "k-1", json!({ "product": 5, "quantity": 1 }));
    assert_eq!(other.expect("a reply").status, 201);
}

#[test]
fn an_order_that_was_cancelled_stays_cancelled_under_its_key() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    assert_eq!(shop.inventory.send("PUT", "/stock/9", json!({ "left": 0 })).status, 200);
    let (first, again) = (order(&shop.orders, "k-1", 9), order(&shop.orders, "k-1", 9));
    assert_eq!((first.status, &first.body), (409, &again.body));
    assert!(first.text.contains("out of stock"), "{}", first.text);
    assert_eq!(shop.states("k-1")[0], ["cancelled"]);
}
