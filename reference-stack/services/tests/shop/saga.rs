//! Confirmed everywhere or cancelled everywhere: every step failing, every point of death, a frozen orchestrator.

use crate::support::{Shop, eventually, order, scene, try_order};
use serde_json::json;

fn confirmed() -> [Vec<String>; 4] {
    [["confirmed"], ["live"], ["reserved"], ["live"]].map(|one| one.map(String::from).to_vec())
}

/// Whether nothing of an order is in force.
fn is_undone(states: &[Vec<String>; 4]) -> bool {
    let alive = ["confirmed", "pending", "live", "reserved"];
    states[0] == ["cancelled"] && states.iter().flatten().all(|state| !alive.contains(&state.as_str()))
}

#[test]
fn a_step_that_is_refused_undoes_those_before_it() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let before = shop.stock(3);
    for (service, path, status) in [
        (&shop.inventory, "/provider/inventory", 409),
        (&shop.payments, "/provider", 402),
        (&shop.shipments, "/provider/shipments", 409),
    ] {
        assert_eq!(service.send("PUT", path, json!({ "fail": 1 })).status, 200);
        let key = format!("refused-by{}", path.replace('/', "-"));
        let reply = order(&shop.orders, &key, 3);
        assert_eq!(reply.status, status, "{}", reply.text);
        let states = shop.states(&key);
        assert!(is_undone(&states), "{key}: {states:?}");
        assert_eq!(service.send("PUT", path, json!({})).status, 200);
    }
    assert_eq!(shop.stock(3), before);
    assert_eq!(order(&shop.orders, "after", 3).status, 201);
}

#[test]
fn without_compensation_the_steps_before_it_stay() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("COMPENSATION", "off")]);
    shop.shipments.send("PUT", "/provider/shipments", json!({ "fail": 1 }));
    assert_eq!(order(&shop.orders, "k-1", 3).status, 409);
    let [order, charges, reservations, shipments] = shop.states("k-1");
    assert_eq!(
        (order, charges, reservations),
        (vec!["cancelled".into()], vec!["live".into()], vec!["reserved".into()])
    );
    assert!(shipments.is_empty());
}

#[test]
fn a_charge_that_nobody_was_told_of_is_charged_once() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("STEP_TIMEOUT_MS", "200")]);
    shop.payments.send("PUT", "/provider", json!({ "charge_and_hang": 1 }));
    assert_eq!(order(&shop.orders, "k-1", 3).status, 201);
    assert_eq!(shop.states("k-1"), confirmed());
}

#[test]
fn a_provider_that_never_answers_is_given_up_and_undone() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("STEP_TIMEOUT_MS", "1000"), ("ORDER_TIMEOUT_MS", "3500")]);
    shop.payments.send("PUT", "/provider", json!({ "timeout": 1 }));
    let reply = order(&shop.orders, "k-1", 3);
    assert_eq!((reply.status, reply.header("retry-after")), (504, Some("1")), "{}", reply.text);
    shop.settled();
    let states = shop.states("k-1");
    assert!(is_undone(&states), "{states:?}");
    assert_eq!(order(&shop.orders, "k-1", 3).status, 424);
}

#[test]
fn undoing_is_tried_until_it_succeeds() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("ORDER_TIMEOUT_MS", "500")]);
    shop.shipments.send("PUT", "/provider/shipments", json!({ "fail": 1 }));
    shop.payments.send("PUT", "/provider", json!({ "undo_fail": 1 }));
    assert_eq!(order(&shop.orders, "k-1", 3).status, 504);
    assert_eq!(shop.states("k-1")[0], ["pending"]);
    shop.payments.send("PUT", "/provider", json!({}));
    shop.settled();
    let states = shop.states("k-1");
    assert!(is_undone(&states), "{states:?}");
}

#[test]
fn whoever_dies_at_any_point_another_ends_the_saga() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let before = shop.stock(3);
    for point in
        ["after-accept", "after-reserve", "after-charge", "after-ship", "after-commit", "in-compensation"]
    {
        let mut doomed = shop.orders_with(&scene, &[("CRASH_AT", point)]);
        let failing = point == "in-compensation";
        shop.shipments.send("PUT", "/provider/shipments", json!({ "fail": i32::from(failing) }));
        let key = format!("dies-{point}");
        // The other instance may have taken the order up by now; so a reply is possible, and a reset is likely.
        let _ = try_order(&doomed, "/orders", &key, json!({ "product": 3, "quantity": 1 }));
        assert_eq!(doomed.ended().code(), Some(86), "{point}");
        let reply = eventually("the other instance ends it", || {
            let reply = order(&shop.orders, &key, 3);
            (reply.status != 504).then_some(reply)
        });
        let states = shop.states(&key);
        if failing {
            assert!(is_undone(&states), "{point}: {states:?}");
        } else {
            assert_eq!((reply.status, states), (201, confirmed()), "{point}");
        }
    }
    shop.shipments.send("PUT", "/provider/shipments", json!({}));
    assert_eq!(shop.stock(3), [before[0] - 5, before[1] + 5, before[2]]);
}

#[test]
fn a_frozen_orchestrator_that_comes_back_does_no_harm() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let frozen = shop.orders_with(&scene, &[]);
    shop.payments.send("PUT", "/provider", json!({ "latency_ms": 300 }));
    let (address, key) = (frozen.address, "frozen");
    let asking = std::thread::spawn(move || {
        let body = json!({ "product": 3, "quantity": 1 });
        crate::support::request(address, "POST", "/orders", &[("Idempotency-Key", key)], Some(&body))
    });
    eventually("the order is under way", || (!shop.orders.audit("/audit/orders").is_empty()).then_some(()));
    frozen.signal("STOP");
    shop.settled();
    assert_eq!(shop.states(key), confirmed());
    frozen.signal("CONT");
    let reply = asking.join().expect("no panic").expect("a reply");
    assert!([201, 504].contains(&reply.status), "{}", reply.text);
    assert_eq!(order(&frozen, key, 3).status, 201);
    assert_eq!(shop.states(key), confirmed());
}

#[test]
fn many_orders_with_everything_failing_now_and_then_all_end() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("STEP_TIMEOUT_MS", "200")]);
    let conduct = json!({ "fail": 0.1, "timeout": 0.05, "charge_and_hang": 0.1, "undo_fail": 0.2 });
    shop.payments.send("PUT", "/provider", conduct.clone());
    shop.shipments.send("PUT", "/provider/shipments", conduct);
    let before = shop.stock(3);
    std::thread::scope(|scope| {
        for user in 0..8 {
            let shop = &shop;
            scope.spawn(move || {
                for number in 0..5 {
                    order(&shop.orders, &format!("u{user}-{number}"), 3);
                }
            });
        }
    });
    shop.settled();
    let mut sold = 0;
    for row in shop.orders.audit("/audit/orders") {
        let key = row["key"].as_str().expect("a key");
        let states = shop.states(key);
        match row["state"].as_str() {
            Some("confirmed") => {
                assert_eq!(states, confirmed(), "{key}");
                sold += 1;
            }
            _ => assert!(is_undone(&states), "{key}: {states:?}"),
        }
    }
    assert_eq!(shop.stock(3), [before[0] - sold, before[1] + sold, before[2]]);
    let charged: i64 =
        shop.payments.audit("/audit/charges").iter().filter_map(|row| row["kept"].as_i64()).sum();
    let confirmed: i64 =
        shop.orders.audit("/audit/orders").iter().filter_map(|row| row["confirmed"].as_i64()).sum();
    assert_eq!(charged, confirmed);
}
