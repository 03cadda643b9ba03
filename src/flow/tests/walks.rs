//! From step to step.

use super::world::{Answer, Bench, SERVICE, flow, program, reply, wait};
use crate::event::{ErrorKind, Nanos, Outcome, Sent, StepId};
use crate::flow::{Ended, Start};

fn paths(bench: &Bench) -> Vec<String> {
    bench.seen().into_iter().map(|seen| seen.path.replace("/api", "")).collect()
}

#[test]
fn a_bad_step_ends_the_session() {
    let (bench, ended) = Bench::walked(
        &["name='a', get='/a'", "name='b', get='/b'", "name='c', get='/c'"],
        [reply(200, ""), reply(500, "")],
    );
    assert_eq!((ended, paths(&bench)), (Ended::Bad, vec!["/a".into(), "/b".into()]));
}

#[test]
fn the_next_step_is_due_when_the_thinking_is_over() {
    let steps =
        ["name='a', get='/a', think='2s'", "name='b', get='/b'", "name='c', get='/c', think='1s..3s'"];
    let (bench, _) = Bench::walked(&steps, []);
    let attempts = bench.attempts();
    let second = Nanos(1_000_000_000);
    assert_eq!(attempts[1].intended, attempts[0].end + second + second);
    assert_eq!(attempts[2].intended, attempts[1].end);
    let thought = bench.now() - attempts[2].end;
    assert!((second..=second + second + second).contains(&thought), "after the last step too: {thought}");
}

#[test]
fn a_failed_user_thinks_too_before_it_is_over() {
    let (bench, ended) = Bench::walked(
        &["name='a', get='/', think='2s'"],
        [Answer::Trouble(ErrorKind::Refused, Sent::Nothing)],
    );
    assert_eq!((ended, bench.now()), (Ended::Bad, SERVICE + Nanos(2_000_000_000)));
}

#[test]
fn steps_repeat() {
    let steps = [
        "name='a', get='/a', repeat='3', think='1s'",
        "name='b', get='/b', extract={n='$'}",
        "name='c', get='/c', repeat='${n}'",
        "name='d', get='/d', repeat='0'",
    ];
    let two = [reply(200, ""), reply(200, ""), reply(200, ""), reply(200, "2")];
    let (bench, ended) = Bench::walked(&steps, two);
    assert_eq!((ended, paths(&bench).concat()), (Ended::Good, "/a/a/a/b/c/c".into()));
    assert_eq!(bench.attempts().iter().map(|a| a.op).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    let (bench, ended) = Bench::walked(&steps[1..], [reply(200, "\"many\"")]);
    assert_eq!(ended, Ended::Bad);
    assert_eq!(bench.attempts()[1].error, ErrorKind::Request);
    assert!(bench.kept.samples.borrow()[0].reason.contains("repeat = `many` is not a whole number"));
}

#[test]
fn when_is_asked_before_every_turn() {
    let steps = [
        "name='a', get='/a', extract={s='$'}, when=\"${s} != 'done'\", repeat='9'",
        "name='b', get='/b', when=\"${s} == 'done'\"",
        "name='c', get='/c', when='!${s}'",
    ];
    let (bench, ended) =
        Bench::walked(&steps, [reply(200, "\"busy\""), reply(200, "\"busy\""), reply(200, "\"done\"")]);
    assert_eq!((ended, paths(&bench).concat()), (Ended::Good, "/a/a/a/b".into()));
}

#[test]
fn an_unset_variable_is_a_bad_operation_and_nothing_is_sent() {
    let steps = [
        "name='a', get='/a', extract={v={json='$.v', optional=true}}",
        "name='b', get='/${v}', retry={attempts=3}",
    ];
    let (bench, ended) = Bench::walked(&steps, [reply(200, "{}")]);
    assert_eq!((ended, bench.seen().len()), (Ended::Bad, 1));
    let attempts = bench.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        (attempts[1].error, attempts[1].outcome, attempts[1].last),
        (ErrorKind::Request, Outcome::Fail, true)
    );
    let reason = bench.kept.samples.borrow()[0].reason.clone();
    assert!(reason.contains("step `b`") && reason.contains("`${v}` is not set"), "{reason}");
}

#[test]
fn flows_are_chosen_by_weight_and_seed() {
    let one = |name: &str, weight: &str| {
        format!("[[flow]]\nname='{name}'\nweight={weight}\nstep=[{{name='s', get='/{name}'}}]\n")
    };
    let text = one("never", "0.0") + &one("often", "3.0") + &one("rare", "1.0");
    let bench = Bench::new(program(&text), []);
    for session in 0..2_000 {
        bench.session(session);
    }
    let rare = paths(&bench).iter().filter(|path| *path == "/rare").count();
    // Binomial: mean 500, standard deviation 19.
    assert!((420..580).contains(&rare), "{rare}");
    assert!(!paths(&bench).contains(&"/never".to_owned()));
    let again = Bench::new(program(&text), []);
    for session in (0..2_000).rev() {
        again.session(session);
        let step = again.attempts().last().map(|a| a.step);
        assert_eq!(step, Some(again.walker.program.first_step(session)));
    }
    let mut backwards = paths(&again);
    backwards.reverse();
    assert_eq!(backwards, paths(&bench), "whatever else runs, a session's choice is its own");
}

#[test]
fn what_is_cut_in_flight_is_indeterminate() {
    let bench = Bench::new(program(&flow(&["name='a', get='/', retry={attempts=3}"])), [Answer::Hang]);
    let start = Start { user: 0, session: 0, intended: Nanos::ZERO, pool: None };
    let (ended, ()) = wait(async { tokio::join!(bench.walker.session(start), async { bench.walker.cut() }) });
    assert_eq!(ended, Ended::Cut);
    let attempt = &bench.attempts()[0];
    assert_eq!(
        (attempt.error, attempt.outcome, attempt.last),
        (ErrorKind::InFlight, Outcome::Indeterminate, true)
    );
    assert_eq!(bench.session(1), Ended::Cut);
    let attempt = &bench.attempts()[1];
    assert_eq!((attempt.error, attempt.outcome), (ErrorKind::InFlight, Outcome::Fail), "nothing was sent");
}

#[test]
fn a_cut_wakes_those_who_think_and_records_nothing_more() {
    let bench = Bench::new(program(&flow(&["name='a', get='/', think='1h'", "name='b', get='/'"])), []);
    bench.script.sleeps_for_ever.set(true);
    let start = Start { user: 0, session: 0, intended: Nanos::ZERO, pool: None };
    let (ended, ()) = wait(async { tokio::join!(bench.walker.session(start), async { bench.walker.cut() }) });
    assert_eq!(ended, Ended::Cut);
    assert_eq!(bench.attempts().len(), 1);
    assert!(bench.attempts()[0].good);
}

#[test]
fn a_session_has_a_bottom() {
    let (bench, ended) = Bench::walked(&["name='a', get='/', repeat='70000'"], []);
    assert_eq!(ended, Ended::Bad);
    let attempts = bench.attempts();
    assert_eq!(attempts.len(), 1 << 16);
    let ops: std::collections::BTreeSet<u64> = attempts.iter().map(|a| a.op).collect();
    assert_eq!(ops.len(), attempts.len(), "no number is given twice");
    assert_eq!(attempts.last().map(|a| (a.error, a.step)), Some((ErrorKind::Request, StepId(0))));
}
