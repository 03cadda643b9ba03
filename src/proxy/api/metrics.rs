//! `GET /metrics`: Toxiproxy's counters of bytes, and a few of our own, as Prometheus reads them.

use super::service::{Reply, Shared};
use crate::proxy::View;
use crate::proxy::counters::Counters;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::fmt::Write;
use std::sync::atomic::Ordering::Relaxed;

/// One value of a proxy, with further labels.
type Value = fn(&Counters) -> Vec<(&'static str, u64)>;

/// Name, type and what it counts.
const METRICS: [(&str, &str, &str, Value); 6] = [
    ("toxiproxy_proxy_received_bytes_total", "counter", "Bytes read.", |c| {
        vec![
            ("upstream", c.upstream.received.load(Relaxed)),
            ("downstream", c.downstream.received.load(Relaxed)),
        ]
    }),
    ("toxiproxy_proxy_sent_bytes_total", "counter", "Bytes written.", |c| {
        vec![("upstream", c.upstream.sent.load(Relaxed)), ("downstream", c.downstream.sent.load(Relaxed))]
    }),
    ("shakedown_proxy_connections_total", "counter", "Connections accepted.", |c| {
        vec![("", c.accepted.load(Relaxed))]
    }),
    ("shakedown_proxy_connections", "gauge", "Connections open.", |c| vec![("", c.open.load(Relaxed))]),
    ("shakedown_proxy_failed_dials_total", "counter", "Dials to the upstream that failed.", |c| {
        vec![("", c.undialled.load(Relaxed))]
    }),
    ("shakedown_proxy_requests_struck_total", "counter", "Requests that an HTTP rule struck.", |c| {
        vec![("", c.struck.load(Relaxed))]
    }),
];

pub(super) async fn show(State(all): Shared) -> Reply {
    let mut proxies = Vec::new();
    for proxy in all.list().await {
        proxies.push((proxy.view().await, proxy));
    }
    let mut text = String::new();
    for (name, kind, help, value) in METRICS {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (view, proxy) in &proxies {
            for (direction, value) in value(&proxy.shared().counters) {
                let _ = writeln!(text, "{name}{{{}}} {value}", labels(view, direction));
            }
        }
    }
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn labels(view: &View, direction: &str) -> String {
    let spec = &view.spec;
    let all = [
        ("direction", direction),
        ("listener", &spec.listen),
        ("proxy", &spec.name),
        ("upstream", &spec.upstream),
    ];
    let labels = all.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    labels.collect::<Vec<_>>().join(",")
}
