//! Feeders, generators, and the same again from the same seed.

use super::world::{Bench, compile, flow, plan, reply};
use crate::event::ErrorKind;
use crate::flow::Ended;
use crate::plan::model::LoadModel;

const STEP: &str = "name='a', post='/${people.id}', header={R='${choice(a|b|c)}'}, json={p='${people.data}', u='${uuid}', z='${zipf(100, 1.1)}', l='${int(1..1000):x}', m='${int(1..1000):x}', w='${user}-${iteration}-${session}'}, think='1ms..1s'";

fn bench(order: &str, closed: bool, steps: &[&str]) -> Bench {
    let directory = tempfile::tempdir().expect("a directory");
    let rows: String = (0..5).map(|n| format!("{{\"id\": {n}, \"data\": [{n}]}}\n")).collect();
    std::fs::write(directory.path().join("people.jsonl"), rows).expect("writes");
    let feeder = format!("[[feeder]]\nname='people'\nfile='people.jsonl'\norder='{order}'\n");
    let mut plan = plan(&format!("---{feeder}{}", flow(steps)));
    if closed {
        plan.load.model = LoadModel::Closed;
    }
    let program = compile(&plan, directory.path()).unwrap_or_else(|errors| panic!("{}", errors.join("\n")));
    Bench::new(program, [])
}

fn paths(bench: &Bench) -> String {
    bench.seen().into_iter().map(|seen| seen.path.replace("/api/", "")).collect()
}

#[test]
fn the_same_seed_and_session_send_the_same_bytes() {
    let run = |sessions: &[u64]| {
        let bench = bench("random", false, &[STEP, STEP.replace("name='a'", "name='b'").as_str()]);
        for session in sessions {
            bench.session(*session);
        }
        let mut seen: Vec<_> =
            bench.seen().into_iter().map(|seen| (seen.path, seen.headers, seen.body)).collect();
        seen.sort();
        seen
    };
    let first = run(&[0, 1, 2, 3]);
    assert_eq!(first, run(&[3, 1, 2, 0]), "in whatever order sessions run");
    let distinct: std::collections::BTreeSet<_> = first.iter().map(|(_, _, body)| body).collect();
    assert_eq!(distinct.len(), 8, "and every request differs from the others");
    let body: serde_json::Value = serde_json::from_str(&first[0].2).expect("is JSON");
    assert!(body["p"].is_array() && body["z"].is_u64(), "types are kept: {body}");
    assert_eq!(body["l"], body["m"], "a label keeps its value");
}

#[test]
fn what_is_null_is_no_parameter_and_numbers_are_sent_as_they_came() {
    let directory = tempfile::tempdir().expect("a directory");
    let rows =
        "{\"n\":null,\"id\":18446744073709551617,\"price\":1.10}\n{\"n\":\"x y\",\"id\":1e2,\"price\":-0}\n";
    std::fs::write(directory.path().join("p.jsonl"), rows).expect("writes");
    let steps = [
        "name='a', get='/${p.id}', query={a='${p.n}', b='${p.price}', c='${p.n}', d='-${p.n}'}",
        "name='b', post='/', form={a='${p.n}', b='-${p.price}', c='${p.n}', d='${p.price}', e='f'}",
        "name='c', post='/', json={n='${p.n}', id='${p.id}', price='${p.price}', t='=${p.id}'}",
    ];
    let feeder = "[[feeder]]\nname='p'\nfile='p.jsonl'\norder='sequential'\n";
    let plan = plan(&format!("---{feeder}{}", flow(&steps)));
    let program = compile(&plan, directory.path()).unwrap_or_else(|errors| panic!("{}", errors.join("\n")));
    let bench = Bench::new(program, []);
    (0..2).for_each(|session| assert_eq!(bench.session(session), Ended::Good));
    let seen: Vec<String> =
        bench.seen().into_iter().map(|seen| seen.path.replace("/api", "") + " " + &seen.body).collect();
    assert_eq!(
        seen,
        [
            "/18446744073709551617?b=1.10&d=-null ",
            "/ b=-1.10&d=1.10&e=f",
            r#"/ {"id":18446744073709551617,"n":null,"price":1.10,"t":"=18446744073709551617"}"#,
            "/1e2?a=x%20y&b=-0&c=x%20y&d=-x%20y ",
            "/ a=x+y&b=--0&c=x+y&d=-0&e=f",
            r#"/ {"id":1e2,"n":"x y","price":-0,"t":"=1e2"}"#,
        ]
    );
}

#[test]
fn sequential_rows_go_round() {
    let open = bench("sequential", false, &["name='a', get='/${people.id}'"]);
    (0..7).for_each(|session| assert_eq!(open.session(session), Ended::Good));
    assert_eq!(paths(&open), "0123401");
    let closed = bench("sequential", true, &["name='a', get='/${people.id}'"]);
    for (user, iteration) in [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)] {
        closed.start(user, user << 32 | iteration);
    }
    assert_eq!(paths(&closed), "012123");
}

#[test]
fn unique_rows_run_out_and_nothing_is_sent() {
    let open = bench("unique", false, &["name='a', get='/${people.id}'"]);
    let ended: Vec<Ended> = (0..7).map(|session| open.session(session)).collect();
    assert_eq!(ended[..5], [Ended::Good; 5]);
    assert_eq!(ended[5..], [Ended::NoRow; 2]);
    assert_eq!((paths(&open).as_str(), open.attempts().len()), ("01234", 5));
    let program = &open.walker.program;
    assert_eq!((program.exhausted_feeder(4), program.exhausted_feeder(5)), (None, Some("people")));
    let closed = bench("unique", true, &["name='a', get='/${people.id}'"]);
    for (user, iteration) in [(0, 0), (3, 0), (0, 1), (3, 1)] {
        assert_eq!(closed.start(user, user << 32 | iteration), Ended::Good);
    }
    assert_eq!(paths(&closed), "0303", "a user keeps its row");
    assert_eq!(closed.start(5, 5 << 32), Ended::NoRow);
}

#[test]
fn a_flow_that_does_not_use_a_feeder_does_not_need_its_rows() {
    let open = bench("unique", false, &["name='a', get='/x'"]);
    assert_eq!(open.session(99), Ended::Good);
}

#[test]
fn built_in_names_have_their_values() {
    let closed = bench("sequential", true, &["name='a', get='/${user}/${iteration}/${session}'"]);
    closed.start(2, 2 << 32 | 5);
    assert_eq!(paths(&closed), format!("2/5/{}", (2u64 << 32) + 5));
}

#[test]
fn kept_values_do_not_outlive_their_session() {
    let steps = [
        "name='a', get='/${uuid:k}', extract={v={json='$.v', optional=true}}",
        "name='b', get='/${uuid:k}/${v}', when='${v}'",
    ];
    let (bench, _) = Bench::walked(&steps, [reply(200, "{\"v\": 1}"), reply(200, ""), reply(200, "{}")]);
    bench.session(1);
    let seen = bench.seen();
    assert_eq!(seen.len(), 3, "the variable of session 0 is not set in session 1");
    assert_eq!(seen[1].path, format!("{}/1", seen[0].path));
    assert_ne!(seen[2].path, seen[0].path);
    assert!(bench.attempts().iter().all(|attempt| attempt.error == ErrorKind::None));
}
