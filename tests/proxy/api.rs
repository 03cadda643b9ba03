//! The interface against Toxiproxy's exact bodies: one row, one request.

use crate::support::Server;

/// Method, path, body; status, and the reply's exact body.
type Row<'a> = (&'a str, &'a str, &'a str, u16, &'a str);

const LATENCY: &str = r#"{"attributes":{"latency":100,"jitter":10},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}"#;
const DISABLED: &str =
    r#"{"name":"web","listen":"localhost:3310","upstream":"localhost:20001","enabled":false,"toxics":[]}"#;

async fn all(server: &Server, rows: &[Row<'_>]) {
    for (method, path, body, status, expected) in rows {
        let reply = server.ask(method, path, body).await;
        assert_eq!((reply.status, reply.body.as_str()), (*status, *expected), "{method} {path} {body}");
        if !reply.body.is_empty() {
            let json = "content-type: application/json";
            let plain = "content-type: text/plain; charset=utf-8";
            let populate = *path == "/populate";
            let kind = if *status < 300 || populate { json } else { plain };
            assert!(reply.head.contains(kind), "{method} {path}: {}", reply.head);
        }
    }
}

/// An error as `http.Error` writes it.
fn error(status: u16, message: &str) -> String {
    format!("{{\"error\":\"{message}\",\"status\":{status}}}\n")
}

#[tokio::test]
async fn proxies() {
    let server = Server::start().await;
    let (name, upstream) =
        (error(400, "missing required field: name"), error(400, "missing required field: upstream"));
    let (gone, twice) = (error(404, "proxy not found"), error(409, "proxy already exists"));
    let create = r#"{"name":"web","listen":"localhost:3310","upstream":"localhost:20001","enabled":false}"#;
    let index = format!(r#"{{"web":{DISABLED}}}"#);
    let moved = DISABLED.replace("20001", "20002");
    all(
        &server,
        &[
            ("GET", "/proxies", "", 200, "{}"),
            ("POST", "/proxies", "{}", 400, &name),
            ("POST", "/proxies", r#"{"name":"web"}"#, 400, &upstream),
            ("GET", "/proxies/web", "", 404, &gone),
            ("POST", "/proxies/web", "{}", 404, &gone),
            ("DELETE", "/proxies/web", "", 404, &gone),
            ("POST", "/proxies", create, 201, DISABLED),
            ("POST", "/proxies", create, 409, &twice),
            ("GET", "/proxies", "", 200, &index),
            ("GET", "/proxies/web", "", 200, DISABLED),
            ("POST", "/proxies/web", "{}", 200, DISABLED),
            ("PATCH", "/proxies/web", r#"{"upstream":"localhost:20002"}"#, 200, &moved),
            (
                "POST",
                "/proxies/web",
                r#"{"UPSTREAM":"localhost:20001","name":"x","toxics":[1]}"#,
                200,
                DISABLED,
            ),
            ("DELETE", "/proxies/web", "", 204, ""),
            ("GET", "/proxies", "", 200, "{}"),
        ],
    )
    .await;
}

#[tokio::test]
async fn bodies_are_read_as_go_reads_them() {
    let server = Server::start().await;
    let disabled = r#"{"name":"a","listen":"","upstream":"b:1","enabled":false,"toxics":[]}"#;
    let bad = |reason: &str| error(400, &format!("bad request body: {reason}"));
    let field =
        |what: &str, field: &str| bad(&format!("json: cannot unmarshal {what} into Go struct field {field}"));
    all(
        &server,
        &[
            ("POST", "/proxies", "", 400, &bad("EOF")),
            ("POST", "/proxies", r#"{"name":"#, 400, &bad("unexpected EOF")),
            (
                "POST",
                "/proxies",
                "[]",
                400,
                &bad("json: cannot unmarshal array into Go value of type toxiproxy.Proxy"),
            ),
            ("POST", "/proxies", r#"{"name":1}"#, 400, &field("number 1", "Proxy.name of type string")),
            ("POST", "/proxies", r#"{"enabled":"yes"}"#, 400, &field("string", "Proxy.enabled of type bool")),
            // Keys in any case, the last one counts, null changes nothing, unknown ones are ignored, so is what follows.
            (
                "POST",
                "/proxies",
                r#"{"NAME":"x","Name":"a","name":null,"Upstream":"b:1","ENABLED":false,"z":[{}]} trailing"#,
                201,
                disabled,
            ),
            ("DELETE", "/proxies/a", "", 204, ""),
            (
                "POST",
                "/populate",
                "{}",
                400,
                &bad_populate("object", "[]struct { toxiproxy.Proxy; Enabled *bool }"),
            ),
        ],
    )
    .await;
    let reply = server.ask("POST", "/proxies", "{nonsense}").await;
    assert!(reply.status == 400 && reply.body.starts_with(r#"{"error":"bad request body: "#), "{reply:?}");
}

fn bad_populate(what: &str, of: &str) -> String {
    format!(
        r#"{{"error":"bad request body: json: cannot unmarshal {what} into Go value of type {of}","status":400,"proxies":null}}"#
    )
}

#[tokio::test]
async fn toxics() {
    let server = Server::start().await;
    server.ask("POST", "/proxies", r#"{"name":"web","upstream":"localhost:1","listen":"127.0.0.1:0"}"#).await;
    let stream = error(400, "stream was invalid, can be either upstream or downstream");
    let (kind, twice) = (error(400, "invalid toxic type"), error(409, "toxic already exists"));
    let (gone, no_proxy) = (error(404, "toxic not found"), error(404, "proxy not found"));
    let toxics = "/proxies/web/toxics";
    let list = format!("[{LATENCY}]");
    let slow = r#"{"type":"latency","attributes":{"LATENCY":100,"jitter":10,"other":"x"}}"#;
    let changed = LATENCY.replace("100", "1000").replace(r#""toxicity":1"#, r#""toxicity":0.5"#);
    let upstream =
        r#"{"attributes":{"rate":0},"name":"b","type":"bandwidth","stream":"Upstream","toxicity":0.2}"#;
    let both = format!("[{upstream},{changed}]");
    let fraction = error(
        400,
        "bad request body: json: cannot unmarshal number 1.5 into Go struct field .attributes.latency of type int64",
    );
    all(
        &server,
        &[
            ("GET", toxics, "", 200, "[]"),
            ("GET", "/proxies/x/toxics", "", 404, &no_proxy),
            ("POST", "/proxies/x/toxics", "{}", 404, &no_proxy),
            ("POST", toxics, "{}", 400, &kind),
            ("POST", toxics, r#"{"type":"latency","stream":"walrustream"}"#, 400, &stream),
            ("POST", toxics, r#"{"type":"latency","attributes":{"latency":1.5}}"#, 400, &fraction),
            ("POST", toxics, slow, 200, LATENCY),
            ("POST", toxics, r#"{"type":"latency"}"#, 409, &twice),
            (
                "POST",
                toxics,
                r#"{"type":"noop","stream":"upstream","name":"latency_downstream"}"#,
                409,
                &twice,
            ),
            ("GET", toxics, "", 200, &list),
            ("GET", "/proxies/web/toxics/latency_downstream", "", 200, LATENCY),
            (
                "POST",
                "/proxies/web/toxics/latency_downstream",
                r#"{"attributes":{"latency":1000},"toxicity":0.5,"type":"noop","name":"x"}"#,
                200,
                &changed,
            ),
            ("PATCH", "/proxies/web/toxics/latency_downstream", "{}", 200, &changed),
            ("GET", "/proxies/web/toxics/x", "", 404, &gone),
            ("PATCH", "/proxies/web/toxics/x", "{}", 404, &gone),
            ("DELETE", "/proxies/web/toxics/x", "", 404, &gone),
            (
                "POST",
                toxics,
                r#"{"type":"bandwidth","stream":"Upstream","name":"b","toxicity":0.2}"#,
                200,
                upstream,
            ),
            ("GET", toxics, "", 200, &both),
            ("DELETE", "/proxies/web/toxics/b", "", 204, ""),
            ("DELETE", "/proxies/web/toxics/latency_downstream", "", 204, ""),
            ("GET", toxics, "", 200, "[]"),
        ],
    )
    .await;
}

#[tokio::test]
async fn every_kind_reads_back_with_its_attributes() {
    let server = Server::start().await;
    server.ask("POST", "/proxies", r#"{"name":"web","upstream":"localhost:1","enabled":false}"#).await;
    for (kind, attributes) in [
        ("bandwidth", r#"{"rate":7}"#),
        ("slow_close", r#"{"delay":7}"#),
        ("timeout", r#"{"timeout":7}"#),
        ("reset_peer", r#"{"timeout":7}"#),
        ("slicer", r#"{"average_size":7,"size_variation":3,"delay":1}"#),
        ("limit_data", r#"{"bytes":7}"#),
        ("noop", "{}"),
        ("fail_first", r#"{"connections":7}"#),
    ] {
        let ask = format!(r#"{{"type":"{kind}","stream":"upstream","attributes":{attributes}}}"#);
        let said = format!(
            r#"{{"attributes":{attributes},"name":"{kind}_upstream","type":"{kind}","stream":"upstream","toxicity":1}}"#
        );
        all(&server, &[("POST", "/proxies/web/toxics", &ask, 200, &said)]).await;
    }
}

#[tokio::test]
async fn populate_and_reset() {
    let server = Server::start().await;
    let view = |name: &str, listen: &str, enabled: bool| {
        format!(
            r#"{{"name":"{name}","listen":"{listen}","upstream":"localhost:1","enabled":{enabled},"toxics":[]}}"#
        )
    };
    let off = view("a", "localhost:3311", false);
    let done = format!(r#"{{"proxies":[{off}]}}"#);
    let ask = r#"[{"name":"a","listen":"localhost:3311","upstream":"localhost:1","enabled":false}]"#;
    let missing = r#"{"error":"missing required field: name at proxy 2","status":400,"proxies":null}"#;
    let no_upstream =
        r#"{"error":"missing required field: upstream at proxy 1","status":400,"proxies":null}"#;
    all(
        &server,
        &[
            ("POST", "/populate", "[]", 201, r#"{"proxies":null}"#),
            ("POST", "/populate", r#"[{"name":"a","upstream":"b:1"},{}]"#, 400, missing),
            ("POST", "/populate", r#"[{"name":"a"}]"#, 400, no_upstream),
            ("GET", "/proxies", "", 200, "{}"),
            ("POST", "/populate", ask, 201, &done),
            ("POST", "/populate", ask, 201, &done),
            ("DELETE", "/proxies/a", "", 204, ""),
        ],
    )
    .await;

    // The same addresses: untouched, toxics and all. Another one: replaced.
    let first = server
        .ask("POST", "/populate", r#"[{"name":"a","listen":"127.0.0.1:0","upstream":"localhost:1"}]"#)
        .await;
    let said: serde_json::Value = serde_json::from_str(&first.body).expect("JSON");
    let listen = said["proxies"][0]["listen"].as_str().expect("an address").to_owned();
    server.toxic("a", r#"{"type":"latency","attributes":{"latency":100,"jitter":10}}"#).await;
    let by_name = listen.replace("127.0.0.1", "localhost");
    let again = format!(r#"[{{"name":"a","listen":"{by_name}","upstream":"localhost:1"}}]"#);
    let kept =
        format!(r#"{{"proxies":[{}]}}"#, view("a", &listen, true).replace("[]", &format!("[{LATENCY}]")));
    all(&server, &[("POST", "/populate", &again, 201, &kept), ("POST", "/reset", "", 204, "")]).await;
    let cleared = view("a", &listen, true);
    all(&server, &[("GET", "/proxies/a", "", 200, &cleared)]).await;
    let other = again.replace("localhost:1\"", "localhost:2\"");
    let replaced = format!(r#"{{"proxies":[{}]}}"#, cleared.replace("localhost:1\"", "localhost:2\""));
    all(&server, &[("POST", "/populate", &other, 201, &replaced)]).await;

    // A port that is taken: what went before stays, and is told.
    let taken = format!(r#"[{{"name":"b","listen":"{listen}","upstream":"c:1"}}]"#);
    let text = format!(
        r#"{{"error":"listen tcp {listen}: bind: address already in use","status":500,"proxies":null}}"#
    );
    all(&server, &[("POST", "/populate", &taken, 500, &text)]).await;
    let one = format!(r#"{{"name":"b","listen":"{listen}","upstream":"c:1"}}"#);
    let text = error(500, &format!("listen tcp {listen}: bind: address already in use"));
    all(&server, &[("POST", "/proxies", &one, 500, &text)]).await;
    assert_eq!(server.ask("GET", "/proxies/b", "").await.status, 404);
}

#[tokio::test]
async fn a_proxy_with_its_toxics_in_one_call() {
    let server = Server::start().await;
    let ask = r#"{"name":"a","upstream":"b:1","enabled":false,"toxics":[{"type":"latency","attributes":{"latency":100,"jitter":10}}]}"#;
    let said = format!(r#"{{"name":"a","listen":"","upstream":"b:1","enabled":false,"toxics":[{LATENCY}]}}"#);
    let wrong = r#"{"name":"b","upstream":"b:1","toxics":[{"type":"walrus"}]}"#;
    let kind = error(400, "invalid toxic type");
    all(&server, &[("POST", "/proxies", ask, 201, &said), ("POST", "/proxies", wrong, 400, &kind)]).await;
    assert_eq!(server.ask("GET", "/proxies/b", "").await.status, 404);
}

#[tokio::test]
async fn everything_else() {
    let server = Server::start().await;
    let reply = server.ask("GET", "/version", "").await;
    assert_eq!(reply.body, format!("{{\"version\": \"{}\"}}\n", shakedown::proxy::VERSION));
    assert!(reply.head.contains("content-type: application/json;charset=utf-8"));

    // As Toxiproxy since 2.6: 20 signs, another one for each reply, whatever the client sent; none where there is no route.
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/version", "/proxies", "/proxies/none"] {
        let reply = server.ask("GET", path, "").await;
        let id = reply.head.lines().find_map(|line| line.strip_prefix("x-toxiproxy-request-id: "));
        ids.insert(id.unwrap_or_else(|| panic!("{path}: {}", reply.head)).to_owned());
    }
    assert!(ids.len() == 3 && ids.iter().all(|id| id.len() == 20), "{ids:?}");
    assert!(!server.ask("GET", "/nothing", "").await.head.contains("request-id"));

    let reply = server.ask_as("Mozilla/5.0 (X11)", "GET", "/proxies", b"").await;
    assert_eq!((reply.status, reply.body.as_str()), (403, "User agent not allowed\n"));
    assert_eq!(server.ask_as("NotMozilla/5.0", "GET", "/proxies", b"").await.status, 200);

    let reply = server.ask("GET", "/nothing", "").await;
    assert_eq!((reply.status, reply.body.as_str()), (404, "404 page not found\n"));
    assert!(reply.head.contains("x-content-type-options: nosniff"));
    assert_eq!(server.ask("PUT", "/proxies", "").await.status, 405);

    let name = "with space/slash & <ü>";
    let ask = format!(r#"{{"name":"{name}","upstream":"b:1","enabled":false}}"#);
    let reply = server.ask("POST", "/proxies", &ask).await;
    assert!(reply.body.contains(r"with space/slash \u0026 \u003cü\u003e"), "{}", reply.body);
    let path = "/proxies/with%20space%2Fslash%20%26%20%3C%C3%BC%3E";
    assert_eq!(server.ask("GET", path, "").await.status, 200);
}
