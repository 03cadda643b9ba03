//! Anything may be sent: to the interface, and through a proxy. It never panics, and the bytes come through.

use crate::support::{Server, echo, exchange};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::sync::Arc;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Words of the interface's own language, in any arrangement.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"name\"",
            "\"listen\"",
            "\"upstream\"",
            "\"enabled\"",
            "\"toxics\"",
            "\"type\"",
            "\"stream\"",
            "\"toxicity\"",
            "\"attributes\"",
            "\"latency\"",
            "\"slicer\"",
            "\"ttl\"",
            "null",
            "true",
            "1e400",
            "-1",
            "9223372036854775807",
            "0.5",
            "\"a\"",
            "\"127.0.0.1:0\"",
            "\"\\ud800\"",
            "\"http\"",
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    let soup = prop::collection::vec(word, 0..24).prop_map(|words| words.concat());
    let toxic = (
        prop::sample::select(shakedown::proxy::KINDS.map(|kind| kind.name).to_vec()),
        any::<i64>(),
        any::<f32>(),
        0_i64..5,
    )
        .prop_map(|(kind, value, toxicity, ttl)| {
            let attributes = shakedown::proxy::Kind::named(kind).expect("a kind").attributes;
            let pairs: Vec<String> = attributes.iter().map(|name| format!("\"{name}\":{value}")).collect();
            format!(
                r#"{{"type":"{kind}","toxicity":{toxicity},"ttl":{ttl},"attributes":{{{}}}}}"#,
                pairs.join(",")
            )
            .into_bytes()
        });
    let proxy = (any::<bool>(), any::<bool>(), "[a-c]").prop_map(|(enabled, http, name)| {
        format!(r#"{{"name":"{name}","upstream":"127.0.0.1:1","listen":"127.0.0.1:0","enabled":{enabled},"http":{http}}}"#)
            .into_bytes()
    });
    prop_oneof![soup, toxic, proxy]
}

fn request() -> impl Strategy<Value = (&'static str, String, Vec<u8>)> {
    let method = prop::sample::select(vec!["GET", "POST", "PATCH", "DELETE", "PUT"]);
    let path = prop::sample::select(vec![
        "/proxies",
        "/populate",
        "/reset",
        "/proxies/a",
        "/proxies/b",
        "/proxies/a/toxics",
        "/proxies/a/toxics/latency_downstream",
        "/proxies/a/http",
        "/proxies/a/http/http",
        "/version",
        "/metrics",
        "/proxies/%ff%fe",
    ]);
    (method, path.prop_map(str::to_owned), body())
}

/// The interface answers whatever it is sent, with a status that it knows, and goes on answering.
#[test]
fn the_interface_survives_anything() {
    let runtime = runtime();
    let server = Arc::new(runtime.block_on(Server::start()));
    let known = [200, 201, 204, 400, 403, 404, 405, 409, 500];
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() });
    runner
        .run(&prop::collection::vec(request(), 1..6), |requests| {
            for (method, path, body) in requests {
                let reply = runtime.block_on(server.ask_as("fuzz", method, &path, &body));
                prop_assert!(known.contains(&reply.status), "{method} {path} {body:?}: {reply:?}");
            }
            prop_assert_eq!(runtime.block_on(server.ask("GET", "/version", "")).status, 200);
            Ok(())
        })
        .expect("it survives");
}

/// Whatever the bytes look like, an HTTP-aware proxy passes them as they are to an upstream that gives them back.
#[test]
fn bytes_pass_an_http_proxy_unchanged() {
    let runtime = runtime();
    let (server, address) = runtime.block_on(async {
        let server = Server::start().await;
        let address = server.proxy("p", echo().await, r#","http":true"#).await;
        (server, address)
    });
    let piece = prop_oneof![
        prop::sample::select(vec![
            "GET / HTTP/1.1\r\n",
            "POST /a HTTP/1.1\r\n",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 100 Continue\r\n",
            "Content-Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Connection: close\r\n",
            "\r\n",
            "3\r\nabc\r\n",
            "0\r\n",
            "abc",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..40),
    ];
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() });
    runner
        .run(&prop::collection::vec(piece, 0..12), |pieces| {
            let sent = pieces.concat();
            let got = runtime.block_on(exchange(address, &sent)).expect("an echo");
            prop_assert_eq!(got, sent);
            Ok(())
        })
        .expect("nothing is lost");
    drop(server);
}
