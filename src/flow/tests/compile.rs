//! What is wrong with a plan is said before the run.

use super::world::{errors, flow, program};
use std::time::Duration;

#[test]
fn mistakes_name_their_place_and_say_what_would_be_right() {
    for (step, words) in [
        (
            "get='/${nme}', extract={name='$.n'}",
            "flow `f`, step `s`: path: `${nme}` is not known here; known are name, user",
        ),
        (
            "get='/', header={A='${env:NOPE}'}",
            "header `A`: `${env:NOPE}`: the environment variable `NOPE` is not set",
        ),
        (
            "get='/', header={Content-Length='3'}",
            "header `Content-Length`: the connection writes it; leave it out",
        ),
        ("get='/', header={'a b'='3'}", "header `a b`: that is not a header's name"),
        ("get='/', post='/'", "exactly one of get, head, post"),
        ("header={}", "exactly one of get, head, post"),
        ("get='items'", "path: `items` does not begin with `/`"),
        ("post='/', text='a', json={a=1}", "a request has one body"),
        ("post='/', json={a='${b'}", "json: `${b`: `${` without its `}`"),
        ("get='/', extract={a='x.y'}", "extract.a: `x.y` is not a JSONPath"),
        (
            "get='/', extract={a={json='$', header='b'}}",
            "extract.a: exactly one of `json`, `header` and `regex`",
        ),
        ("get='/', extract={a={regex='('}}", "extract.a: `(` is not a regular expression"),
        ("get='/', expect={matches={'$'='['}}", "expect.matches: `[` is not a regular expression"),
        ("get='/', when='x'", "when: `x` is not a condition: write `${name} == 'text'`"),
        ("get='/', repeat='often'", "repeat: `often` is not a whole number"),
        ("get='/', repeat='${int(1..3)}'", "give the generator a label"),
        ("get='/', retry={attempts=0}", "retry: `attempts` counts all attempts"),
        ("get='/', effect={kind='o', key='${env:API_KEY}'}", "effect.key: `${env:API_KEY}` is a secret"),
        (
            "get='/', effect={kind='o', key='a'}, read={kind='o', key='a'}",
            "an `effect` or a `read`, not both",
        ),
        ("get='/', timeout='0s'", "timeout: it must be longer than nothing"),
    ] {
        let errors = errors(&flow(&[&format!("name='s', {step}")]));
        assert_eq!(errors.len(), 1, "{step}: {errors:?}");
        assert!(errors[0].contains(words), "{step}: {}", errors[0]);
        assert!(errors[0].starts_with("flow `f`, step `s`: "), "{}", errors[0]);
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let bad = "[[flow]]\nname='g'\nweight=-1.0\nstep=[]\n";
    let steps = flow(&["name='a', get='x'", "name='b', get='y'"]);
    let told = errors(&format!("---{bad}{steps}"));
    let starts: Vec<&str> = told.iter().map(|error| error.split(':').next().unwrap_or_default()).collect();
    assert_eq!(starts[..2], ["flow `f`, step `a`", "flow `f`, step `b`"]);
    assert!(told[2].starts_with("flow `g`: weight = -1"), "{told:?}");
    assert_eq!(told.len(), 3);
    let none = "[[flow]]\nname='g'\nweight=0.0\nstep=[]\n";
    assert_eq!(errors(none), ["no flow has a weight above 0: there is nothing to do"]);
    // A feeder that is not there is not told again for each of its columns.
    let feeders = "[[feeder]]\nname='p'\nfile='none.csv'\n[[feeder]]\nname='q'\nfile='q.txt'\n";
    let told = errors(&format!("---{feeders}{}", flow(&["name='a', get='/${p.id}'"])));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("feeder `p`: `none.csv` cannot be read"), "{told:?}");
}

#[test]
fn targets_are_checked() {
    assert_eq!(errors(&format!("http='2'\n---{}", flow(&["name='a', get='/'"]))), Vec::<String>::new());
    let mut plan = super::world::plan(&flow(&["name='a', get='/'"]));
    for (url, words) in [
        ("ftp://x", "target: url: "),
        ("http://${uuid}", "is needed before the run"),
        ("http://${nope}", "`${nope}` is not known here; known are user, iteration, session, front.address"),
    ] {
        plan.target.url = url.parse().expect(url);
        let errors = super::world::compile(&plan, std::path::Path::new(".")).expect_err(url);
        assert!(errors[0].contains(words), "{errors:?}");
    }
    plan.target.url = "https://${front.address}/x".parse().expect("a template");
    plan.target.client_key = Some("key.pem".into());
    plan.target.url = "http://127.0.0.1".parse().expect("a template");
    let errors = super::world::compile(&plan, std::path::Path::new(".")).expect_err("no TLS");
    assert!(errors[0].contains("write https:// or leave them out"), "{errors:?}");
    plan.target.url = "https://${front.address}/x".parse().expect("a template");
    let errors = super::world::compile(&plan, std::path::Path::new(".")).expect_err("no certificate");
    assert_eq!(errors, ["target: `client_key` wants its `client_certificate`"]);
    plan.target.client_key = None;
    plan.target.ca = Some("none.pem".into());
    let errors = super::world::compile(&plan, std::path::Path::new(".")).expect_err("no such file");
    assert!(errors[0].starts_with("target: ") && errors[0].contains("none.pem"), "{errors:?}");
}

#[test]
fn a_program_tells_what_others_need() {
    let program = program(&format!(
        "timeout='4s'\nconnect_timeout='2s'\n---{}",
        flow(&["name='a', get='/x/${user}'", "name='b', post='/y', timeout='7s'"])
    ));
    assert_eq!(program.max_timeout(), Duration::from_secs(7));
    assert_eq!(program.client_config().connect_timeout, Duration::from_secs(2));
    assert!(!program.per_user_connections());
    let step = &program.steps()[0];
    assert_eq!(
        (step.flow.as_str(), step.name.as_str(), step.method.as_str(), step.path.as_str()),
        ("f", "a", "GET", "/x/${user}")
    );
}
