//! The linear checkers over a million operations: 2 s and 500 MiB together; over ten million: 25 s and 4 GiB.

use shakedown::event::{ErrorKind, Nanos, Outcome, Sent, StepId};
use shakedown::plan::KeyOrigin;
use shakedown::plan::model::Invariant;
use shakedown::record::AttemptRow;
use shakedown::verify::history::{Builder, History, Instance, Role, Setting, State, StepMark};
use shakedown::verify::{Case, Verdict, all_checkers, judge_invariant};
use std::time::Instant;

/// How many operations, and what may be spent on them: by all checkers together in time, history and final state included
/// in memory.
struct Size {
    /// A third of the operations: orders; the others are writes and reads of profiles.
    orders: u64,
    seconds: f64,
    bytes: u64,
}

const MILLION: Size = Size { orders: 333_334, seconds: 2.0, bytes: 500 << 20 };
const TEN_MILLION: Size = Size { orders: 3_333_334, seconds: 25.0, bytes: 4 << 30 };

fn setting() -> Setting {
    let step = |name: &str, role, kind: &str| StepMark {
        name: name.into(),
        mark: Some((role, kind.into())),
        load: true,
        ..StepMark::default()
    };
    let steps = vec![
        step("buy/order", Role::Effect, "order"),
        step("edit/profile", Role::Effect, "profile"),
        step("edit/look", Role::Read, "profile"),
    ];
    let instances = ["node-1", "node-2"].map(|name| Instance { name: name.into(), service: None });
    Setting { steps, instances: instances.into(), ..Setting::default() }
}

fn row(op: u64, step: u16, at: i64) -> AttemptRow<'static> {
    AttemptRow {
        op,
        attempt: 0,
        last: true,
        replay_of: None,
        other: false,
        user: op,
        session: op / 10,
        arrival: false,
        step: StepId(step),
        key: None,
        value: None,
        version: None,
        intended: Nanos(at),
        started: Nanos(at),
        sent: Some(Nanos(at)),
        first_byte: Some(Nanos(at + 50_000)),
        end: Nanos(at + 90_000),
        sent_state: Sent::All,
        status: Some(200),
        outcome: if op.is_multiple_of(100) { Outcome::Indeterminate } else { Outcome::Ok },
        good: true,
        error: ErrorKind::None,
        instance: Some(u16::from(at % 200_000 == 0)),
        trace_id: None,
        bytes: 100,
        reply: None,
        target: None,
    }
}

/// A key as long as a UUID.
fn key(number: u64) -> String {
    format!("{number:08x}-0000-4000-8000-{number:012x}")
}

/// Rows are made one by one and given to the builder, as a record is read: nothing is held twice.
fn history(orders: u64) -> (History, Vec<State>) {
    let mut builder = Builder::new(setting(), true);
    for number in 0..orders {
        let at = number as i64 * 300_000;
        let (order, profile) = (key(number), key(number % 1_000));
        builder.take(&AttemptRow { key: Some(&order), value: Some(&order), ..row(number * 3, 0, at) });
        let (version, session) = (Some(number as i64), number % 100);
        builder.take(&AttemptRow {
            key: Some(&profile),
            version,
            session,
            ..row(number * 3 + 1, 1, at + 100_000)
        });
        builder.take(&AttemptRow {
            key: Some(&profile),
            version,
            session,
            ..row(number * 3 + 2, 2, at + 200_000)
        });
    }
    let mut history = builder.finish();
    let keys: Vec<String> = (0..orders).map(key).collect();
    let mut read = |name: &str| {
        let mut state = State::new(name, "", true);
        state.column(&mut history.texts, "key", keys.iter().map(|key| Some(key.as_str())));
        state.column(&mut history.texts, "state", keys.iter().map(|_| Some("confirmed")));
        state.column(&mut history.texts, "value", keys.iter().map(|_| Some("3")));
        state
    };
    let states = vec![read("orders"), read("effects")];
    (history, states)
}

fn invariant(check: &str, all: u64) -> Invariant {
    let orders = matches!(check, "fan-out" | "saga-atomic");
    let about = match check {
        "read-your-writes" | "monotonic-reads" | "staleness" => "effect = 'profile'\nbound = '1s'",
        "conservation" | "never-negative" | "balance" => "",
        "rate-limit" => "rate = '20000/s'\nburst = 1000",
        _ => "effect = 'order'",
    };
    let state = match check {
        "read-your-writes" | "monotonic-reads" | "staleness" | "rate-limit" | "balance" | "unique-ids" => "",
        _ if orders => "state = ['orders', 'effects']",
        _ => "state = 'orders'",
    };
    let initial = all * 3;
    let text = format!(
        "id = 'i'\ncheck = '{check}'\n{about}\n{state}\ninitial = {initial}.0\nconfirmed = 'confirmed'\n\
         cancelled = 'cancelled'\n"
    );
    toml::from_str(&text).expect("an invariant")
}

fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with(name)).expect("in the status");
    let number = line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    number.expect("kilobytes") << 10
}

/// Judges a history of this size by every linear checker, and holds time and memory against their limits.
fn judge_all(size: &Size) {
    let before = memory("VmRSS");
    // The peak begins anew.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let begun = Instant::now();
    let (history, states) = history(size.orders);
    println!("{} operations read in {:.2} s", history.ops.len(), begun.elapsed().as_secs_f64());
    println!("{} MiB are held", memory("VmRSS").saturating_sub(before) >> 20);
    let mut total = 0.0;
    for checker in all_checkers().filter(|checker| checker.name() != "linearizable") {
        let invariant = invariant(checker.name(), size.orders);
        let case = Case {
            invariant: &invariant,
            history: &history,
            states: &states,
            samples: &[],
            sample_slack: Nanos::ZERO,
            relies_on_retries: false,
            exclusive: false,
            keys: KeyOrigin::Own,
        };
        let begun = Instant::now();
        let finding = judge_invariant(&case);
        let took = begun.elapsed().as_secs_f64();
        total += took;
        println!("{took:.3} s {} {:?}: {}", checker.name(), finding.verdict, finding.reason);
        let nothing_to_see =
            matches!(checker.name(), "idempotent-replay" | "failover-complete" | "one-writer");
        assert!(nothing_to_see || finding.verdict == Verdict::Pass, "{}: {}", checker.name(), finding.reason);
    }
    let peak = memory("VmHWM").saturating_sub(before);
    println!("{total:.2} s in all, {} MiB", peak >> 20);
    assert!(total < size.seconds, "{total:.2} s");
    assert!(peak < size.bytes, "{} MiB", peak >> 20);
}

#[test]
fn a_million_operations_take_two_seconds_and_500_mib() {
    judge_all(&MILLION);
}

#[test]
fn ten_million_operations_take_25_seconds_and_4_gib() {
    judge_all(&TEN_MILLION);
}
