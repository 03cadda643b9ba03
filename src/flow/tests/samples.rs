//! Samples of what was not good.

use super::world::{Bench, flow, program, reply, reply_with};
use crate::event::ErrorKind;

#[test]
fn a_sample_shows_both_sides_without_secrets() {
    let steps = [
        "name='login', post='/login', form={ user='ann', password='hunter2' }, extract={ session_token='$.t', token_count='$.n' }",
        "name='order', post='/orders', query={ k='${env:API_KEY}' }, header={ Authorization='Bearer ${session_token}', X-Note='for ${session_token}' }, json={ key='${env:API_KEY}', secret='s', n=1 }, expect={ status=201 }",
    ];
    let text = format!("traceparent = true\n---{}", flow(&steps));
    let bench = Bench::new(
        program(&text),
        [
            reply(200, r#"{"t": "tok-123", "n": 1}"#),
            reply_with(503, &[("Set-Cookie", "sid=1"), ("Server", "edge")], "no tok-123, k3y from env"),
        ],
    );
    bench.session(0);
    let samples = bench.kept.samples.borrow();
    assert_eq!(samples.len(), 1, "good exchanges are not sampled");
    let sample = &samples[0];
    assert_eq!((sample.op, sample.attempt, sample.step.0, sample.error), (1, 0, 1, ErrorKind::Status));
    assert_eq!(sample.reason, "flow `f`, step `order`: status: expected 201, got 503");
    let (head, body) = sample.request.split_once("\n\n").expect("head and body");
    assert!(
        head.starts_with(
            "POST /api/orders?k=***\nAuthorization: ***\nX-Note: for ***\nContent-Type: application/json"
        ),
        "{head}"
    );
    assert_eq!(body, r#"{"key":"***","n":1,"secret":"***"}"#);
    assert_eq!(sample.response.as_deref(), Some("503\nSet-Cookie: ***\nServer: edge\n\nno ***, ***"));
    let trace = sample.trace_id.clone().expect("was sent");
    assert!(head.contains(&trace));
}

#[test]
fn only_the_first_of_a_kind_are_kept() {
    let bench = Bench::new(program(&flow(&["name='a', get='/'"])), vec![reply(500, "x"); 50]);
    for session in 0..50 {
        bench.session(session);
    }
    assert_eq!(bench.attempts().len(), 50);
    assert_eq!(bench.kept.samples.borrow().len(), 2);
}
