//! A run from its load to its final state: what is replayed, what is read at the end, and what the record says of it.

#[path = "support/waiting.rs"]
mod waiting;

use shakedown::event::{Event, Phase};
use shakedown::record::{AttemptRow, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// A shop of one process: orders by key, with what was ordered.
type Orders = Arc<Mutex<BTreeMap<String, String>>>;

fn shop() -> (String, Orders) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let orders = Orders::default();
    let kept = orders.clone();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            let orders = kept.clone();
            std::thread::spawn(move || serve(socket, &orders));
        }
    });
    (address, orders)
}

fn serve(mut socket: TcpStream, orders: &Orders) {
    let mut reader = BufReader::new(socket.try_clone().expect("a socket"));
    loop {
        let (mut path, mut key, mut length) = (String::new(), String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end();
            if path.is_empty() {
                path = line.split(' ').nth(1).unwrap_or_default().to_owned();
            }
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if let Some(value) = lower.strip_prefix("idempotency-key:") {
                key = value.trim().to_owned();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let (status, reply) = answer(&path, key, body, orders);
        let written = write!(socket, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{reply}", reply.len());
        if written.is_err() {
            return;
        }
    }
}

fn answer(path: &str, key: String, body: String, orders: &Orders) -> (u16, String) {
    let mut orders = orders.lock().expect("lock");
    if let Some(after) = path.strip_prefix("/audit?after=") {
        let page: Vec<&String> = orders.keys().filter(|key| key.as_str() > after).take(7).collect();
        let next =
            page.last().filter(|_| page.len() == 7).map_or("null".to_owned(), |key| format!("\"{key}\""));
        let rows: Vec<String> = page.iter().map(|key| format!("{{\"key\":\"{key}\",\"n\":1}}")).collect();
        return (200, format!("{{\"orders\":[{}],\"next\":{next}}}", rows.join(",")));
    }
    if path == "/numbered" {
        let keys: Vec<String> = orders.keys().map(|id| format!("{{\"key\":{id}.0}}")).collect();
        return (200, format!("{{\"orders\":[{}]}}", keys.join(",")));
    }
    if let Some(way) = path.strip_prefix("/numbered/") {
        let id = 20_000_000_000_000_000_000_001_u128 + orders.len() as u128;
        let kept = if way == "lose" { format!("{}", id | 1) } else { id.to_string() };
        orders.insert(kept, body);
        return (201, format!("{{\"id\":{id}}}"));
    }
    match orders.get(&key) {
        Some(before) if *before == body => (200, format!("{{\"id\":\"o-{key}\"}}")),
        Some(_) => (422, "another payload".to_owned()),
        None => {
            orders.insert(key.clone(), body);
            (201, format!("{{\"id\":\"o-{key}\"}}"))
        }
    }
}

struct Lab {
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Lab {
        Lab { folder: tempfile::tempdir().expect("a folder") }
    }

    fn command(&self, plan: &str) -> Command {
        std::fs::write(self.folder.path().join("plan.toml"), plan).expect("a plan");
        let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
        command
            .args(["run", "plan.toml", "--json"])
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("FINALS_SECRET", "tops3cret")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn record(&self) -> Record {
        let runs = std::fs::read_dir(self.folder.path().join("reports")).expect("reports");
        let run: Vec<PathBuf> = runs.flatten().map(|entry| entry.path()).collect();
        Record::open(&run[0]).expect("a record")
    }
}

fn shown(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn plan(address: &str, rest: &str) -> String {
    format!(
        r#"name = "finals"
seed = 3
[target]
url = "http://{address}"
[load]
rate = "100/s"
for = "1s"
[[flow]]
name = "buy"
[[flow.step]]
name = "order"
post = "/orders"
header = {{ Idempotency-Key = "${{uuid:key}}" }}
json = {{ n = 1 }}
expect = {{ status = [200, 201] }}
effect = {{ kind = "order", key = "${{uuid:key}}" }}
replay = {{ after = "20%", parallel = "20%", other = "20%", other_json = {{ n = 2 }} }}
{rest}"#
    )
}

#[test]
fn replays_and_the_final_state_are_in_the_record() {
    let (address, orders) = shop();
    let lab = Lab::new();
    let database = lab.folder.path().join("side.db");
    let made = rusqlite::Connection::open(&database).expect("made");
    made.execute_batch("CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('a'), ('b');").expect("filled");
    let text = plan(
        &address,
        r#"
[[probe]]
name = "rows"
sql = "SELECT count(*) FROM t"
database = "sqlite:side.db"
every = "100ms"
[[probe]]
name = "answer"
command = ["echo", "42"]
every = "100ms"
[[objective]]
id = "available"
expect = "availability >= 100%"
[[final]]
name = "orders"
get = "/audit?after=${cursor}"
rows = "$.orders[*]"
wait = "0s"
[[final]]
name = "side"
sql = "SELECT k FROM t"
database = "sqlite:side.db"
wait = "0s"
[[final]]
name = "broken"
get = "/audit?after=${cursor}&token=${env:FINALS_SECRET}"
rows = "$.orders[*]"
endpoints = ["http://127.0.0.1:1"]
wait = "0s"
within = "1s"
[teardown]
[[teardown.step]]
name = "bye"
post = "/orders"
header = { Idempotency-Key = "teardown" }
"#,
    );
    let output = lab.command(&text).output().expect("it runs");
    let verdict: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", shown(&output)));
    let objective = &verdict["objectives"][0];
    assert_eq!(objective["verdict"], "pass", "refused replays are no user's trouble: {verdict:#}");
    let record = lab.record();
    assert_eq!(record.torn, None);

    // Every acknowledged key is there, and what came after the final read is not.
    let mut rows = Vec::new();
    for batch in record.attempts().expect("readable") {
        rows.extend(batch.expect("whole").iter().map(|row| Replayed::from(&row)));
    }
    check_replays(&rows);
    let users = rows.iter().filter(|row| row.replay_of.is_none() && row.key.is_some()).count() as u64;
    assert_eq!(
        record.manifest.counts["replays"] as usize,
        rows.iter().filter(|row| row.replay_of.is_some()).count()
    );
    assert_eq!(objective["samples"].as_u64().unwrap_or(users), users, "{objective:#}");

    let finals = record.finals().expect("readable");
    assert_eq!(finals.iter().map(|table| table.name.as_str()).collect::<BTreeSet<_>>().len(), 3);
    let of = |name: &str| finals.iter().find(|table| table.name == name).expect(name);
    let read = of("orders");
    assert!(read.settled && read.trouble.is_none() && read.snapshot == 2);
    let column = read.column("key").expect("a column");
    let keys: BTreeSet<String> =
        (0..read.len()).filter_map(|row| read.text(row, column)).map(str::to_owned).collect();
    let mut stored: BTreeSet<String> = orders.lock().expect("lock").keys().cloned().collect();
    assert!(stored.remove("teardown"), "teardown came too, afterwards");
    assert_eq!(keys, stored);
    assert_eq!((of("side").len(), of("side").settled), (2, true));

    let broken = of("broken");
    let trouble = broken.trouble.as_deref().expect("told");
    assert!(!broken.settled && trouble.contains("token=***") && trouble.contains("127.0.0.1:1"), "{trouble}");
    let failed = |event: &Event| matches!(event, Event::StepFailed { step, .. } if step == "final read `broken` through http://127.0.0.1:1");
    assert_eq!(record.events.iter().filter(|timed| failed(&timed.event)).count(), 1);
    let folder = std::fs::read_to_string(record.folder().join("events.jsonl")).expect("events");
    assert!(!folder.contains("tops3cret"));

    let phases: Vec<Phase> = record.manifest.phases.iter().map(|info| info.phase).collect();
    let wanted = [Phase::Drain, Phase::Heal, Phase::FinalRead, Phase::Teardown, Phase::StackDown];
    let from = phases.iter().position(|phase| *phase == Phase::Drain).expect("drained");
    assert_eq!(phases[from..from + 5], wanted);

    let samples = record.samples().expect("readable");
    for (name, value) in [("rows", 2.0), ("answer", 42.0)] {
        let values: Vec<_> = samples.iter().filter(|one| one.name == name).map(|one| one.value).collect();
        assert!(values.len() > 1 && values.iter().all(|one| *one == Some(value)), "{name}: {values:?}");
    }
}

struct Replayed {
    op: u64,
    replay_of: Option<u64>,
    other: bool,
    key: Option<String>,
    status: Option<u16>,
    reply: Option<u64>,
}

impl From<&AttemptRow<'_>> for Replayed {
    fn from(row: &AttemptRow<'_>) -> Replayed {
        Replayed {
            op: row.op,
            replay_of: row.replay_of,
            other: row.other,
            key: row.key.map(str::to_owned),
            status: row.status,
            reply: row.reply,
        }
    }
}

/// Each repeats an original with its key; the same payload gets the same reply, another is refused.
fn check_replays(rows: &[Replayed]) {
    let originals: BTreeMap<u64, &Replayed> =
        rows.iter().filter(|row| row.replay_of.is_none()).map(|row| (row.op, row)).collect();
    let replays: Vec<&Replayed> = rows.iter().filter(|row| row.replay_of.is_some()).collect();
    let others = replays.iter().filter(|row| row.other).count();
    // 100 operations: 40 and 20 are the means, 5.7 and 4 the standard deviations.
    assert!((8..=36).contains(&others) && (15..=70).contains(&(replays.len() - others)), "{}", replays.len());
    for replay in replays {
        let original = originals[&replay.replay_of.expect("a replay")];
        assert_eq!(replay.key, original.key);
        assert!(original.reply.is_some());
        match replay.other {
            true => assert_eq!((replay.status, replay.reply == original.reply), (Some(422), false)),
            false => assert_eq!(replay.reply, original.reply),
        }
    }
}

/// Ids with 23 digits, told as JSON numbers: neighbours are one 64-bit float. The shop that loses keeps an odd id for an even
/// one; rows say `….0`, which is the same number.
#[test]
fn ids_beyond_64_bits_are_held_apart() {
    for (way, wanted) in [("keep", "pass"), ("lose", "fail")] {
        let (address, _) = shop();
        let lab = Lab::new();
        let text = format!(
            r#"name = "numbered"
seed = 1
[target]
url = "http://{address}"
[load]
rate = "20/s"
for = "500ms"
[[flow]]
name = "buy"
[[flow.step]]
name = "order"
post = "/numbered/{way}"
json = {{ n = 1 }}
extract = {{ id = "$.id" }}
effect = {{ kind = "order", key = "${{id}}" }}
[[final]]
name = "orders"
get = "/numbered"
rows = "$.orders[*]"
wait = "0s"
[[invariant]]
id = "not-lost"
check = "acknowledged-not-lost"
effect = "order"
state = "orders"
"#
        );
        let output = lab.command(&text).output().expect("it runs");
        let verdict: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", shown(&output)));
        assert_eq!(verdict["invariants"][0]["verdict"], wanted, "{way}: {verdict:#}");
    }
}

#[test]
fn an_interrupt_ends_the_wait_and_the_record_says_that_nothing_was_read() {
    let (address, _) = shop();
    let lab = Lab::new();
    let text = plan(
        &address,
        "[[final]]\nname = 'orders'\nget = '/audit?after=${cursor}'\nrows = '$.orders[*]'\nwait = '10m'\n",
    )
    .replace("for = \"1s\"", "for = \"100ms\"");
    let mut child = lab.command(&text).spawn().expect("it starts");
    // The phase is in the events as soon as it has begun; a second later at the most it is on the disk.
    let begun = || {
        let runs = std::fs::read_dir(lab.folder.path().join("reports")).ok()?;
        let events = runs.flatten().next()?.path().join("events.jsonl");
        Some(std::fs::read_to_string(events).ok()?.contains("\"final-read\""))
    };
    waiting::blocking::eventually("the final reads begin", || begun() == Some(true));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("signalled");
    let status = child.wait().expect("ends");
    assert_eq!(status.code(), Some(130));
    let finals = lab.record().finals().expect("readable");
    assert_eq!(finals.len(), 1);
    assert_eq!((finals[0].settled, finals[0].trouble.as_deref()), (false, Some("interrupted by the user")));
}
