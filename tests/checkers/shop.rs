//! A small simulator of a correct shop: orders, retries, replays, indeterminate operations, reads of a replica within
//! its bound, sagas, messages. What it leaves behind is a clean history with its final state.

use super::fixture::{FaultSpec, Fixture, OpSpec, TableSpec};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What the shop did, and every final read of it.
pub struct Shop {
    pub ops: Vec<OpSpec>,
    pub tables: Vec<TableSpec>,
    pub samples: Vec<(String, f64, f64)>,
}

/// The instances; the first is the primary, the second takes over at [`PROMOTION`].
pub const NODES: [&str; 3] = ["db-1", "db-2", "db-3"];
/// When the primary is struck and the second takes over.
pub const PROMOTION: f64 = 50.0;
/// What was in stock at the beginning.
pub const STOCK: usize = 10_000;

pub fn op(what: &str, key: &str, at: f64) -> OpSpec {
    OpSpec { what: what.into(), key: Some(key.into()), at, took: Some(0.02), ..OpSpec::default() }
}

fn table(name: &str, columns: &[&str]) -> TableSpec {
    TableSpec {
        name: name.into(),
        endpoint: String::new(),
        settled: true,
        trouble: None,
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        rows: Vec::new(),
        before: Vec::new(),
        grown: 0,
        before_unknown: None,
        ours_settled: true,
    }
}

/// The shop's final reads by name.
impl Shop {
    pub fn table(&mut self, name: &str) -> &mut TableSpec {
        self.tables.iter_mut().find(|table| table.name == name).expect("a table of the shop")
    }

    fn row(&mut self, name: &str, cells: &[&str]) {
        self.table(name).rows.push(cells.iter().map(|cell| Some((*cell).to_owned())).collect());
    }

    /// A hundred seconds of business.
    pub fn run(seed: u64) -> Shop {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let tables = [
            table("orders", &["key", "id"]),
            table("sagas", &["key", "state"]),
            table("payments", &["key", "state"]),
            table("done", &["key", "deliveries"]),
            table("mails", &["key"]),
            table("stock", &["key", "value"]),
        ];
        let mut shop = Shop { ops: Vec::new(), tables: tables.into(), samples: Vec::new() };
        let mut sold = 0;
        for number in 0..400_u64 {
            let at = number as f64 * 0.25;
            let writer = if at < PROMOTION { NODES[0] } else { NODES[1] };
            sold += shop.order(number, at, writer, random.random_range(0..100));
            shop.profile(number, at, writer);
            shop.ping(number, at);
            if number % 10 == 9 {
                // Everything begun before has ended by then, and nothing else has begun.
                shop.samples.push(("left".into(), at + 0.24, (STOCK - sold) as f64));
            }
        }
        let left = STOCK - sold;
        let before = |name: &str, number: usize| vec![Some(name.to_owned()), Some(number.to_string())];
        shop.table("stock").before = vec![before("left", STOCK), before("sold", 0)];
        shop.row("stock", &["left", &left.to_string()]);
        shop.row("stock", &["sold", &sold.to_string()]);
        shop
    }

    /// One order with its saga, its message and its mail. Gives how many were sold.
    fn order(&mut self, number: u64, at: f64, writer: &str, luck: u32) -> usize {
        let (key, id) = (format!("o-{number}"), format!("id-{number}"));
        let number_of = 10_000 + number * 10;
        let mut order = op("order", &key, at);
        order.session = number / 4;
        order.op = Some(number_of);
        order.by = Some(writer.to_owned());
        let took_effect = match luck {
            0..5 => {
                order.outcome = Some("fail".into());
                order.status = Some(422);
                false
            }
            5..10 => {
                order.outcome = Some("open".into());
                luck.is_multiple_of(2)
            }
            10..25 => {
                let mut first = order.clone();
                (first.outcome, first.followed) = (Some("open".into()), true);
                self.ops.push(first);
                (order.attempt, order.at) = (1, at + 0.05);
                true
            }
            _ => true,
        };
        let ok = order.outcome.is_none();
        order.value = ok.then(|| id.clone());
        self.ops.push(order.clone());
        if ok && (25..40).contains(&luck) {
            let replay =
                OpSpec { op: Some(number_of + 1), replay_of: Some(number_of), at: at + 0.1, ..order };
            self.ops.push(replay);
        }
        if took_effect {
            let cancelled = luck.is_multiple_of(10);
            self.row("orders", &[&key, &id]);
            self.row("sagas", &[&key, if cancelled { "cancelled" } else { "confirmed" }]);
            self.row("payments", &[&key, if cancelled { "refunded" } else { "captured" }]);
            self.row("done", &[&key, if luck.is_multiple_of(7) { "2" } else { "1" }]);
            self.row("mails", &[&key]);
        }
        usize::from(took_effect)
    }

    /// A profile is written by its session and read by it and by another; replicas lag by less than 100 ms.
    fn profile(&mut self, number: u64, at: f64, writer: &str) {
        let (key, version) = (format!("p-{}", number % 20), number as i64 + 1);
        let mut write = op("profile", &key, at + 0.02);
        (write.session, write.version) = (number % 20, Some(version));
        write.by = Some(writer.to_owned());
        let mut own = op("read profile", &key, at + 0.06);
        (own.session, own.version) = (number % 20, Some(version));
        own.by = Some(writer.to_owned());
        // Another session reads it from a replica that has not heard of the latest write yet.
        let mut other = op("read profile", &key, at + 0.07);
        (other.session, other.version) = (1_000 + number % 20, Some((version - 20).max(0)));
        other.by = Some(NODES[2].to_owned());
        self.ops.extend([write, own, other]);
    }

    /// Two requests each quarter of a second at a limiter of 8/s with a burst of 4, and one that is refused.
    fn ping(&mut self, number: u64, at: f64) {
        for place in 0..2_u64 {
            let mut ping = op("ping", "ann", at + 0.01 * place as f64);
            ping.took = Some(0.005);
            ping.by = Some(NODES[((number * 2 + place) % 3) as usize].to_owned());
            self.ops.push(ping);
        }
        if number == 100 {
            for _ in 0..2 {
                self.ops.push(OpSpec { took: Some(0.001), ..op("ping", "ann", at + 0.016) });
            }
            let mut refused = op("ping", "ann", at + 0.018);
            (refused.outcome, refused.status, refused.took) = (Some("fail".into()), Some(429), Some(0.001));
            self.ops.push(refused);
        }
    }

    /// The shop judged by one invariant, as JSON.
    pub fn fixture(&self, invariant: serde_json::Value) -> Fixture {
        let invariant = serde_json::from_value(invariant).expect("an invariant");
        let fault = FaultSpec {
            name: "primary-dies".into(),
            from: PROMOTION - 0.01,
            to: Some(PROMOTION + 10.0),
            targets: vec![NODES[0].into()],
        };
        Fixture {
            about: String::new(),
            invariant,
            ops: self.ops.clone(),
            state: self.tables.clone(),
            faults: vec![fault],
            faults_planned: true,
            samples: self.samples.clone(),
            sample_slack: 0.005,
            torn: None,
            relies_on_retries: true,
            exclusive: true,
            keys: "own".into(),
            instances: Vec::new(),
        }
    }
}
