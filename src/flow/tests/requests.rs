//! What goes out.

use super::world::{Bench, flow, program, reply, reply_with};
use crate::flow::Ended;
use std::time::Duration;

#[test]
fn path_query_and_base_come_together() {
    let (bench, ended) = Bench::walked(
        &[
            "name='a', get='/items?x=1', query={ q='a b&c', empty='' }",
            "name='b', get='/u/${user} x', query={ s='${session}' }, timeout='3s'",
        ],
        [],
    );
    assert_eq!(ended, Ended::Good);
    let seen = bench.seen();
    assert_eq!(seen[0].path, "/api/items?x=1&empty=&q=a%20b%26c");
    assert_eq!(seen[0].timeout, Duration::from_secs(10));
    assert_eq!(seen[1].path, "/api/u/0%20x?s=0");
    assert_eq!(seen[1].timeout, Duration::from_secs(3));
}

#[test]
fn a_path_may_come_whole_from_a_reply() {
    let steps = [
        "name='a', post='/orders', extract={ place={ header='Location' } }",
        "name='b', get='${place}', query={ full='1' }",
    ];
    for (location, path) in [
        ("/orders/7?v=2", Some("/api/orders/7?v=2&full=1")),
        ("http://shop.example:81/api/orders/7", Some("/api/orders/7?full=1")),
        ("http://shop.example:81", Some("/?full=1")),
        ("http://shop.example:8100/x", None),
        ("orders/7", None),
    ] {
        let (bench, ended) = Bench::walked(&steps, [reply_with(201, &[("Location", location)], "")]);
        assert_eq!(bench.seen().get(1).map(|seen| seen.path.clone()).as_deref(), path, "{location}");
        assert_eq!(ended, if path.is_some() { Ended::Good } else { Ended::Bad });
        assert_eq!(bench.attempts().len(), 2);
    }
}

#[test]
fn headers_of_the_step_come_over_those_of_the_target() {
    let text =
        "header = { X-A = 'target', X-B = '${env:API_KEY}', traceparent = 'mine' }\ntraceparent = true\n---";
    let program =
        program(&format!("{text}{}", flow(&["name='a', get='/', header={ x-a='step', X-C='u${user}' }"])));
    let bench = Bench::new(program, []);
    bench.session(4);
    bench.session(5);
    let headers = |user: &str| {
        [("X-B", "k3y from env"), ("traceparent", "mine"), ("X-C", user), ("x-a", "step")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    assert_eq!(bench.seen()[0].headers, headers("u4"));
    assert_eq!(bench.seen()[1].headers, headers("u5"), "a request used again keeps nothing of its last use");
}

#[test]
fn bodies_are_encoded_and_say_what_they_are() {
    let (bench, _) = Bench::walked(
        &[
            r#"name='a', get='/', extract={ list='$.l', text='$.t', n='$.n' }"#,
            r#"name='b', post='/', json={ one='${list}', two=['${text}', 'x${text}y', '$${n}'], n='${n}', m='n=${n}', k=1.5, t=true, "k${n}"={}, e=[] }"#,
            r#"name='c', post='/', form={ "a b"='${text}&', z='1' }"#,
            r#"name='d', put='/', text='${text} ${front.address}', header={ content-type='text/csv' }"#,
        ],
        [reply(200, r#"{"l": [1, {"x": null}], "t": "a\"b c", "n": 7}"#)],
    );
    let seen = bench.seen();
    assert_eq!(
        seen[1].body,
        r#"{"e":[],"k":1.5,"k7":{},"m":"n=7","n":7,"one":[1,{"x":null}],"t":true,"two":["a\"b c","xa\"b cy","${n}"]}"#
    );
    assert_eq!(seen[1].header("Content-Type"), Some("application/json"));
    assert_eq!(seen[2].body, "a+b=a%22b+c%26&z=1");
    assert_eq!(seen[2].header("Content-Type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(seen[3].body, "a\"b c 10.0.0.1:80");
    assert_eq!(seen[3].header("Content-Type"), None);
    assert_eq!((seen[3].method, seen[3].header("content-type")), ("PUT", Some("text/csv")));
}

#[test]
fn cookies_come_back_to_their_user() {
    let steps = [
        "name='login', post='/login'",
        "name='look', get='/me'",
        "name='own', get='/', header={ cookie='mine=1' }",
    ];
    let bench = Bench::new(
        program(&flow(&steps)),
        [reply_with(
            200,
            &[
                ("Set-Cookie", "sid=abc; Path=/; HttpOnly"),
                ("set-cookie", "deep=1; Path=/api/other"),
                ("Set-Cookie", "s=1; Secure; Path=/"),
            ],
            "",
        )],
    );
    bench.session(0);
    bench.session(1);
    let cookies: Vec<Option<String>> =
        bench.seen().iter().map(|seen| seen.header("Cookie").map(str::to_owned)).collect();
    assert_eq!(cookies, [None, Some("sid=abc".into()), None, None, None, None]);
    assert_eq!(bench.seen()[2].header("cookie"), Some("mine=1"));
}

#[test]
fn a_user_of_the_closed_model_keeps_its_cookies() {
    let mut plan = super::world::plan(&flow(&["name='a', get='/'"]));
    plan.load.model = crate::plan::model::LoadModel::Closed;
    let program = super::world::compile(&plan, std::path::Path::new(".")).expect("compiles");
    let bench = Bench::new(program, [reply_with(200, &[("Set-Cookie", "sid=abc")], "")]);
    for (user, iteration) in [(1, 0), (2, 0), (1, 1)] {
        bench.start(user, user << 32 | iteration);
    }
    let cookies: Vec<bool> = bench.seen().iter().map(|seen| seen.header("Cookie").is_some()).collect();
    assert_eq!(cookies, [false, false, true]);
}

#[test]
fn a_value_cannot_smuggle_a_header_in() {
    let steps = ["name='a', get='/', extract={ v='$' }", "name='b', get='/', header={ X='${v}' }"];
    let (bench, ended) = Bench::walked(&steps, [reply(200, r#""a\r\nEvil: 1""#)]);
    assert_eq!(ended, Ended::Bad);
    assert_eq!(bench.seen().len(), 1);
    let attempt = &bench.attempts()[1];
    assert_eq!(attempt.error, crate::event::ErrorKind::Request);
    assert_eq!(attempt.outcome, crate::event::Outcome::Fail);
    assert!(attempt.last && !attempt.good && attempt.sent.is_none());
}

#[test]
fn each_attempt_has_a_traceparent_of_its_own() {
    let program = program(&format!(
        "traceparent = true\n---{}",
        flow(&["name='a', get='/', retry={ attempts=2, on=['5xx'] }"])
    ));
    let bench = Bench::new(program, [reply(503, "")]);
    bench.session(0);
    let (seen, attempts) = (bench.seen(), bench.attempts());
    assert_eq!(seen.len(), 2);
    for (seen, attempt) in seen.iter().zip(&attempts) {
        let header = seen.header("traceparent").expect("is there");
        assert_eq!(&header[3..35], format!("{:032x}", attempt.trace_id.expect("is kept")));
    }
    assert_ne!(attempts[0].trace_id, attempts[1].trace_id);
}
