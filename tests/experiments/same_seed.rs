//! The same seed makes the same arrivals, the same choices and the same data.

use super::support::{Lab, steady_stack};
use std::collections::{BTreeMap, BTreeSet};

const FLOWS: &str = r#"
[[feeder]]
name = "users"
file = "users.csv"
order = "random"

[[flow]]
name = "a"
weight = 2
[[flow.step]]
name = "first"
get = "/${users.name}/${int(1..1000)}"
effect = { kind = "x", key = "${uuid:k}", value = "${users.name}-${zipf(100, 1.1)}" }
think = "1ms..20ms"
[[flow.step]]
name = "second"
get = "/${uuid:k}"
effect = { kind = "y", key = "${uuid:k}" }

[[flow]]
name = "b"
[[flow.step]]
name = "other"
get = "/${choice(x|y|z)}"
effect = { kind = "z", key = "${uuid}" }
[[objective]]
expect = "availability >= 90%"
"#;

/// What the seed decides: by operation, its arrival's time, step, user and value; keys are UUIDs, which no two runs share.
type Decided = BTreeMap<u64, (Option<i64>, u16, u64, Option<String>)>;

fn decided(seed: u64, workers: u16) -> (Decided, BTreeSet<String>) {
    let lab = Lab::new();
    lab.file("users.csv", "name\nann\nbob\neve\n");
    let plan = format!(
        "name = \"seed\"\nseed = {seed}\n{}[load]\narrivals = \"poisson\"\nworkers = {workers}\nrate = \"300/s\"\nfor = \"2s\"\n{FLOWS}",
        steady_stack(1, "ok")
    );
    let run = lab.run(&plan, &[]);
    run.expect_code(0);
    let record = run.record();
    let (mut decided, mut keys) = (Decided::new(), BTreeSet::new());
    for batch in record.attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter() {
            let arrival = attempt.arrival.then_some((attempt.intended - record.manifest.load_start).0);
            let data = (arrival, attempt.step.0, attempt.user, attempt.value.map(str::to_owned));
            keys.extend(attempt.key.map(str::to_owned));
            assert!(decided.insert(attempt.op, data).is_none(), "operation {} twice", attempt.op);
        }
    }
    assert!(decided.len() > 500, "{} operations", decided.len());
    (decided, keys)
}

#[test]
fn twice_the_same_whatever_the_number_of_workers() {
    let (first, keys) = decided(7, 2);
    let (again, others) = decided(7, 2);
    assert_eq!(first, again);
    assert!(keys.is_disjoint(&others), "no two runs share a key");
    assert_eq!(first, decided(7, 1).0);
    assert_ne!(first, decided(8, 2).0);
}
