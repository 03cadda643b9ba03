//! Deliberate repetition.

use super::world::{Answer, Bench, SERVICE, errors, flow, program, reply, wait};
use crate::event::{Attempt, ErrorKind, Nanos, Outcome, Sent};
use crate::flow::{Ended, Start};

const ORDER: &str = "name='o', post='/o', header={Idempotency-Key='${uuid:k}'}, json={n=1}, extract={id={json='$.id', optional=true}}, effect={kind='order', key='${uuid:k}', value='${id}'}";

fn step(replay: &str) -> String {
    format!("{ORDER}, replay={{{replay}}}")
}

fn of(attempts: &[Attempt]) -> Vec<(u64, Option<u64>, bool)> {
    attempts.iter().map(|a| (a.op & 0xffff, a.replay_of.map(|op| op & 0xffff), a.other)).collect()
}

#[test]
fn after_a_good_reply_the_same_request_goes_out_again_as_an_operation_of_its_own() {
    let answers = [reply(201, "{\"id\": 5}"), reply(200, "{\"id\": 5}"), reply(200, "")];
    let (bench, ended) = Bench::walked(&[&step("after='100%'"), "name='b', get='/${id}'"], answers);
    assert_eq!(ended, Ended::Good);
    let (seen, attempts) = (bench.seen(), bench.attempts());
    assert_eq!(of(&attempts), [(0, None, false), (1, Some(0), false), (2, None, false)]);
    assert_eq!((&seen[0].headers, &seen[0].body), (&seen[1].headers, &seen[1].body), "byte for byte");
    assert_eq!(attempts[0].key, attempts[1].key);
    assert_eq!(attempts[1].value.as_deref(), Some("5"));
    assert!(attempts[0].reply.is_some());
    assert_eq!(attempts[0].reply, attempts[1].reply, "the body, not the status");
    assert_eq!(attempts[2].reply, None, "nothing is compared with it");
    assert!(attempts.iter().all(|a| a.last && a.attempt == 0));
    assert_eq!(attempts.iter().map(|a| a.arrival).collect::<Vec<_>>(), [true, false, false]);
    // The user goes on when the repetition is over: it does not count against the next step.
    assert_eq!(attempts[1].intended, attempts[0].end);
    assert_eq!((attempts[2].intended, attempts[1].end), (SERVICE + SERVICE, SERVICE + SERVICE));
}

#[test]
fn another_payload_goes_out_under_the_same_key() {
    let replay = "other='100%', other_json={n=2, was='${id}'}";
    let (bench, ended) = Bench::walked(&[&step(replay)], [reply(201, "{\"id\": 5}"), reply(422, "no")]);
    assert_eq!(ended, Ended::Good, "what comes of a repetition is not the user's");
    let (seen, attempts) = (bench.seen(), bench.attempts());
    assert_eq!(seen[1].body, "{\"n\":2,\"was\":5}");
    assert_eq!(seen[0].header("Idempotency-Key"), seen[1].header("Idempotency-Key"));
    assert_eq!(of(&attempts), [(0, None, false), (1, Some(0), true)]);
    assert_eq!((attempts[1].outcome, attempts[1].good), (Outcome::Fail, false));
    assert_ne!(attempts[0].reply, attempts[1].reply);
    assert!(bench.kept.samples.borrow().is_empty(), "a refusal that was asked for is no sample of trouble");
    // The request is used again: the other payload must not stay in it.
    bench.session(1);
    assert_eq!(bench.seen()[2].body, "{\"n\":1}");
}

#[test]
fn what_was_not_good_is_not_repeated_afterwards() {
    let replay = "after='100%', other='100%', other_json={n=2}";
    let (bench, ended) = Bench::walked(&[&step(replay)], [reply(500, "")]);
    assert_eq!((ended, bench.attempts().len()), (Ended::Bad, 1));
}

#[test]
fn all_three_at_once_are_three_operations() {
    let replay = "after='100%', parallel='100%', other='100%', other_json={n=2}";
    let (bench, ended) = Bench::walked(&[&step(replay), "name='b', get='/'"], []);
    assert_eq!(ended, Ended::Good);
    let wanted =
        [(0, None, false), (1, Some(0), false), (2, Some(0), false), (3, Some(0), true), (4, None, false)];
    assert_eq!(of(&bench.attempts()), wanted);
}

#[test]
fn a_repetition_is_not_tried_again_and_changes_nothing_that_the_session_knows() {
    let text = format!("{}, retry={{attempts=5, on=['reset', '5xx'], backoff='1ms'}}", step("after='100%'"));
    let answers = [
        Answer::Trouble(ErrorKind::Reset, Sent::All),
        reply(201, "{\"id\": 5}"),
        reply(200, "{\"id\": 6}"),
        Answer::Trouble(ErrorKind::Reset, Sent::All),
    ];
    let (bench, _) = Bench::walked(&[&text, "name='b', get='/${id}'"], answers);
    let attempts = bench.attempts();
    assert_eq!(of(&attempts), [(0, None, false), (0, None, false), (1, Some(0), false), (2, None, false)]);
    assert_eq!(bench.seen()[3].path, "/api/5", "and not 6, which the repetition was told");
    assert_eq!((attempts[1].value.as_deref(), attempts[2].value.as_deref()), (Some("5"), Some("6")));
    assert_eq!(attempts[0].reply, None, "no reply came");
    assert_ne!(attempts[1].reply, attempts[2].reply);

    let text = format!("{}, retry={{attempts=5, on=['5xx'], backoff='1ms'}}", step("after='100%'"));
    let (bench, ended) = Bench::walked(&[&text], [reply(201, "{}"), reply(503, ""), reply(200, "")]);
    assert_eq!((ended, bench.attempts().len()), (Ended::Good, 2));
}

#[test]
fn both_are_in_flight_at_once_and_a_cut_ends_both() {
    let bench = Bench::new(program(&flow(&[&step("parallel='100%'")])), [Answer::Hang, Answer::Hang]);
    let start = Start { user: 0, session: 0, intended: Nanos::ZERO, pool: None };
    let (ended, seen) = wait(async {
        tokio::join!(bench.walker.session(start), async {
            let seen = bench.seen().len();
            bench.walker.cut();
            seen
        })
    });
    assert_eq!((ended, seen), (Ended::Cut, 2), "both were sent before either was answered");
    let attempts = bench.attempts();
    assert_eq!(of(&attempts), [(0, None, false), (1, Some(0), false)]);
    assert!(attempts.iter().all(|a| a.error == ErrorKind::InFlight && a.outcome == Outcome::Indeterminate));
}

#[test]
fn shares_are_drawn_by_the_seed_and_change_nothing_of_what_is_sent() {
    let with = program(&flow(&[&step("after='30%', parallel='10%'")]));
    let again = program(&flow(&[&step("after='30%', parallel='10%'")]));
    let without = program(&flow(&[ORDER]));
    let walk = |program| {
        let bench = Bench::new(program, []);
        (0..1_000).for_each(|session| {
            bench.session(session);
        });
        let originals: Vec<_> =
            bench.attempts().iter().filter(|a| a.replay_of.is_none()).map(|a| a.key.clone()).collect();
        let replays: Vec<_> = bench.attempts().iter().filter_map(|a| a.replay_of).collect();
        (originals, replays)
    };
    let (originals, replays) = walk(with);
    assert_eq!(walk(again), (originals.clone(), replays.clone()));
    assert_eq!(walk(without), (originals, Vec::new()));
    // Mean 400, standard deviation 17.
    assert!((340..460).contains(&replays.len()), "{}", replays.len());
}

#[test]
fn half_a_replay_is_told() {
    assert_eq!(
        errors(&flow(&[&step("other='1%'")])),
        ["flow `f`, step `o`: replay: `other` needs `other_json`: what is sent"]
    );
    let unknown = errors(&flow(&[&step("other='1%', other_json={a='${nope}'}")]));
    assert!(unknown[0].contains("replay: other_json: `${nope}` is not known here"), "{unknown:?}");
}
