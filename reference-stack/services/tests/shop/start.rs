//! Starting, ending, and being told wrongly how.

use crate::support::{Service, eventually, scene};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

#[test]
fn wrong_settings_stop_the_start_and_are_explained() {
    let database = ("DATABASE_WRITE_URL", "postgres://shop@127.0.0.1:1/shop");
    let listen = ("LISTEN", "127.0.0.1:0");
    for (arguments, environment, word) in [
        (vec![], vec![], "`` is no role: the first argument is catalog, orders"),
        (vec!["cashier"], vec![], "`cashier` is no role"),
        (
            vec!["inventory"],
            vec![],
            "DATABASE_WRITE_URL is not set; it is needed here, like `DATABASE_WRITE_URL=postgres",
        ),
        (
            vec!["inventory"],
            vec![("DATABASE_WRITE_URL", "x y z")],
            "DATABASE_WRITE_URL is no address of a database",
        ),
        (
            vec!["inventory"],
            vec![database, ("STOCK_CHECK", "no")],
            "STOCK_CHECK=no must be one of: on, racy, off",
        ),
        (vec!["payments"], vec![database, ("LISTEN", "8080")], "LISTEN=8080 must be an address and a port"),
        (
            vec!["payments"],
            vec![database, listen, ("IDEMPOTENCY", "0")],
            "IDEMPOTENCY=0 must be one of: on, off",
        ),
        (vec!["catalog"], vec![database], "REDIS_SENTINELS is not set"),
        (vec!["orders"], vec![database], "CATALOG_URL is not set"),
        (vec!["notifier"], vec![database, ("KINDS", "fax")], "KINDS: `fax` is none of email, whatsapp, sms"),
        (
            vec!["notifier"],
            vec![database, ("AMQP_URLS", "rabbit")],
            "AMQP_URLS: `rabbit` is no address of a broker",
        ),
        (vec!["notifier"], vec![database, ("ACK", "never")], "ACK=never must be one of: after, before"),
        (vec!["sessions"], vec![("SESSIONS", "disk")], "SESSIONS=disk must be one of: redis, cookie, memory"),
        (vec!["sessions"], vec![("SESSIONS", "cookie"), ("CRASH_AT", "noon")], "`noon` is no point"),
    ] {
        let (status, log) = Service::ends(None, &arguments, &environment);
        assert_eq!(status.code(), Some(1), "{arguments:?} {environment:?}: {log}");
        let told: serde_json::Value =
            serde_json::from_str(log.lines().last().expect("a line")).expect("JSON");
        let why = told["error"].as_str().expect("an error");
        assert!(why.contains(word), "{arguments:?}: {why}");
    }
}

#[test]
fn it_waits_for_a_database_that_is_not_there_yet() {
    let Some(scene) = scene() else { return };
    // A port that refuses.
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let url = format!("postgres://shop@127.0.0.1:{port}/shop");
    let mut service = Service::begin(&scene, "payments", &[("DATABASE_WRITE_URL", &url)]);
    eventually("it says that it waits", || {
        service.log().iter().any(|line| line["message"] == "waits for the database").then_some(())
    });
    // Whoever asks it for something is refused, so that a balancer tries another instance.
    let error = TcpStream::connect(service.address).expect_err("it does not listen yet");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
    service.signal("TERM");
    service.ended();
}

#[test]
fn the_request_id_goes_through_and_replies_are_signed() {
    let Some(scene) = scene() else { return };
    let service = Service::start(&scene, "inventory", &[("VERSION", "7.1"), ("LOG", "requests")]);
    let reply = crate::support::request(
        service.address,
        "GET",
        "/audit/products?limit=1",
        &[("X-Request-Id", "abc-1")],
        None,
    );
    let reply = reply.expect("a reply");
    assert_eq!(reply.header("x-request-id"), Some("abc-1"));
    assert_eq!(reply.header("x-version"), Some("7.1"));
    eventually("it is in the log", || {
        service
            .log()
            .iter()
            .any(|line| line["request_id"] == "abc-1" && line["route"] == "/audit/products")
            .then_some(())
    });
    assert!(service.get("/health/live").header("x-request-id").is_some_and(|id| id.len() == 36));
    let metrics = service.get("/metrics").text;
    let line = "refshop_requests_total{method=\"GET\",route=\"/audit/products\",status=\"200\"} 1";
    assert!(metrics.lines().any(|told| told == line), "{metrics}");
}

#[test]
fn it_ends_in_order_and_in_time() {
    let Some(scene) = scene() else { return };
    let mut service = Service::start(&scene, "payments", &[("DRAIN_MS", "300")]);
    let told = service.send("PUT", "/provider", serde_json::json!({ "latency_ms": 600 }));
    assert_eq!(told.status, 200, "{}", told.text);
    let address = service.address;
    let under_way = std::thread::spawn(move || {
        let body = serde_json::json!({ "order": "o", "key": "k", "amount": 5 });
        crate::support::request(address, "POST", "/charges", &[], Some(&body))
    });
    eventually("the charge is under way", || (service.metric("refshop_room ") == 63).then_some(()));
    let began = Instant::now();
    service.signal("TERM");
    eventually("it is out of the balancer", || (service.get("/health/ready").status == 503).then_some(()));
    assert_eq!(under_way.join().expect("no panic").expect("a reply").status, 201);
    assert_eq!(service.ended().code(), Some(0));
    // The bound of an orderly end, not a timing.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn the_image_can_ask_itself() {
    let Some(scene) = scene() else { return };
    let service = Service::start(&scene, "payments", &[]);
    let listen = service.address.to_string();
    assert!(Service::ends(None, &["healthcheck"], &[("LISTEN", &listen)]).0.success());
    drop(service);
    assert_eq!(Service::ends(None, &["healthcheck"], &[("LISTEN", &listen)]).0.code(), Some(1));
}
