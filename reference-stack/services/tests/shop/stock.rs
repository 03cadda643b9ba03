//! The last item, and everybody wants it.

use crate::support::{Service, scene};
use serde_json::json;

/// Fifty buyers of one product with ten pieces; its row in the audit, and how many were told that they have one.
fn rush(check: &str) -> Option<([i64; 3], usize)> {
    let scene = scene()?;
    let inventory = Service::start(&scene, "inventory", &[("STOCK_CHECK", check), ("DATABASE_POOL", "20")]);
    assert_eq!(inventory.send("PUT", "/stock/1", json!({ "left": 10 })).body["initial"], 10);
    let sold = std::thread::scope(|scope| {
        let buyers: Vec<_> = (0..50)
            .map(|buyer| {
                let inventory = &inventory;
                scope.spawn(move || {
                    let body =
                        json!({ "order": format!("o-{buyer}"), "key": "k", "product": 1, "quantity": 1 });
                    inventory.send("POST", "/reservations", body).status
                })
            })
            .collect();
        buyers
            .into_iter()
            .map(|buyer| buyer.join().expect("no panic"))
            .filter(|status| *status == 201)
            .count()
    });
    let rows = inventory.audit("/audit/products");
    let row = ["left", "sold", "initial"].map(|name| rows[0][name].as_i64().expect("a number"));
    Some((row, sold))
}

#[test]
fn the_last_item_is_sold_once() {
    let Some((row, sold)) = rush("on") else { return };
    assert_eq!((row, sold), ([0, 10, 10], 10));
}

#[test]
fn without_the_check_more_is_sold_than_there_is() {
    let Some((row, sold)) = rush("off") else { return };
    assert_eq!((row, sold), ([-40, 50, 10], 50));
}

#[test]
fn looking_first_and_writing_later_loses_updates() {
    let Some(([left, sold, initial], _)) = rush("racy") else { return };
    assert!(left >= 0 && left + sold != initial, "{left} + {sold} of {initial}");
}

#[test]
fn reserving_and_releasing_may_be_repeated_and_come_in_any_order() {
    let Some(scene) = scene() else { return };
    let inventory = Service::start(&scene, "inventory", &[("STOCK", "5")]);
    let reserve = |order: &str| {
        let body = json!({ "order": order, "key": "k", "product": 2, "quantity": 2 });
        inventory.send("POST", "/reservations", body).status
    };
    let release = |order: &str| {
        let reply = inventory.send("DELETE", &format!("/reservations/{order}?key=k"), json!({}));
        assert_eq!(reply.body["state"], "released", "{}", reply.text);
    };
    assert_eq!((reserve("a"), reserve("a")), (201, 200));
    release("a");
    release("a");
    assert_eq!(reserve("a"), 409);
    // Undone before it was done: then it can no longer be done.
    release("b");
    assert_eq!(reserve("b"), 409);
    assert_eq!((reserve("c"), reserve("d"), reserve("e")), (201, 201, 409));
    let row = &inventory.audit("/audit/products")[1];
    assert_eq!((row["left"].as_i64(), row["sold"].as_i64()), (Some(1), Some(4)));
    // Setting the stock keeps the sum right.
    assert_eq!(inventory.send("PUT", "/stock/2", json!({ "left": 7 })).body["initial"], 11);
}
