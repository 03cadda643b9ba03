//! What is committed is told, even if the instance dies in between; and without the outbox it is lost.

use crate::support::{Service, Shop, eventually, order, scene, try_order};
use serde_json::json;

fn told(notifier: &Service, key: &str) -> usize {
    notifier.audit("/audit/notifications").iter().filter(|row| row["key"] == key).count()
}

#[test]
fn an_instance_that_dies_between_commit_and_publishing_loses_no_event() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let notifier = Service::start(&scene, "notifier", &[]);
    for point in ["after-commit", "after-publish"] {
        let mut doomed = shop.orders_with(&scene, &[("CRASH_AT", point)]);
        let key = format!("dies-{point}");
        if point == "after-commit" {
            let _ = try_order(&doomed, "/orders", &key, json!({ "product": 3, "quantity": 1 }));
        } else {
            // Whichever relay takes it; the doomed one dies of the first event that it publishes.
            let _ = doomed.send("POST", "/events", json!({ "key": key }));
        }
        if point == "after-commit" {
            assert_eq!(doomed.ended().code(), Some(86));
        }
        eventually("all three were told", || (told(&notifier, &key) == 3).then_some(()));
    }
    eventually("nothing waits", || shop.orders.audit("/audit/events?state=waiting").is_empty().then_some(()));
}

#[test]
fn without_the_outbox_the_event_dies_with_the_instance() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("OUTBOX", "off")]);
    let notifier = Service::start(&scene, "notifier", &[]);
    let mut doomed = shop.orders_with(&scene, &[("OUTBOX", "off"), ("CRASH_AT", "after-commit")]);
    let _ = try_order(&doomed, "/orders", "lost", json!({ "product": 3, "quantity": 1 }));
    assert_eq!(doomed.ended().code(), Some(86));
    // One that is told comes later and overtakes nobody: the lost one would be there by then.
    assert_eq!(order(&shop.orders, "told", 3).status, 201);
    eventually("the other order is told", || (told(&notifier, "told") == 3).then_some(()));
    assert_eq!(told(&notifier, "lost"), 0);
    assert_eq!(shop.states("lost")[0], ["confirmed"]);
    let committed = shop.orders.audit("/audit/events");
    assert!(committed.iter().any(|row| row["key"] == "lost" && row["state"] == "direct"), "{committed:?}");
}

#[test]
fn with_the_broker_away_orders_go_on_and_events_wait() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("AMQP_URLS", "amqp://shop:shop@127.0.0.1:1/%2f")]);
    assert_eq!(order(&shop.orders, "k-1", 3).status, 201);
    assert_eq!(shop.orders.audit("/audit/events?state=waiting").len(), 1);
    let refused =
        try_order(&shop.orders, "/orders?async=true", "k-2", json!({ "product": 3, "quantity": 1 }));
    assert_eq!(refused.expect("a reply").status, 503);
    // An instance that finds a broker behind the first address, which is dead, tells it.
    let urls = format!("amqp://shop:shop@127.0.0.1:1/%2f,{}", scene.broker());
    let _other = shop.orders_with(&scene, &[("AMQP_URLS", &urls)]);
    let notifier = Service::start(&scene, "notifier", &[("AMQP_URLS", &urls)]);
    eventually("the event is told", || (told(&notifier, "k-1") == 3).then_some(()));
}
