//! What is made of replies: checks, extraction, outcomes, marks.

use super::world::{Answer, Bench, SERVICE, flow, program, reply, reply_with};
use crate::event::{ErrorKind, Outcome, Sent};
use crate::flow::Ended;

/// One step against one answer: its error, its outcome, and the reason in words.
fn judged(step: &str, answer: Answer) -> (ErrorKind, Outcome, String) {
    let (bench, ended) = Bench::walked(&[&format!("name='s', get='/', {step}")], [answer]);
    let attempt = bench.attempts().remove(0);
    assert_eq!(ended == Ended::Good, attempt.good);
    assert_eq!(attempt.good, attempt.error == ErrorKind::None);
    let reason = bench.kept.samples.borrow().first().map(|sample| sample.reason.clone()).unwrap_or_default();
    (attempt.error, attempt.outcome, reason.replace("flow `f`, step `s`: ", ""))
}

#[test]
fn statuses() {
    use ErrorKind::{None, Status};
    for (step, status, error, outcome, reason) in [
        ("", 200, None, Outcome::Ok, ""),
        ("", 302, None, Outcome::Ok, ""),
        ("", 404, Status, Outcome::Fail, "status: expected any 2xx or 3xx, got 404"),
        ("expect={status=[200, 201]}", 204, Status, Outcome::Ok, "status: expected 200 or 201, got 204"),
        ("expect={status=404}", 404, None, Outcome::Fail, ""),
        ("expect={status=200}", 503, Status, Outcome::Indeterminate, "status: expected 200, got 503"),
        ("", 408, Status, Outcome::Indeterminate, "status: expected any 2xx or 3xx, got 408"),
    ] {
        assert_eq!(judged(step, reply(status, "")), (error, outcome, reason.to_owned()), "{step} {status}");
    }
}

#[test]
fn checks_say_what_they_expected_and_what_came() {
    let body = r#"{"id": 7, "name": "Ann", "tags": ["a", "b"]}"#;
    for (check, wanted) in [
        ("json={'$.id'=7, '$.name'='Ann', '$.tags'=['a', 'b']}", ""),
        ("json={'$.id'='7'}", "json $.id: expected \"7\", got 7"),
        ("json={'$.none'=1}", "json $.none: expected 1, got nothing there"),
        ("json={'$..tags[-1]'='b'}", ""),
        ("matches={'$.name'='^A', '$.id'='^[0-9]+$'}", ""),
        ("matches={'$.name'='^B'}", "json $.name: expected what matches `^B`, got \"Ann\""),
        ("contains='\"name\": \"Ann\"'", ""),
        (
            "contains='Bob ${user}'",
            "body: expected one that contains `Bob 0`, got `{\"id\": 7, \"name\": \"Ann\", \"tags\": [\"a\", \"b\"]}`",
        ),
        ("header={X-Shop='*', x-shop='b${user}'}", ""),
        ("header={X-None='*'}", "header X-None: expected any value, got no such header"),
        ("header={X-Shop='c'}", "header X-Shop: expected `c`, got `a`"),
        ("within='10ms'", ""),
        ("within='9.9ms'", "service time: expected at most 9.9ms, got 9.999ms"),
    ] {
        let answer = reply_with(200, &[("x-shop", "a"), ("X-Shop", "b0")], body);
        let (error, outcome, reason) = judged(&format!("expect={{{check}}}"), answer);
        assert_eq!(reason, wanted, "{check}");
        assert_eq!(error, if wanted.is_empty() { ErrorKind::None } else { ErrorKind::Check });
        assert_eq!(outcome, Outcome::Ok);
    }
    let (error, _, reason) = judged("expect={json={'$.a'=1}}", reply(200, "<html>"));
    assert_eq!(error, ErrorKind::Check);
    assert!(
        reason.starts_with("json $.a: expected 1, got a body that is not JSON (a value is expected, and `<` stands there at line 1"),
        "{reason}"
    );
    let (_, _, reason) = judged("expect={contains='x'}", reply(200, &"y".repeat(9_000)));
    assert!(reason.chars().count() < 300 && reason.ends_with('…'), "{reason}");
}

#[test]
fn values_are_extracted_and_used() {
    let steps = [
        "name='a', get='/', extract={ id='$.items[1].id', any='$..name', h={header='X-Id'}, g={regex='name\": \"(\\w+)'}, whole={regex='[0-9]+'}, none={json='$.none', optional=true} }",
        "name='b', get='/${id}/${any}/${h}/${g}/${whole}'",
        "name='c', get='/${none}', when='${none}'",
        "name='d', get='/end', expect={json={'$.id'='${id}'}}",
    ];
    let body = r#"{"items": [{"id": 1}, {"id": 22, "name": "Ann"}]}"#;
    let (bench, ended) = Bench::walked(
        &steps,
        [reply_with(200, &[("x-id", "h1")], body), reply(200, ""), reply(200, r#"{"id": 22}"#)],
    );
    let paths: Vec<String> = bench.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/api/", "/api/22/Ann/h1/Ann/1", "/api/end"]);
    assert_eq!(ended, Ended::Good);
}

#[test]
fn what_cannot_be_extracted_is_bad_and_said() {
    for (extract, answer, wanted) in [
        ("v='$.a.b'", reply(200, "{\"a\": {}}"), "extract v: expected a value at $.a.b, got `{\"a\": {}}`"),
        ("v={header='ETag'}", reply(200, ""), "extract v: expected a header ETag, got no such header"),
        ("v={regex='a(b)?'}", reply(200, "a"), "extract v: expected what matches `a(b)?`, got `a`"),
        ("v={regex='b'}", reply(200, ""), "extract v: expected what matches `b`, got an empty body"),
    ] {
        let (error, outcome, reason) = judged(&format!("extract={{{extract}}}"), answer);
        assert_eq!((error, outcome, reason.as_str()), (ErrorKind::Extract, Outcome::Ok, wanted));
    }
    let (error, _, reason) = judged("extract={v='$.a'}", reply(200, "nope"));
    assert_eq!(error, ErrorKind::Extract);
    assert!(reason.contains("not JSON"), "{reason}");
}

#[test]
fn no_reply_is_told_with_what_was_sent() {
    for (kind, sent, outcome, words) in [
        (
            ErrorKind::Refused,
            Sent::Nothing,
            Outcome::Fail,
            "refused: expected a reply within 10s, got scripted refused (nothing was sent)",
        ),
        (
            ErrorKind::Timeout,
            Sent::All,
            Outcome::Indeterminate,
            "timeout: expected a reply within 10s, got scripted timeout (the request was sent)",
        ),
        (ErrorKind::Reset, Sent::Part, Outcome::Indeterminate, "(the request was sent in part)"),
        (ErrorKind::Reset, Sent::Nothing, Outcome::Fail, "nothing was sent"),
    ] {
        let (error, told, reason) = judged("", Answer::Trouble(kind, sent));
        assert_eq!((error, told), (kind, outcome));
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn contracts_speak_of_their_step() {
    let contract = "[[contract]]\nstatus=503\nheader='Server: edge'\nstep='b'\noutcome='fail'\n";
    let steps = flow(&["name='a', get='/', expect={status=503}", "name='b', get='/', expect={status=503}"]);
    let answers = || reply_with(503, &[("server", "edge")], "");
    let bench = Bench::new(program(&format!("---{contract}{steps}")), [answers(), answers()]);
    assert_eq!(bench.session(0), Ended::Good);
    let outcomes: Vec<Outcome> = bench.attempts().iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Indeterminate, Outcome::Fail]);
}

#[test]
fn rows_tell_times_bytes_instance_and_status() {
    let program = program(&format!(
        "instance_header='X-Node'\n---{}",
        flow(&["name='a', get='/'", "name='b', get='/'"])
    ));
    let node = |name| reply_with(200, &[("x-node", name)], "");
    let bench =
        Bench::new(program, [node("n1"), node("n2"), node("n1"), reply(200, ""), node(""), node("n2")]);
    bench.session(3);
    bench.session(9);
    bench.session(11);
    let mut attempts = bench.attempts();
    let late = attempts.split_off(4);
    assert_eq!((late[0].instance, late[1].instance), (None, Some(1)), "an empty name is none");
    assert_eq!(*bench.kept.instances.borrow(), ["n1", "n2"]);
    assert_eq!(
        attempts.iter().map(|attempt| attempt.instance).collect::<Vec<_>>(),
        [Some(0), Some(1), Some(0), None]
    );
    assert_eq!(
        attempts.iter().map(|attempt| attempt.op).collect::<Vec<_>>(),
        [3 << 16, (3 << 16) + 1, 9 << 16, (9 << 16) + 1]
    );
    assert_eq!(
        attempts.iter().map(|attempt| attempt.arrival).collect::<Vec<_>>(),
        [true, false, true, false]
    );
    let second = &attempts[1];
    assert_eq!((second.user, second.session, second.step.0, second.attempt, second.last), (3, 3, 1, 0, true));
    assert_eq!((second.intended, second.started, second.end), (SERVICE, SERVICE, SERVICE + SERVICE));
    assert_eq!((second.status, second.bytes, second.sent_state), (Some(200), 7, Sent::All));
    assert!(second.sent > Some(second.started) && second.first_byte > second.sent);
}

#[test]
fn marks_tell_what_is_known() {
    let steps = [
        "name='w', post='/', header={K='${uuid:o}'}, effect={kind='o', key='${uuid:o}', value='${user}', version='${v}'}, extract={v='$.v'}, retry={attempts=2, on=['5xx'], backoff='1ms'}",
        "name='r', get='/', read={kind='o', key='${uuid:o}', value='${got}', version='x'}, extract={got='$.got'}, repeat='2'",
    ];
    let answers =
        [reply(503, ""), reply(201, "{\"v\": 4}"), reply(200, "{\"got\": \"first\"}"), reply(500, "")];
    let (bench, _) = Bench::walked(&steps, answers);
    let attempts = bench.attempts();
    let key = bench.seen()[0].header("K").map(str::to_owned);
    assert!(attempts.iter().all(|attempt| attempt.key == key));
    let told: Vec<_> = attempts.iter().map(|attempt| (attempt.value.as_deref(), attempt.version)).collect();
    assert_eq!(
        told,
        [(Some("0"), None), (Some("0"), Some(4)), (Some("first"), None), (None, None)],
        "a bad reply does not tell the value of an earlier one"
    );
}
