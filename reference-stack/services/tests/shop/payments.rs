//! The provider's books: one charge per order, whatever is asked for in whatever order; and without the promise.

use crate::support::{Service, scene};
use serde_json::{Value, json};

fn charge(payments: &Service, order: &str) -> u16 {
    payments.send("POST", "/charges", json!({ "order": order, "key": order, "amount": 700 })).status
}

fn refund(payments: &Service, order: &str) {
    let reply = payments.send("POST", "/refunds", json!({ "order": order, "key": order }));
    assert_eq!(reply.body["state"], "refunded", "{}", reply.text);
}

fn books(payments: &Service, order: &str) -> Vec<(Value, Value)> {
    let rows = payments.audit("/audit/charges");
    rows.into_iter()
        .filter(|row| row["key"] == order)
        .map(|row| (row["state"].clone(), row["kept"].clone()))
        .collect()
}

#[test]
fn charges_and_refunds_may_be_repeated_and_come_in_any_order() {
    let Some(scene) = scene() else { return };
    let payments = Service::start(&scene, "payments", &[]);
    assert_eq!((charge(&payments, "a"), charge(&payments, "a")), (201, 200));
    assert_eq!(books(&payments, "a"), [(json!("live"), json!(700))]);
    refund(&payments, "a");
    refund(&payments, "a");
    assert_eq!(charge(&payments, "a"), 409);
    refund(&payments, "b");
    assert_eq!(charge(&payments, "b"), 409);
    for order in ["a", "b"] {
        assert_eq!(books(&payments, order), [(json!("refunded"), json!(0))]);
    }
}

#[test]
fn without_idempotency_it_charges_each_time() {
    let Some(scene) = scene() else { return };
    let payments = Service::start(&scene, "payments", &[("IDEMPOTENCY", "off")]);
    assert_eq!((charge(&payments, "a"), charge(&payments, "a")), (201, 201));
    assert_eq!(books(&payments, "a").len(), 2);
    refund(&payments, "a");
    assert!(books(&payments, "a").iter().all(|(state, _)| state == "refunded"));
}

#[test]
fn what_the_provider_is_told_holds_at_every_instance() {
    let Some(scene) = scene() else { return };
    let (one, other) = (Service::start(&scene, "payments", &[]), Service::start(&scene, "payments", &[]));
    assert_eq!(charge(&other, "a"), 201);
    assert_eq!(one.send("PUT", "/provider", json!({ "fail": 1 })).status, 200);
    crate::support::eventually("the other has heard of it", || {
        (other.get("/provider").body["fail"] == json!(1.0)).then_some(())
    });
    assert_eq!((charge(&one, "b"), charge(&other, "c")), (402, 402));
    // What is charged stays charged.
    assert_eq!(charge(&other, "a"), 200);
    for wrong in [json!({ "fail": 2 }), json!({ "fail": 0.6, "timeout": 0.6 }), json!({ "explode": 1 })] {
        assert_eq!(one.send("PUT", "/provider", wrong).status, 400);
    }
}
