//! Attempts after the first.

use super::world::{Answer, Bench, SERVICE, flow, program, reply, reply_with, wait};
use crate::event::{ErrorKind, Nanos, Outcome, Sent};
use crate::flow::{Ended, Start};

const STEP: &str = "name='a', post='/o', header={Idempotency-Key='${uuid}'}, json={n='${int(1..1000000)}', l='${uuid:l}'}, retry={attempts=4, on=['refused', 'reset', '5xx'], backoff='50ms..100ms'}";

#[test]
fn the_same_request_goes_out_until_it_is_good() {
    let answers = [
        Answer::Trouble(ErrorKind::Refused, Sent::Nothing),
        Answer::Trouble(ErrorKind::Reset, Sent::All),
        reply(503, ""),
        reply(201, ""),
    ];
    let (bench, ended) = Bench::walked(&[STEP], answers);
    assert_eq!(ended, Ended::Good);
    let (seen, attempts) = (bench.seen(), bench.attempts());
    assert_eq!(seen.len(), 4);
    for again in &seen[1..] {
        assert_eq!((&again.headers, &again.body), (&seen[0].headers, &seen[0].body), "byte for byte");
    }
    assert_eq!(attempts.iter().map(|a| a.attempt).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(attempts.iter().map(|a| a.last).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(attempts.iter().map(|a| a.arrival).collect::<Vec<_>>(), [true, false, false, false]);
    assert_eq!(attempts.iter().map(|a| a.good).collect::<Vec<_>>(), [false, false, false, true]);
    assert!(attempts.iter().all(|a| a.op == attempts[0].op));
    let outcomes = [Outcome::Fail, Outcome::Indeterminate, Outcome::Indeterminate, Outcome::Ok];
    assert_eq!(attempts.iter().map(|a| a.outcome).collect::<Vec<_>>(), outcomes);
    for (retry, (before, ceiling)) in attempts[1..].iter().zip(attempts.iter().zip([50, 100, 100])) {
        let wait = retry.intended - before.end;
        assert!((0..=ceiling * 1_000_000).contains(&wait.0), "{wait}");
        assert_eq!(retry.started, retry.intended);
    }
}

#[test]
fn attempts_run_out() {
    let (bench, ended) = Bench::walked(&[STEP, "name='b', get='/'"], vec![reply(500, ""); 9]);
    assert_eq!(ended, Ended::Bad);
    let attempts = bench.attempts();
    assert_eq!(attempts.len(), 4, "and the next step is not reached");
    assert_eq!(attempts.iter().filter(|a| a.last).count(), 1);
    assert!(attempts[3].last);
}

#[test]
fn what_is_not_listed_is_not_tried_again() {
    for answer in [
        reply(404, ""),
        Answer::Trouble(ErrorKind::Timeout, Sent::All),
        Answer::Trouble(ErrorKind::Connect, Sent::Nothing),
    ] {
        let (bench, ended) = Bench::walked(&[STEP], [answer]);
        assert_eq!((ended, bench.attempts().len()), (Ended::Bad, 1));
        assert!(bench.attempts()[0].last);
    }
}

#[test]
fn a_good_reply_of_a_listed_status_is_not_tried_again() {
    let step = "name='a', get='/', expect={status=[200, 503]}, retry={attempts=3}";
    let (bench, ended) = Bench::walked(&[step], [reply(503, "")]);
    assert_eq!((ended, bench.attempts().len()), (Ended::Good, 1));
}

#[test]
fn retry_after_is_honoured_unless_the_plan_says_no() {
    for (honoured, at_least) in [(true, 2_000_000_000), (false, 0)] {
        let step = format!("name='a', get='/', retry={{attempts=2, backoff='1ms', retry_after={honoured}}}");
        let (bench, _) = Bench::walked(&[&step], [reply_with(503, &[("Retry-After", "2")], "")]);
        let attempts = bench.attempts();
        let wait = attempts[1].intended - attempts[0].end;
        assert!((at_least..=at_least + 1_000_000).contains(&wait.0), "{honoured}: {wait}");
    }
}

#[test]
fn later_data_does_not_depend_on_how_often_was_retried() {
    let steps =
        [STEP, "name='b', get='/${uuid}/${int(1..1000000)}', think='1s..9s'", "name='c', get='/${uuid}'"];
    let (calm, _) = Bench::walked(&steps, []);
    let (shaken, _) = Bench::walked(&steps, [reply(500, ""), reply(500, "")]);
    let paths =
        |bench: &Bench| bench.seen().iter().rev().take(2).map(|seen| seen.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&calm), paths(&shaken));
    let thought = |bench: &Bench| {
        let attempts = bench.attempts();
        attempts[attempts.len() - 1].intended - attempts[attempts.len() - 2].end
    };
    assert_eq!(thought(&calm), thought(&shaken));
}

#[test]
fn a_cut_during_backoff_closes_the_operation_with_the_attempt_that_was_not_made() {
    let bench = Bench::new(program(&flow(&[STEP])), [reply(500, "")]);
    bench.script.sleeps_for_ever.set(true);
    let start = Start { user: 0, session: 0, intended: Nanos::ZERO, pool: None };
    let (ended, ()) = wait(async { tokio::join!(bench.walker.session(start), async { bench.walker.cut() }) });
    assert_eq!(ended, Ended::Cut);
    let attempts = bench.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!((attempts[0].last, attempts[0].error, attempts[0].end), (false, ErrorKind::Status, SERVICE));
    assert_eq!((attempts[1].last, attempts[1].error, attempts[1].sent), (true, ErrorKind::InFlight, None));
}

#[test]
fn a_session_dropped_during_backoff_leaves_its_row() {
    let bench = Bench::new(program(&flow(&[STEP])), [reply(500, "")]);
    bench.script.sleeps_for_ever.set(true);
    let start = Start { user: 0, session: 0, intended: Nanos::ZERO, pool: None };
    wait(async {
        tokio::select! {
            biased;
            _ = bench.walker.session(start) => panic!("sleeps"),
            () = std::future::ready(()) => {}
        }
    });
    assert_eq!(bench.attempts().iter().map(|a| a.last).collect::<Vec<_>>(), [true]);
}
