//! Setup and teardown.

use super::world::{Bench, flow, program, reply, reply_with, wait};
use crate::event::{ErrorKind, StepId};
use crate::flow::{Ended, Scope};
use std::sync::Arc;

const PLAN: &str = "
[setup]
step = [
  { name='login', post='/login', json={ key='${env:API_KEY}' }, extract={ token='$.token', seller='$.id' } },
  { name='seed', post='/seed/${seller}', header={ Authorization='Bearer ${token}' } },
]
[teardown]
step = [{ name='clean', delete='/seed/${seller}', expect={ json={ '$.left'=0 } } }]
";

fn text() -> String {
    format!(
        "{PLAN}{}",
        flow(&["name='buy', post='/buy/${seller}', header={ Authorization='Bearer ${token}' }"])
    )
}

#[test]
fn what_setup_extracts_all_can_see() {
    let program = Arc::new(program(&text()));
    let scopes: Vec<_> = program.steps().iter().map(|step| (step.scope, step.name.as_str())).collect();
    assert_eq!(
        scopes,
        [(Scope::Load, "buy"), (Scope::Setup, "login"), (Scope::Setup, "seed"), (Scope::Teardown, "clean")]
    );
    let answers = [reply_with(200, &[("Set-Cookie", "sid=1; Path=/")], r#"{"token": "t0k", "id": 9}"#)];
    let bench = Bench::with_globals(program.clone(), answers, crate::flow::Globals::default());
    let globals = wait(bench.walker.setup()).expect("setup is good");
    let attempts = bench.attempts();
    assert_eq!(attempts.iter().map(|a| a.step).collect::<Vec<_>>(), [StepId(1), StepId(2)]);
    assert_eq!(attempts[1].op, (1 << 63) + 1);
    assert_eq!(bench.seen()[1].path, "/api/seed/9");

    let bench = Bench::with_globals(program, [reply(200, ""), reply(200, "{\"left\": 0}")], globals);
    assert_eq!(bench.session(0), Ended::Good);
    wait(bench.walker.teardown()).expect("teardown is good");
    let seen = bench.seen();
    assert_eq!((seen[0].path.as_str(), seen[0].header("Authorization")), ("/api/buy/9", Some("Bearer t0k")));
    assert_eq!(seen[0].header("Cookie"), Some("sid=1"), "logged in once is logged in for all");
    assert_eq!((seen[1].method, seen[1].path.as_str()), ("DELETE", "/api/seed/9"));
}

#[test]
fn a_failure_names_step_expected_and_actual_without_secrets() {
    let bench = Bench::new(program(&text()), [reply(401, "k3y from env is wrong")]);
    let error = wait(bench.walker.setup()).expect_err("setup fails");
    assert_eq!(error, "setup, step `login`: status: expected any 2xx or 3xx, got 401");
    let sample = bench.kept.samples.borrow()[0].clone();
    assert!(!sample.request.contains("k3y") && !sample.response.expect("came").contains("k3y"));

    let bench = Bench::new(program(&text()), [reply(200, "{\"left\": 3}")]);
    let error = wait(bench.walker.teardown()).expect_err("no seller");
    assert!(
        error.starts_with("teardown, step `clean`: request: ") && error.contains("`${seller}` is not set"),
        "{error}"
    );
    assert_eq!(bench.attempts()[0].error, ErrorKind::Request);
}

#[test]
fn a_session_may_use_a_variable_of_setup_and_set_its_own() {
    let steps = [
        "name='a', get='/${seller}'",
        "name='b', get='/', extract={ seller='$' }",
        "name='c', get='/${seller}'",
    ];
    let program = Arc::new(program(&format!("{PLAN}{}", flow(&steps))));
    let bench = Bench::with_globals(
        program.clone(),
        [reply(200, r#"{"token": "t", "id": 9}"#)],
        crate::flow::Globals::default(),
    );
    let globals = wait(bench.walker.setup()).expect("good");
    let bench = Bench::with_globals(program, [reply(200, ""), reply(200, "5")], globals);
    bench.session(0);
    bench.session(1);
    let paths: Vec<String> = bench.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/api/9", "/api/", "/api/5", "/api/9", "/api/"]);
}
