//! Deliveries: each event to each kind, once, whatever dies; what cannot be digested goes aside.

use crate::support::{Scene, Service, Shop, eventually, request, scene};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An orders service that only publishes events.
fn publisher(scene: &Scene, settings: &[(&str, &str)]) -> Service {
    let nobody = "http://127.0.0.1:1";
    let mut environment = vec![
        ("CATALOG_URL", nobody),
        ("INVENTORY_URL", nobody),
        ("PAYMENTS_URL", nobody),
        ("SHIPMENTS_URL", nobody),
    ];
    environment.extend(settings);
    Service::start(scene, "orders", &environment)
}

fn publish(orders: &Service, keys: impl Iterator<Item = usize>, poison: bool) {
    for key in keys {
        let reply = orders.send("POST", "/events", json!({ "key": format!("e-{key}"), "poison": poison }));
        assert_eq!(reply.status, 202, "{}", reply.text);
    }
}

fn published(orders: &Service) {
    eventually("everything is published", || {
        orders.audit("/audit/events?state=waiting").is_empty().then_some(())
    });
}

/// Effects by consumer and key.
fn effects(notifier: &Service) -> BTreeMap<(String, String), Vec<Value>> {
    let mut effects: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for row in notifier.audit("/audit/notifications") {
        let text = |name: &str| row[name].as_str().expect("a text").to_owned();
        effects.entry((text("consumer"), text("key"))).or_default().push(row);
    }
    effects
}

#[test]
fn every_kind_gets_every_event_and_one_that_is_away_gets_them_later() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let two = Service::start(&scene, "notifier", &[("KINDS", "email,sms")]);
    publish(&orders, 0..20, false);
    eventually("the two have all", || (effects(&two).len() == 40).then_some(()));
    let third = Service::start(&scene, "notifier", &[("KINDS", "whatsapp")]);
    eventually("the third, too", || (effects(&third).len() == 60).then_some(()));
    assert!(effects(&two).values().all(|rows| rows.len() == 1));
}

#[test]
fn plain_publish_and_subscribe_loses_what_nobody_hears() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[("CHANNELS", "pubsub")]);
    let two = Service::start(&scene, "notifier", &[("KINDS", "email,sms"), ("CHANNELS", "pubsub")]);
    eventually("they listen", || {
        (two.log().iter().filter(|line| line["message"] == "consuming").count() == 2).then_some(())
    });
    publish(&orders, 0..10, false);
    eventually("the two have all", || (effects(&two).len() == 20).then_some(()));
    let third = Service::start(&scene, "notifier", &[("KINDS", "whatsapp"), ("CHANNELS", "pubsub")]);
    eventually("it listens", || third.log().iter().any(|line| line["message"] == "consuming").then_some(()));
    publish(&orders, 10..11, false);
    eventually("the new one is heard by all", || (effects(&third).len() == 23).then_some(()));
    let kinds: Vec<_> = effects(&third).into_keys().map(|(consumer, _)| consumer).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "whatsapp").count(), 1);
}

#[test]
fn a_worker_that_dies_before_or_after_the_effect_makes_no_difference() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    for point in ["before-effect", "after-effect"] {
        let mut doomed = Service::start(&scene, "notifier", &[("CRASH_AT", point), ("KINDS", "email")]);
        publish(&orders, 0..1, false);
        publish(&orders, std::iter::once(point.len()), false);
        assert_eq!(doomed.ended().code(), Some(86), "{point}");
        let worker = Service::start(&scene, "notifier", &[("KINDS", "email")]);
        let rows = eventually("the effect is there", || {
            effects(&worker).get(&("email".into(), format!("e-{}", point.len()))).cloned()
        });
        published(&orders);
        assert_eq!(rows.len(), 1, "{point}");
        eventually("it was delivered again", || {
            (worker.metric("refshop_redelivered_total{kind=\"email\"}") > 0).then_some(())
        });
        assert!(effects(&worker).values().all(|rows| rows.len() == 1), "{point}");
    }
}

#[test]
fn without_the_inbox_a_second_delivery_has_a_second_effect() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let settings = [("KINDS", "email"), ("INBOX", "off")];
    let mut doomed =
        Service::start(&scene, "notifier", &[settings[0], settings[1], ("CRASH_AT", "after-effect")]);
    publish(&orders, 0..1, false);
    assert_eq!(doomed.ended().code(), Some(86));
    let worker = Service::start(&scene, "notifier", &settings);
    eventually("twice", || (effects(&worker).values().next().map(Vec::len) == Some(2)).then_some(()));
}

#[test]
fn acknowledging_before_the_work_loses_it() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let mut doomed = Service::start(
        &scene,
        "notifier",
        &[("KINDS", "email"), ("ACK", "before"), ("CRASH_AT", "before-effect")],
    );
    publish(&orders, 0..1, false);
    assert_eq!(doomed.ended().code(), Some(86));
    let worker = Service::start(&scene, "notifier", &[("KINDS", "email"), ("ACK", "before")]);
    publish(&orders, 1..2, false);
    eventually("the next event", || {
        effects(&worker).contains_key(&("email".into(), "e-1".into())).then_some(())
    });
    assert_eq!(effects(&worker).len(), 1);
}

#[test]
fn poison_goes_aside_after_four_tries_and_blocks_nobody_and_comes_back_after_the_repair() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let notifier = Service::start(&scene, "notifier", &[("RETRY_MS", "20"), ("PREFETCH", "4")]);
    publish(&orders, 0..2, true);
    publish(&orders, 2..12, false);
    eventually("the others are told", || (effects(&notifier).len() == 30).then_some(()));
    let parked = eventually("the poison is aside", || {
        let rows = notifier.audit("/audit/parked");
        (rows.len() == 6).then_some(rows)
    });
    assert!(parked.iter().all(|row| row["state"] == "parked" && row["poison"] == true), "{parked:?}");
    // Looking takes nothing out; pages are complete.
    assert_eq!(notifier.audit("/audit/parked"), parked);
    assert_eq!(notifier.get("/audit/parked?limit=4").body["next"], "4");
    assert_eq!(notifier.audit("/audit/parked?consumer=sms").len(), 2);
    let failures = notifier.metric("refshop_notifications_total{kind=\"email\",result=\"failed\"}");
    assert_eq!(failures, 8, "two events, four tries each");
    assert_eq!(notifier.send("PUT", "/provider/notifier", json!({ "repaired": true })).status, 200);
    assert_eq!(notifier.send("POST", "/parked/redrive", json!({})).body["redriven"], 6);
    eventually("now they are told as well", || (effects(&notifier).len() == 36).then_some(()));
    assert!(effects(&notifier).values().all(|rows| rows.len() == 1));
    assert!(notifier.audit("/audit/parked").is_empty());
}

#[test]
fn a_provider_that_fails_touches_only_its_own_kind() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let notifier = Service::start(&scene, "notifier", &[("RETRY_MS", "10")]);
    assert_eq!(notifier.send("PUT", "/provider/notifier", json!({ "fail": { "sms": 1 } })).status, 200);
    assert_eq!(notifier.send("PUT", "/provider/notifier", json!({ "fail": { "fax": 1 } })).status, 400);
    publish(&orders, 0..5, false);
    eventually("the others are told", || (effects(&notifier).len() == 10).then_some(()));
    eventually("its own are aside", || {
        (notifier.audit("/audit/parked?consumer=sms").len() == 5).then_some(())
    });
    assert!(effects(&notifier).keys().all(|(consumer, _)| consumer != "sms"));
}

#[test]
fn an_order_may_be_poisonous() {
    let Some(scene) = scene() else { return };
    let shop = Shop::with(&scene, &[("POISON", "1")]);
    assert_eq!(crate::support::order(&shop.orders, "k-1", 3).status, 201);
    assert_eq!(shop.orders.audit("/audit/events")[0]["poison"], true);
}

#[test]
fn the_id_of_a_request_reaches_the_workers_log() {
    let Some(scene) = scene() else { return };
    let orders = publisher(&scene, &[]);
    let notifier = Service::start(&scene, "notifier", &[("KINDS", "email"), ("RETRY_MS", "10")]);
    let body = json!({ "key": "e-1", "poison": true });
    let reply = request(orders.address, "POST", "/events", &[("X-Request-Id", "asked-7")], Some(&body));
    assert_eq!(reply.expect("a reply").status, 202);
    eventually("the failure is in the log, in the request's name", || {
        let log = notifier.log();
        log.iter().any(|line| line["kind"] == "email" && line["request_id"] == "asked-7").then_some(())
    });
}
