//! The way of an order through all services.

use crate::support::{Service, Shop, eventually, order, request, scene};
use serde_json::json;

#[test]
fn an_order_goes_through_all_services_and_is_told_to_all_three_channels() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let notifier = Service::start(&scene, "notifier", &[]);
    let before = shop.stock(7);
    let reply = order(&shop.orders, "k-1", 7);
    assert_eq!(reply.status, 201, "{}", reply.text);
    let id = reply.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(reply.body["status"], "confirmed");
    assert_eq!(reply.header("x-instance"), Some("orders-under-test"));
    assert_eq!(reply.header("location"), Some(format!("/orders/{id}").as_str()));
    assert_eq!(reply.header("x-writer"), Some("127.0.0.1"));
    assert_eq!(
        shop.states("k-1"),
        [["confirmed"], ["live"], ["reserved"], ["live"]].map(|one| one.map(String::from).to_vec())
    );
    let [left, sold, initial] = shop.stock(7);
    assert_eq!((left, sold, initial), (before[0] - 1, before[1] + 1, before[2]));
    assert_eq!(shop.orders.get(&format!("/orders/{id}")).body["status"], "confirmed");
    let price = shop.catalog.get("/products/7").body["price"].as_i64();
    assert_eq!(shop.payments.audit("/audit/charges")[0]["amount"].as_i64(), price);
    let consumers = eventually("three notifications", || {
        let rows = notifier.audit("/audit/notifications");
        let mut consumers: Vec<_> =
            rows.iter().map(|row| row["consumer"].as_str().expect("one").to_owned()).collect();
        consumers.sort();
        (rows.len() >= 3).then_some(consumers)
    });
    assert_eq!(consumers, ["email", "sms", "whatsapp"]);
    assert_eq!(notifier.audit("/audit/notifications?consumer=sms")[0]["key"], "k-1");
    eventually("the event is marked", || {
        (shop.orders.audit("/audit/events?state=published").len() == 1).then_some(())
    });
}

#[test]
fn what_cannot_be_ordered_is_said_and_changes_nothing() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let asked =
        |key: &str, body| crate::support::try_order(&shop.orders, "/orders", key, body).expect("a reply");
    for (key, body, status, word) in [
        ("", json!({ "product": 1, "quantity": 1 }), 400, "Idempotency-Key"),
        ("a b", json!({ "product": 1, "quantity": 1 }), 400, "Idempotency-Key"),
        ("k", json!({ "product": 1, "quantity": 0 }), 400, "quantity"),
        ("k", json!({ "product": 1 }), 400, "quantity"),
        ("k", json!({ "product": 999_999, "quantity": 1 }), 404, "no product"),
    ] {
        let reply = asked(key, body);
        assert_eq!(reply.status, status, "{key}: {}", reply.text);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"));
        assert!(reply.body["detail"].as_str().is_some_and(|detail| detail.contains(word)), "{}", reply.text);
    }
    assert!(shop.orders.audit("/audit/orders").is_empty());
    assert_eq!(shop.orders.get("/orders/nonsense").status, 404);
    assert_eq!(shop.orders.get("/nowhere").header("content-type"), Some("application/problem+json"));
    assert_eq!(shop.orders.get("/audit/orders?limit=0").status, 400);
    assert_eq!(shop.orders.get("/audit/orders?after=x").status, 400);
}

#[test]
fn audits_come_in_pages_that_are_complete() {
    let Some(scene) = scene() else { return };
    let inventory = Service::start(&scene, "inventory", &[("PRODUCTS", "250")]);
    let first = inventory.get("/audit/products?limit=100").body;
    assert_eq!(first["rows"].as_array().map(Vec::len), Some(100));
    assert_eq!(first["next"], "100");
    let keys: Vec<_> = inventory.audit("/audit/products").iter().map(|row| row["product"].clone()).collect();
    assert_eq!(keys, (1..=250).map(|id| json!(id)).collect::<Vec<_>>());
}

#[test]
fn the_books_can_be_emptied_for_the_next_run() {
    let Some(scene) = scene() else { return };
    let shop = Shop::open(&scene);
    let notifier = Service::start(&scene, "notifier", &[("RETRY_MS", "5")]);
    let stock = shop.stock(7);
    assert_eq!(order(&shop.orders, "k-1", 7).status, 201);
    shop.orders.send("POST", "/events", json!({ "key": "bad", "poison": true }));
    eventually("all has arrived", || (notifier.audit("/audit/notifications").len() == 3).then_some(()));
    eventually("poison is aside", || (notifier.audit("/audit/parked").len() == 3).then_some(()));
    let books = [
        (&shop.orders, "/audit/orders"),
        (&shop.inventory, "/audit/stock"),
        (&shop.payments, "/audit/charges"),
        (&shop.shipments, "/audit/shipments"),
        (&notifier, "/audit/notifications"),
    ];
    for (service, path) in books {
        assert_eq!(service.audit(path).len(), if path.ends_with("notifications") { 3 } else { 1 }, "{path}");
        let reply = request(service.address, "DELETE", path, &[], None).expect("a reply");
        assert_eq!((reply.status, service.audit(path).len()), (204, 0), "{path}: {}", reply.text);
    }
    assert!(shop.orders.audit("/audit/events").is_empty() && notifier.audit("/audit/parked").is_empty());
    assert_eq!(shop.stock(7), stock);
    assert_eq!(order(&shop.orders, "k-1", 7).header("idempotent-replayed"), None);
}
