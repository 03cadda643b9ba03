//! Objects that keep their promise, seen by concurrent clients some of whose operations end unknown: whatever the seed, no
//! checker may fail their histories; and each must fail what is falsified in the way that it owns.

use super::reads;
use crate::verify::Verdict;
use crate::verify::outside::{CHECKERS, Options};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde_json::{Value, json};
use std::collections::VecDeque;

const SEEDS: u64 = 400;
const CLIENTS: usize = 4;
const OPERATIONS: usize = 40;
const ACCOUNTS: [&str; 3] = ["a", "b", "c"];

/// An operation under way: what it is to do, and what it gave once it took effect (a failure gives nothing).
struct Pending {
    f: &'static str,
    argument: Value,
    effect: Option<Option<Value>>,
}

/// One object of every kind.
struct World {
    rng: Xoshiro256PlusPlus,
    lines: Vec<Value>,
    begun: i64,
    set: Vec<i64>,
    queue: VecDeque<i64>,
    sum: i64,
    balances: [i64; 3],
}

impl World {
    fn invoke(&mut self, checker: &str) -> Pending {
        self.begun += 1;
        let number = self.begun;
        let (read, sign) = (self.rng.random_range(0..3) == 0, [1, -1][self.rng.random_range(0..2)]);
        let (f, argument) = match checker {
            "queue" if self.rng.random_range(0..2) == 0 => ("dequeue", Value::Null),
            "queue" => ("enqueue", json!(number)),
            "unique-ids" => ("generate", Value::Null),
            "bank" if !read => {
                let account = |rng: &mut Xoshiro256PlusPlus| ACCOUNTS[rng.random_range(0..3)];
                let (from, to) = (account(&mut self.rng), account(&mut self.rng));
                ("transfer", json!({ "from": from, "to": to, "amount": self.rng.random_range(1..9) }))
            }
            _ if read => ("read", Value::Null),
            "counter" => ("add", json!(sign * number)),
            _ => ("add", json!(number)),
        };
        Pending { f, argument, effect: None }
    }

    /// It takes effect, now. What it gives, or nothing if it fails.
    fn carry_out(&mut self, checker: &str, pending: &mut Pending) {
        let number = pending.argument.as_i64().unwrap_or_default();
        pending.effect = Some(match (checker, pending.f) {
            ("queue", "enqueue") => {
                self.queue.push_back(number);
                Some(pending.argument.clone())
            }
            ("queue", _) => self.queue.pop_front().map(Value::from),
            ("unique-ids", _) => {
                self.sum += 1;
                Some(json!(format!("id-{}", self.sum)))
            }
            ("bank", "transfer") => self.transfer(&pending.argument).then(|| pending.argument.clone()),
            ("bank", _) => {
                Some(json!({ "a": self.balances[0], "b": self.balances[1], "c": self.balances[2] }))
            }
            ("counter", "add") => {
                self.sum += number;
                Some(pending.argument.clone())
            }
            ("counter", _) => Some(json!(self.sum)),
            (_, "add") => {
                self.set.push(number);
                Some(pending.argument.clone())
            }
            _ => Some(json!(self.set)),
        });
    }

    fn transfer(&mut self, argument: &Value) -> bool {
        let place = |name: &str| ACCOUNTS.iter().position(|account| argument[name] == *account);
        let (Some(from), Some(to)) = (place("from"), place("to")) else { return false };
        let amount = argument["amount"].as_i64().unwrap_or_default();
        let enough = self.balances[from] >= amount;
        if enough {
            self.balances[from] -= amount;
            self.balances[to] += amount;
        }
        enough
    }

    fn line(&mut self, process: usize, kind: &str, f: &str, value: Value) {
        self.lines.push(json!({ "process": process, "type": kind, "f": f, "value": value }));
    }
}

/// The history of an honest object by a seed.
fn history(checker: &str, seed: u64) -> Vec<Value> {
    let rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (set, queue) = Default::default();
    let mut world = World { rng, lines: Vec::new(), begun: 0, set, queue, sum: 0, balances: [30, 30, 30] };
    let mut clients: Vec<(usize, Option<Pending>)> = (0..CLIENTS).map(|process| (process, None)).collect();
    let mut late: Vec<Pending> = Vec::new();
    while (world.begun as usize) < OPERATIONS || clients.iter().any(|(_, pending)| pending.is_some()) {
        let (process, pending) = &mut clients[world.rng.random_range(0..CLIENTS)];
        match pending.take() {
            None if (world.begun as usize) < OPERATIONS => {
                let begun = world.invoke(checker);
                world.line(*process, "invoke", begun.f, begun.argument.clone());
                *pending = Some(begun);
            }
            None => {}
            // Nobody knows what came of it; if nothing has so far, something may yet.
            Some(lost) if world.rng.random_range(0..12) == 0 => {
                world.line(*process, "info", lost.f, Value::Null);
                *process += CLIENTS;
                late.extend((lost.effect.is_none() && world.rng.random_range(0..2) == 0).then_some(lost));
            }
            Some(mut begun) => match begun.effect.take() {
                None => {
                    world.carry_out(checker, &mut begun);
                    *pending = Some(begun);
                }
                Some(Some(value)) => world.line(*process, "ok", begun.f, value),
                Some(None) => world.line(*process, "fail", begun.f, Value::Null),
            },
        }
        if world.rng.random_range(0..20) == 0 && !late.is_empty() {
            let mut one = late.swap_remove(0);
            world.carry_out(checker, &mut one);
        }
    }
    last_look(checker, world)
}

/// In the end somebody looks at everything.
fn last_look(checker: &str, mut world: World) -> Vec<Value> {
    let (f, all) = match checker {
        "queue" => ("drain", json!(world.queue)),
        "unique-ids" => return world.lines,
        _ => {
            let mut look = Pending { f: "read", argument: Value::Null, effect: None };
            world.carry_out(checker, &mut look);
            ("read", look.effect.flatten().unwrap_or_default())
        }
    };
    world.line(99, "invoke", f, Value::Null);
    world.line(99, "ok", f, all);
    world.lines
}

fn judged(checker: &str, lines: &[Value]) -> (Verdict, String) {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let history = reads(&text.join("\n")).expect("a history");
    let options =
        Options { model: None, initial: None, total: Some(90.into()), states: 1_000, expired: &|| false };
    let found = CHECKERS.iter().find(|one| one.name() == checker).expect("it is there");
    let judgement = found.check(&history, &options).expect("it makes sense");
    (judgement.verdict, format!("{} {:#?}\n{}", judgement.reason, judgement.evidence, text.join("\n")))
}

const KINDS: [&str; 5] = ["set", "queue", "counter", "bank", "unique-ids"];

#[test]
fn no_honest_object_fails() {
    for checker in KINDS {
        let mut passed = 0;
        for seed in 0..SEEDS {
            let (verdict, told) = judged(checker, &history(checker, seed));
            assert_ne!(verdict, Verdict::Fail, "{checker}, seed {seed}: {told}");
            passed += u64::from(verdict == Verdict::Pass);
        }
        // A dequeue of unknown end may have taken what is missing, so that a queue is often Unknown.
        let least = if checker == "queue" { SEEDS / 10 } else { SEEDS * 9 / 10 };
        assert!(passed >= least, "{checker}: only {passed} of {SEEDS} pass");
    }
}

/// Falsifies a history in the way that the checker owns; false if it holds nothing to falsify.
fn falsified(checker: &str, lines: &mut [Value]) -> bool {
    let oks = |f: &str, lines: &[Value]| -> Vec<usize> {
        (0..lines.len()).filter(|place| lines[*place]["type"] == "ok" && lines[*place]["f"] == f).collect()
    };
    match checker {
        "set" => {
            let Some(element) = oks("add", lines).first().map(|place| lines[*place]["value"].clone()) else {
                return false;
            };
            let last = lines.last_mut().and_then(|line| line["value"].as_array_mut()).expect("the last read");
            last.retain(|one| *one != element);
        }
        "queue" => {
            let [first, second, ..] = oks("dequeue", lines)[..] else { return false };
            lines[second]["value"] = lines[first]["value"].clone();
        }
        "unique-ids" => {
            let [first, second, ..] = oks("generate", lines)[..] else { return false };
            lines[second]["value"] = lines[first]["value"].clone();
        }
        "counter" => lines.last_mut().expect("a read")["value"] = json!(1_000_000),
        _ => {
            let last = lines.last_mut().expect("a read");
            last["value"]["a"] = json!(last["value"]["a"].as_i64().unwrap_or_default() + 1);
        }
    }
    true
}

#[test]
fn what_is_falsified_fails() {
    for checker in KINDS {
        let mut tried = 0;
        for seed in 0..SEEDS {
            let mut lines = history(checker, seed);
            if falsified(checker, &mut lines) {
                tried += 1;
                let (verdict, told) = judged(checker, &lines);
                assert_eq!(verdict, Verdict::Fail, "{checker}, seed {seed}: {told}");
            }
        }
        assert!(tried > SEEDS / 2, "{checker}: {tried} histories could be falsified");
    }
}

/// Every sum that a read may have seen: all that was acknowledged before it began, and any of what was begun before it
/// ended.
fn possible_sums(lines: &[Value], read: (usize, usize)) -> Vec<i64> {
    let mut sums = vec![0];
    for (begun, line) in
        lines.iter().enumerate().filter(|(_, line)| line["type"] == "invoke" && line["f"] == "add")
    {
        let number = line["value"].as_i64().expect("a number");
        let end = (begun..lines.len())
            .find(|place| *place > begun && lines[*place]["process"] == line["process"])
            .map(|place| (place, lines[place]["type"].clone()));
        let failed = end.as_ref().is_some_and(|(_, kind)| kind == "fail");
        let certain = end.is_some_and(|(place, kind)| kind == "ok" && place < read.0);
        if certain {
            sums.iter_mut().for_each(|sum| *sum += number);
        } else if begun < read.1 && !failed {
            sums.extend(sums.clone().iter().map(|sum| sum + number));
        }
    }
    sums
}

#[test]
fn a_counters_bounds_are_those_of_all_that_a_read_may_have_seen() {
    for seed in 0..SEEDS {
        let lines = history("counter", seed);
        let last = lines.len() - 1;
        let sums = possible_sums(&lines, (last - 1, last));
        let (low, high) = (sums.iter().min().expect("some"), sums.iter().max().expect("some"));
        for (value, expected) in [
            (*low, Verdict::Pass),
            (*high, Verdict::Pass),
            (low - 1, Verdict::Fail),
            (high + 1, Verdict::Fail),
        ] {
            let mut changed = lines.clone();
            changed[last]["value"] = json!(value);
            let (verdict, told) = judged("counter", &changed);
            assert_eq!(verdict, expected, "seed {seed}, {value} of {low}..{high}: {told}");
        }
    }
}
