//! The mutation self-test: a clean history passes every checker; dropped, doubled, reordered, aged or invented operations
//! and effects are each caught by the checker that owns them, by name.

#[path = "checkers/fixture.rs"]
mod fixture;
#[path = "checkers/shop.rs"]
mod shop;

use fixture::OpSpec;
use serde_json::{Value, json};
use shakedown::verify::Verdict;
use shop::{NODES, PROMOTION, STOCK, Shop, op};

/// Every checker with what it looks at in the shop.
fn invariants() -> Vec<Value> {
    vec![
        json!({ "id": "i", "check": "acknowledged-not-lost", "effect": "order", "state": "orders" }),
        json!({ "id": "i", "check": "no-phantom", "effect": "order", "state": "orders" }),
        json!({ "id": "i", "check": "exactly-once", "effect": "order", "state": "orders" }),
        json!({ "id": "i", "check": "idempotent-replay", "effect": "order", "state": "orders" }),
        json!({ "id": "i", "check": "read-your-writes", "effect": "profile" }),
        json!({ "id": "i", "check": "monotonic-reads", "read": "profile" }),
        json!({ "id": "i", "check": "staleness", "effect": "profile", "bound": "100ms" }),
        json!({ "id": "i", "check": "saga-atomic", "effect": "order", "state": ["sagas", "payments"],
                "confirmed": ["confirmed", "captured"], "cancelled": ["cancelled", "refunded"] }),
        json!({ "id": "i", "check": "conservation", "state": "stock", "initial": STOCK }),
        json!({ "id": "i", "check": "never-negative", "state": "stock", "probe": "left" }),
        json!({ "id": "i", "check": "fan-out", "effect": "order", "state": ["orders", "mails"] }),
        json!({ "id": "i", "check": "queue", "effect": "order", "state": "done", "ordered": true }),
        json!({ "id": "i", "check": "rate-limit", "effect": "ping", "rate": "8/s", "burst": 4 }),
        json!({ "id": "i", "check": "balance", "effect": "ping", "deviation": "10%" }),
        json!({ "id": "i", "check": "one-writer", "effect": "order" }),
        json!({ "id": "i", "check": "set", "effect": "order", "state": "orders" }),
        json!({ "id": "i", "check": "unique-ids", "effect": "order" }),
    ]
}

fn verdict(shop: &Shop, invariant: &Value) -> (Verdict, String) {
    let finding = shop.fixture(invariant.clone()).judge();
    (finding.verdict, format!("{} {:?}", finding.reason, finding.evidence))
}

#[test]
fn a_clean_history_passes_every_checker() {
    for seed in 0..10 {
        let shop = Shop::run(seed);
        for invariant in invariants() {
            let (found, why) = verdict(&shop, &invariant);
            assert_eq!(found, Verdict::Pass, "seed {seed}, {}: {why}", invariant["check"]);
        }
    }
}

/// What is done to a clean history.
type Mutation = fn(&mut Shop, usize);

/// The acknowledged order that a seed picks: its place among the operations.
fn order(shop: &Shop, pick: usize) -> usize {
    let acknowledged = |op: &&(usize, &OpSpec)| {
        op.1.what == "order" && op.1.outcome.is_none() && op.1.replay_of.is_none() && op.1.attempt == 0
    };
    let all: Vec<(usize, &OpSpec)> = shop.ops.iter().enumerate().collect();
    let places: Vec<usize> = all.iter().filter(acknowledged).map(|(place, _)| *place).collect();
    places[10 + pick * 7 % (places.len() - 20)]
}

fn key(shop: &Shop, pick: usize) -> String {
    shop.ops[order(shop, pick)].key.clone().expect("an order has a key")
}

/// Its row in this table.
fn row(shop: &mut Shop, name: &str, key: &str) -> usize {
    let found = shop.table(name).rows.iter().position(|row| row[0].as_deref() == Some(key));
    found.expect("an acknowledged order has a row everywhere")
}

fn double(shop: &mut Shop, name: &str, pick: usize) {
    let key = key(shop, pick);
    let row = row(shop, name, &key);
    let table = shop.table(name);
    table.rows.push(table.rows[row].clone());
}

fn drop_row(shop: &mut Shop, name: &str, pick: usize) {
    let key = key(shop, pick);
    let row = row(shop, name, &key);
    shop.table(name).rows.remove(row);
}

/// A row that no operation of the run asked for.
fn invent(shop: &mut Shop, name: &str) {
    add_row(shop, name, "ghost".to_owned());
}

/// A row for an order that was refused.
fn effect_of_a_refused_order(shop: &mut Shop, name: &str) {
    let refused = shop.ops.iter().find(|op| op.what == "order" && op.status == Some(422));
    let key = refused.and_then(|op| op.key.clone()).expect("some are refused");
    add_row(shop, name, key);
}

fn add_row(shop: &mut Shop, name: &str, key: String) {
    let table = shop.table(name);
    let mut row = table.rows[0].clone();
    row[0] = Some(key);
    table.rows.push(row);
}

fn read(shop: &mut Shop, pick: usize, session: impl Fn(u64) -> bool) -> &mut OpSpec {
    let mut reads = shop.ops.iter_mut().filter(|op| op.what == "read profile" && session(op.session));
    reads.nth(60 + pick * 5).expect("many reads")
}

/// Its name, who must catch it, and what it does.
const MUTATIONS: &[(&str, &[&str], Mutation)] = &[
    (
        "drop an acknowledged effect",
        &["acknowledged-not-lost", "exactly-once", "set", "fan-out"],
        |shop, pick| drop_row(shop, "orders", pick),
    ),
    ("double an effect", &["exactly-once", "set"], |shop, pick| double(shop, "orders", pick)),
    ("invent an effect", &["no-phantom"], |shop, _| invent(shop, "orders")),
    ("an effect of what was refused", &["no-phantom", "exactly-once", "set"], |shop, _| {
        effect_of_a_refused_order(shop, "orders");
    }),
    ("forget the operation of an effect", &["no-phantom"], |shop, pick| {
        let key = key(shop, pick);
        shop.ops.retain(|op| op.key.as_ref() != Some(&key));
    }),
    ("a replay gets another reply", &["idempotent-replay"], |shop, pick| {
        let mut replays: Vec<&mut OpSpec> = shop.ops.iter_mut().filter(|op| op.replay_of.is_some()).collect();
        let count = replays.len();
        replays[pick % count].value = Some("id-new".into());
    }),
    ("a replayed order has two effects", &["idempotent-replay", "exactly-once"], |shop, pick| {
        let replayed: Vec<String> =
            shop.ops.iter().filter(|op| op.replay_of.is_some()).filter_map(|op| op.key.clone()).collect();
        let key = replayed[pick % replayed.len()].clone();
        let row = row(shop, "orders", &key);
        let table = shop.table("orders");
        table.rows.push(table.rows[row].clone());
    }),
    ("age a session's own read", &["read-your-writes", "staleness"], |shop, pick| {
        let read = read(shop, pick, |session| session < 1_000);
        read.version = read.version.map(|version| version - 40);
    }),
    ("age a repeated read", &["monotonic-reads", "staleness"], |shop, pick| {
        let read = read(shop, pick, |session| session >= 1_000);
        read.version = read.version.map(|version| version - 40);
    }),
    ("delay a stale read", &["staleness"], |shop, pick| {
        let read = read(shop, pick, |session| session >= 1_000);
        read.at += 0.15;
    }),
    ("a saga without its payment", &["saga-atomic"], |shop, _| {
        let confirmed =
            shop.table("payments").rows.iter().position(|row| row[1].as_deref() == Some("captured"));
        shop.table("payments").rows.remove(confirmed.expect("most are confirmed"));
    }),
    ("a cancelled saga that keeps the money", &["saga-atomic"], |shop, _| {
        let rows = &mut shop.table("payments").rows;
        let refunded = rows.iter_mut().find(|row| row[1].as_deref() == Some("refunded"));
        refunded.expect("some are cancelled")[1] = Some("captured".into());
    }),
    ("a saga that is stuck", &["saga-atomic"], |shop, pick| {
        let rows = &mut shop.table("sagas").rows;
        let row = pick * 3 % rows.len();
        rows[row][1] = Some("pending".into());
    }),
    ("a payment without an order", &["saga-atomic"], |shop, _| effect_of_a_refused_order(shop, "payments")),
    ("one piece too few", &["conservation"], |shop, pick| {
        shop.table("stock").rows[pick % 2][1] = Some("5000".into());
    }),
    ("oversold for a moment", &["never-negative"], |shop, pick| shop.samples[pick].2 = -1.0),
    ("oversold at the end", &["never-negative", "conservation"], |shop, _| {
        shop.table("stock").rows[0][1] = Some("-3".into());
    }),
    ("a mail is not sent", &["fan-out"], |shop, pick| drop_row(shop, "mails", pick)),
    ("a mail is sent twice", &["fan-out"], |shop, pick| double(shop, "mails", pick)),
    ("a mail about nothing", &["fan-out"], |shop, _| effect_of_a_refused_order(shop, "mails")),
    ("a message is lost", &["queue"], |shop, pick| drop_row(shop, "done", pick)),
    ("a message is consumed twice", &["queue"], |shop, pick| double(shop, "done", pick)),
    ("a message from nowhere", &["queue"], |shop, _| effect_of_a_refused_order(shop, "done")),
    ("messages of one publisher change places", &["queue"], |shop, pick| {
        let session = shop.ops[order(shop, pick)].session;
        let ops =
            shop.ops.iter().filter(|op| op.what == "order" && op.session == session && op.outcome.is_none());
        let mut keys: Vec<String> =
            ops.filter(|op| op.replay_of.is_none()).filter_map(|op| op.key.clone()).collect();
        keys.dedup();
        if keys.len() < 2 {
            // A publisher of one message has no order: it loses its message instead.
            return drop_row(shop, "done", pick);
        }
        let (first, last) = (row(shop, "done", &keys[0]), row(shop, "done", &keys[keys.len() - 1]));
        shop.table("done").rows.swap(first, last);
    }),
    ("the limiter lets a burst through", &["rate-limit"], |shop, pick| {
        let at = 3.1 + pick as f64;
        shop.ops.extend((0..6).map(|_| OpSpec { took: Some(0.001), ..op("ping", "ann", at) }));
    }),
    ("the limiter refuses for nothing", &["rate-limit"], |shop, pick| {
        // What the bucket held before the load is not known: a second without requests fills it.
        let idle = 2.1 + pick as f64..3.15 + pick as f64;
        shop.ops.retain(|op| op.what != "ping" || !idle.contains(&op.at));
        let refused = OpSpec {
            outcome: Some("fail".into()),
            status: Some(429),
            ..op("ping", "ann", 3.2 + pick as f64)
        };
        shop.ops.push(refused);
    }),
    ("one instance gets all", &["balance"], |shop, _| {
        let pings = shop.ops.iter_mut().filter(|op| op.what == "ping" && op.at < 40.0 && op.by.is_some());
        pings.for_each(|op| op.by = Some(NODES[0].into()));
    }),
    ("the deposed primary acknowledges on", &["one-writer"], |shop, pick| {
        let mut late = op("order", "late", PROMOTION + 1.0 + pick as f64);
        late.by = Some(NODES[0].into());
        shop.ops.push(late);
    }),
    ("two orders get one id", &["unique-ids"], |shop, pick| {
        let place = order(shop, pick);
        shop.ops[place].value = Some("id-twice".into());
        let other = order(shop, pick + 1);
        shop.ops[other].value = Some("id-twice".into());
    }),
];

#[test]
fn every_mutation_is_caught_by_its_owner() {
    let mut missed = Vec::new();
    for (name, owners, mutate) in MUTATIONS {
        for pick in 0..8 {
            let mut shop = Shop::run(pick as u64);
            mutate(&mut shop, pick);
            for owner in owners.iter() {
                let invariants = invariants();
                let invariant =
                    invariants.iter().find(|one| one["check"] == *owner).expect("a checker of the table");
                let (found, why) = verdict(&shop, invariant);
                if found != Verdict::Fail {
                    missed.push(format!("{name} (seed {pick}): {owner} says {found:?}: {why}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_mutation_is_caught_by_a_checker_that_does_not_look_there() {
    // What is done to profiles and pings changes nothing about orders, and the other way round.
    let apart = |owners: &[&str]| -> &[&str] {
        if owners.iter().any(|owner| matches!(*owner, "staleness" | "rate-limit" | "balance")) {
            &[
                "exactly-once",
                "acknowledged-not-lost",
                "no-phantom",
                "set",
                "queue",
                "saga-atomic",
                "unique-ids",
            ]
        } else {
            &["read-your-writes", "monotonic-reads", "rate-limit", "balance"]
        }
    };
    for (name, owners, mutate) in MUTATIONS {
        let mut shop = Shop::run(3);
        mutate(&mut shop, 3);
        for other in apart(owners).iter().filter(|other| !owners.contains(other)) {
            let invariants = invariants();
            let invariant =
                invariants.iter().find(|one| one["check"] == **other).expect("a checker of the table");
            let (found, why) = verdict(&shop, invariant);
            assert_eq!(found, Verdict::Pass, "{name}: {other} says {why}");
        }
    }
}
