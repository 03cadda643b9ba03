//! Every rule, broken once. `messages.txt` holds what is said then; `UPDATE_DOCS=1` writes it anew, to be read before it
//! is kept.

use crate::plan::{Severity, load_text};
use std::fmt::Write;

const SOUND: &str = r#"name = "Sound"

[stack]
kind = "processes"

[[stack.service]]
name = "node"
command = ["shop", "--port", "${port}"]
instances = 3

[[stack.service]]
name = "front"
command = ["front", "${node.addresses}"]

[target]
url = "http://${front.address}"

[[probe]]
name = "stock"
get = "/stock"
value = "$.left"

[[feeder]]
name = "users"
file = "users.csv"

[load]
stages = [{ rate = "50/s", for = "5s", warmup = true }, { rate = "200/s", for = "30s" }]

[[flow]]
name = "buy"

[[flow.step]]
name = "look"
get = "/products?user=${users.name}"
extract = { product = "$.items[3].id" }

[[flow.step]]
name = "order"
post = "/orders"
json = { product = "${product}" }
retry = { attempts = 4 }
effect = { kind = "order", key = "${product}" }

[[fault]]
id = "dies"
at = "15s"
for = "10s"
kill = { service = "node", choose = 1 }

[[fault]]
id = "again"
after = "dies"
for = "5s"
stop = { service = "node", index = 3 }

[[objective]]
id = "available"
expect = "availability >= 99%"

[[objective]]
id = "recovers"
expect = "recovery <= 3s"
window = "fault(dies)"

[[final]]
name = "orders"
get = "/orders?after=${cursor}"
rows = "$.orders[*]"

[[invariant]]
id = "once"
check = "exactly-once"
effect = "order"
state = "orders"

[counter]
why = "it must"
set = { "stack.service.node.env.MODE" = "off" }
fails = ["once"]
"#;

/// In place of the fault, one on a link.
macro_rules! linked {
    ($fault:literal) => {
        (
            "kill = { service = \"node\", choose = 1 }",
            concat!($fault, "\n[[stack.link]]\nname = \"l\"\nto = \"node\""),
        )
    };
}

/// What is changed into what; each makes one mistake.
const MISTAKES: &[(&str, &str)] = &[
    // Form.
    ("[load]", "[lod]"),
    ("instances = 3", "instnaces = 3"),
    ("instances = 3", "colour = 3"),
    ("instances = 3", "instances = \"three\""),
    ("instances = 3", "instances = 3.5"),
    ("instances = 3", "instances = -3"),
    ("instances = 3", "seed = 3"),
    ("[load]", "[load.target]\nurl = \"x\"\n[load]"),
    ("[[flow]]\nname = \"buy\"\n\n[[flow.step]]", "[flow]\nname = \"buy\"\n\n[[flow.step]]"),
    ("[load]", "[[load]]"),
    ("\"50/s\"", "50"),
    ("\"50/s\"", "\"50\""),
    ("at = \"15s\"", "at = 15"),
    ("at = \"15s\"", "at = 10:00:00"),
    ("name = \"look\"\n", ""),
    ("kind = \"processes\"", "kind = \"proceses\""),
    ("kind = \"processes\"", "kind = 5"),
    ("\"availability >= 99%\"", "\"availability\""),
    ("\"availability >= 99%\"", "\"avail >= 99%\""),
    ("\"availability >= 99%\"", "\"p99 < 5%\""),
    ("\"fault(dies)\"", "\"during(dies)\""),
    ("\"http://${front.address}\"", "\"http://${front.address\""),
    ("{ product = \"${product}\" }", "{ product = \"${product\" }"),
    ("{ attempts = 4 }", "{ attempts = 70000 }"),
    ("{ attempts = 4 }", "{ attempts = 4, on = [\"5xy\"] }"),
    ("{ attempts = 4 }", "{ on = [\"5xx\"] }"),
    ("{ attempts = 4 }", "4"),
    // Names.
    ("name = \"Sound\"", "name = \" \""),
    ("name = \"front\"", "name = \"node\""),
    ("name = \"front\"", "name = \"the front\""),
    ("name = \"order\"", "name = \"look\""),
    ("name = \"order\"", "name = \"buy/order\""),
    ("id = \"again\"", "id = \"dies\""),
    ("id = \"recovers\"", "id = \"available\""),
    // Target and stack.
    ("http://${front.address}", "ftp://${front.address}"),
    ("http://${front.address}", "front.address"),
    ("http://${front.address}", "http://${front.address}/?a=b"),
    ("http://${front.address}", "http://${frnt.address}"),
    ("http://${front.address}", "http://${front.port}"),
    ("url = ", "header = { \"X Y\" = \"1\" }\nurl = "),
    ("url = ", "header = { Authorization = \"Bearer abc\" }\nurl = "),
    ("url = ", "http = 2\nurl = "),
    ("instances = 3", "env = { MODE = 5 }"),
    ("instances = 3", "instances = 5000000"),
    ("url = ", "ca = \"none.pem\"\nurl = "),
    ("url = ", "timeout = \"0s\"\nurl = "),
    ("kind = \"processes\"", "kind = \"none\""),
    ("instances = 3", "instances = 3\nport = 65534"),
    ("command = [\"shop\", \"--port\", \"${port}\"]\n", ""),
    ("\"--port\", \"${port}\"", "\"${front.address}\""),
    ("\"--port\", \"${port}\"", "\"${node-2.address}\""),
    ("\"--port\", \"${port}\"", "\"${user}\""),
    ("instances = 3", "instances = 3\nready = { http = \"health\" }"),
    // Probes and feeders.
    ("value = \"$.left\"\n", ""),
    ("value = \"$.left\"", "value = \"$.left[\""),
    ("value = \"$.left\"", "metric = \"a b\""),
    ("get = \"/stock\"", "get = \"stock\""),
    ("get = \"/stock\"\nvalue = \"$.left\"\n", ""),
    ("get = \"/stock\"", "sql = \"SELECT 1\"\ndatabase = \"sqlite:x.db\""),
    ("value = \"$.left\"", "value = \"$.left\"\nsql = \"SELECT 1\""),
    ("get = \"/stock\"\nvalue = \"$.left\"", "sql = \"SELECT 1\""),
    ("get = \"/stock\"\nvalue = \"$.left\"", "sql = \"SELECT 1\"\ndatabase = \"mysql://h/x\""),
    ("get = \"/stock\"\nvalue = \"$.left\"", "command = []"),
    ("get = \"/stock\"\nvalue = \"$.left\"", "command = [\"wc\", \"${port}\"]"),
    ("get = \"/stock\"\nvalue = \"$.left\"", "command = [\"wc\"]\nservice = \"nod\""),
    ("users.csv", "missing.csv"),
    ("users.csv", "ragged.csv"),
    ("users.csv", "empty.csv"),
    ("users.csv", "users.txt"),
    ("users.csv", "ragged.jsonl"),
    ("users.csv", "broken.jsonl"),
    ("?user=${users.name}", ""),
    ("${users.name}", "${users.nmae}"),
    ("${users.name}", "${users.colour}"),
    // Load.
    (
        "stages = [{ rate = \"50/s\", for = \"5s\", warmup = true }, { rate = \"200/s\", for = \"30s\" }]",
        "for = \"35s\"",
    ),
    (
        "stages = [{ rate = \"50/s\", for = \"5s\", warmup = true }, { rate = \"200/s\", for = \"30s\" }]",
        "rate = \"0/s\"\nfor = \"35s\"",
    ),
    (
        "stages = [{ rate = \"50/s\", for = \"5s\", warmup = true }, { rate = \"200/s\", for = \"30s\" }]",
        "rate = \"5/s\"",
    ),
    ("stages = ", "for = \"5s\"\nstages = "),
    ("stages = ", "users = 5\nstages = "),
    ("stages = ", "model = \"closed\"\nspikes = [{ at = \"1s\", for = \"1s\", rate = \"5/s\" }]\nstages = "),
    ("stages = ", "executor = \"goose\"\nstages = "),
    ("\"200/s\"", "\"20000000/s\""),
    ("rate = \"200/s\", for", "rate = \"200/s\", ramp_to = \"5/s\", for"),
    ("rate = \"200/s\", for", "for"),
    ("for = \"30s\" }", "for = \"0s\" }"),
    ("for = \"30s\" }", "for = \"30s\", warmup = true }"),
    ("\"30s\" }]", "\"30s\" }, { rate = \"1/s\", for = \"1s\", warmup = true }]"),
    ("\"30s\" }]", "\"800h\" }]"),
    ("stages = ", "spikes = [{ at = \"40s\", for = \"1s\", rate = \"5/s\" }]\nstages = "),
    ("stages = ", "max_in_flight = 0\nstages = "),
    // Steps.
    ("name = \"buy\"", "name = \"buy\"\nweight = 0"),
    ("post = \"/orders\"", ""),
    ("post = \"/orders\"", "post = \"/orders\"\nput = \"/orders\""),
    ("post = \"/orders\"", "post = \"orders\""),
    ("retry = ", "text = \"x\"\nretry = "),
    ("retry = ", "expect = { status = 700 }\nretry = "),
    ("retry = ", "expect = { matches = { \"$.a\" = \"(\" } }\nretry = "),
    ("retry = ", "when = \"product == 3\"\nretry = "),
    ("retry = ", "repeat = \"often\"\nretry = "),
    ("{ attempts = 4 }", "{ attempts = 0 }"),
    ("\"$.items[3].id\"", "\"items[3]\""),
    ("\"$.items[3].id\"", "{ json = \"$.a\", regex = \"b\" }"),
    ("extract = { product =", "extract = { user = \"$.u\", product ="),
    ("post = \"/orders\"", "post = \"/orders/${order_id}\""),
    ("post = \"/orders\"", "post = \"/orders/${prodct}\""),
    ("get = \"/products?user=${users.name}\"", "get = \"/products/${product}?user=${users.name}\""),
    // Links, and what is done to them.
    ("[target]", "[[stack.link]]\nname = \"l\"\n\n[target]"),
    ("[target]", "[[stack.link]]\nname = \"l\"\nto = \"nod\"\n\n[target]"),
    ("[target]", "[[stack.link]]\nname = \"l\"\nto = \"node\"\napi = \"http://127.0.0.1:8474\"\n\n[target]"),
    ("[target]", "[[stack.link]]\nname = \"l\"\nto = \"node\"\nproxy = \"p\"\n\n[target]"),
    ("[target]", "[[stack.link]]\nname = \"l\"\napi = \"127.0.0.1:8474\"\n\n[target]"),
    (
        "kill = { service = \"node\", choose = 1 }",
        "toxic = { link = \"l\", type = \"latency\", attributes = { latency = 1 } }",
    ),
    linked!("toxic = { link = \"l\", type = \"latenzy\", attributes = { latency = 1 } }"),
    linked!("toxic = { link = \"l\", type = \"latency\", attributes = { latenzy = 1 } }"),
    linked!("toxic = { link = \"l\", type = \"latency\" }"),
    linked!("toxic = { link = \"l\", type = \"timeout\", stream = \"sideways\" }"),
    linked!("toxic = { link = \"l\", type = \"timeout\", index = 4 }"),
    linked!("toxic = { link = \"l\", type = \"timeout\", toxicity = \"0%\" }"),
    linked!("toxic = { link = \"l\", type = \"timeout\", rate = \"1MB\" }"),
    linked!("http = { link = \"l\" }"),
    linked!("http = { link = \"k\", status = 503 }"),
    linked!("http = { link = \"l\", status = 503, drop_reply = true }"),
    linked!("http = { link = \"l\", status = 99 }"),
    linked!("http = { link = \"l\", delay = \"1s\", share = \"0%\" }"),
    linked!("http = { link = \"l\", delay = \"1s\", body = \"b\" }"),
    linked!("http = { link = \"l\", status = 503, port = 80 }"),
    // Faults.
    ("kill = { service = \"node\", choose = 1 }", ""),
    (
        "kill = { service = \"node\", choose = 1 }",
        "kill = { service = \"node\" }\npause = { service = \"node\" }",
    ),
    ("service = \"node\", choose = 1", "service = \"nod\", choose = 1"),
    ("service = \"node\", choose = 1", "choose = 1"),
    ("choose = 1", "choose = 4"),
    ("choose = 1", "choose = 0"),
    ("index = 3", "index = 4"),
    ("index = 3", "index = 0"),
    ("choose = 1", "signal = \"STOP\""),
    ("at = \"15s\"", ""),
    ("at = \"15s\"", "at = \"15s\"\nwhen = \"throughput > 5/s\""),
    ("at = \"15s\"", "at = \"35s\""),
    ("at = \"15s\"", "at = \"24s\""),
    ("at = \"15s\"\nfor = \"10s\"", "at = \"15s\""),
    ("at = \"15s\"", "after = \"again\""),
    ("after = \"dies\"", "after = \"die\""),
    ("after = \"dies\"", "when = \"recovery < 5s\""),
    ("after = \"dies\"", "when = \"min(stok) < 5\""),
    ("for = \"10s\"", "for = \"10s\"\nevery = \"10s\""),
    ("for = \"10s\"", "for = \"10s\"\ntimes = 3"),
    ("after = \"dies\"\nfor = \"5s\"", "after = \"dies\"\nfor = \"15s\""),
    // Objectives.
    ("window = \"fault(dies)\"", "window = \"fault(dis)\""),
    ("window = \"fault(dies)\"\n", ""),
    ("expect = \"availability >= 99%\"", "expect = \"availability >= 99%\"\nstep = \"ordr\""),
    ("expect = \"availability >= 99%\"", "expect = \"availability >= 99%\"\nflow = \"by\""),
    ("expect = \"availability >= 99%\"", "expect = \"min(stok) >= 0\""),
    ("expect = \"availability >= 99%\"", "expect = \"availability > 100%\""),
    ("expect = \"availability >= 99%\"", "expect = \"availability >= 99%\"\nhold = \"5s\""),
    ("expect = \"recovery <= 3s\"", "expect = \"recovery <= 3s\"\nindicator = \"min(stock) > 1\""),
    ("expect = \"recovery <= 3s\"", "expect = \"recovery <= 3s\"\nabort = true"),
    ("expect = \"availability >= 99%\"", "expect = \"throughput >= 9/s\"\nabort = true"),
    // Final reads, invariants, counters.
    ("rows = \"$.orders[*]\"\n", ""),
    ("rows = \"$.orders[*]\"", "rows = \"$.orders[*]\"\nendpoints = [\"nodes\"]"),
    ("get = \"/orders?after=${cursor}\"", "get = \"/orders\"\ncursor = \"$.next\""),
    ("get = \"/orders?after=${cursor}\"", "get = \"http://127.0.0.1:9/o\"\nendpoints = [\"node\"]"),
    (
        "get = \"/orders?after=${cursor}\"\nrows = \"$.orders[*]\"",
        "redis = [\"GET\", \"${key}\"]\ndatabase = \"redis://h\"",
    ),
    (
        "get = \"/orders?after=${cursor}\"\nrows = \"$.orders[*]\"",
        "redis = [\"GET\", \"x\"]\ndatabase = \"localhost\"",
    ),
    (
        "get = \"/orders?after=${cursor}\"\nrows = \"$.orders[*]\"",
        "command = []\nservice = \"node\"\nformat = \"csv\"",
    ),
    ("retry = { attempts = 4 }", "replay = {}"),
    ("get = \"/orders?after=${cursor}\"\n", ""),
    ("\"exactly-once\"", "\"exactly-one\""),
    ("\"exactly-once\"", "\"perfect\""),
    ("state = \"orders\"", "state = \"order\""),
    ("effect = \"order\"", "effect = \"oder\""),
    ("effect = \"order\"", "read = \"order\""),
    ("\"exactly-once\"", "\"staleness\""),
    ("\"exactly-once\"", "\"rate-limit\"\nrate = \"5/s\""),
    ("\"exactly-once\"", "\"saga-atomic\"\nconfirmed = \"done\""),
    ("\"exactly-once\"", "\"fan-out\""),
    ("\"exactly-once\"", "\"conservation\"\nstep = \"ordr\""),
    ("\"exactly-once\"", "\"queue\"\nparked = \"order\""),
    ("effect = \"order\"\nstate = \"orders\"", "effect = \"order\""),
    ("fails = [\"once\"]", "fails = [\"twice\"]"),
    ("fails = [\"once\"]", "fails = []"),
    ("stack.service.node.env.MODE", "stack.service.nod.env.MODE"),
    ("stack.service.node.env.MODE", "stack.service.node.evn.MODE"),
    (
        "fails = [\"once\"]",
        "fails = [\"once\"]\n[[stack.service]]\nname = \"x\"\ncommand = [\"x\"]\nport = 9\n\
         [[stack.service]]\nname = \"y\"\ncommand = [\"y\"]\nport = 8\ninstances = 2",
    ),
    (
        "[counter]",
        "[[counter]]\nname = \"a\"\nwhy = \"b\"\nset = { seed = 5 }\nfails = [\"once\"]\n[[counter]]",
    ),
    ("{ \"stack.service.node.env.MODE\" = \"off\" }", "{ \"fault.dies.at\" = \"99s\" }"),
];

/// Changes of one place that make more than one message, because more than one place is wrong by it.
const SEVERAL: &[&str] = &[
    "kind = \"none\"",
    "name = \"node\"",
    "name = \"the front\"",
    "model = \"closed\"
spikes",
    "id = \"dies\"",
    "for = \"0s\" }",
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("users.csv", "name,age\nann,30\n"),
        ("ragged.csv", "name,age\nann,30\nbob\n"),
        ("empty.csv", "name,age\n"),
        ("users.txt", "name\n"),
        ("ragged.jsonl", "{\"name\": \"ann\"}\n\n{\"age\": 5}\n"),
        ("broken.jsonl", "[1]\n"),
    ] {
        std::fs::write(folder.path().join(name), text).expect(name);
    }
    folder
}

#[test]
fn a_sound_plan_has_nothing_wrong() {
    let folder = folder();
    let loaded = load_text("plan.toml", SOUND, folder.path(), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(loaded.warnings, []);
}

/// Plans of other kinds that must not be refused.
#[test]
fn sound_plans_of_other_kinds_have_nothing_wrong() {
    let rest = "[[flow]]\nname = \"f\"\n[[flow.step]]\nname = \"s\"\nget = \"/${int(1..5)}?k=${user}-${session}\"\n\
                extract = { a = { header = \"X-A\", optional = true } }\nread = { kind = \"k\", key = \"${a}\" }\n\
                [[flow.step]]\nname = \"t\"\npost = \"${a}\"\nwhen = \"${a} != 'no'\"\nrepeat = \"${a}\"\n\
                json = [\"${a}\", { n = \"$${not}\" }]\n[[objective]]\nexpect = \"max < 5s\"\n";
    let closed = "[load]\nmodel = \"closed\"\nusers = 5\niterations = 10\nhatch_rate = \"1/s\"\nexecutor = \"goose\"\n";
    let ramp = "[load]\nstages = [{ ramp_to = \"5/s\", for = \"5s\" }, { rate = \"0/s\", for = \"1s\" }]\n";
    for (kind, load) in [
        ("[target]\nurl = \"${env:BASE}/api\"\n", closed),
        (
            "[target]\nurl = \"https://${env:HOST}:${env:PORT}/v1\"\nheader = { Authorization = \"${env:T}\" }\n",
            ramp,
        ),
        (
            "[stack]\nkind = \"compose\"\nfile = \"c.yaml\"\n[target]\nurl = \"http://${web.address}\"\n\
          [[fault]]\nid = \"x\"\nat = \"1s\"\nfor = \"1s\"\nkill = { service = \"db\" }\n\
          [[fault]]\nid = \"y\"\nwhen = \"throughput > 5/s\"\nrestart = { label = \"tier=web\", share = \"50%\" }\n\
          [[fault]]\nid = \"z\"\nafter = \"y\"\nfor = \"1s\"\nevery = \"2s\"\npause = { service = \"db\" }\n",
            ramp,
        ),
    ] {
        let text = format!("name = \"x\"\n{kind}{load}{rest}");
        let loaded = load_text("plan.toml", &text, std::path::Path::new(""), &[])
            .unwrap_or_else(|wrong| panic!("{wrong}"));
        assert_eq!(loaded.warnings, []);
    }
}

#[test]
fn every_mistake_has_its_message() {
    let folder = folder();
    let mut said = String::new();
    let mut strange: Vec<String> = Vec::new();
    for (right, wrong) in MISTAKES {
        assert!(SOUND.contains(right), "{right}");
        let text = SOUND.replacen(right, wrong, 1);
        let messages = match load_text("plan.toml", &text, folder.path(), &[]) {
            Ok(loaded) => loaded.warnings,
            Err(messages) => messages.0,
        };
        let several = SEVERAL.iter().any(|change| wrong.contains(change));
        let all: Vec<String> = messages.iter().map(ToString::to_string).collect();
        if messages.len() != 1 && !(several && messages.len() > 1) {
            strange.push(format!("`{wrong}` says\n{}", all.join("\n")));
        }
        let _ = writeln!(said, "{} -> {}", shown(right), shown(wrong));
        for message in all {
            let _ = writeln!(
                said,
                "  {}",
                message.replace(&folder.path().display().to_string(), ".").replace('\n', "\n  ")
            );
        }
    }
    assert!(strange.is_empty(), "not one message each:\n{}", strange.join("\n"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/plan/check/messages.txt");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, &said).expect("src/ can be written");
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    for (made, kept) in said.lines().zip(kept.lines().chain(std::iter::repeat(""))) {
        assert_eq!(made, kept, "src/plan/check/messages.txt is out of date");
    }
    assert_eq!(said.lines().count(), kept.lines().count());
}

fn shown(text: &str) -> String {
    text.replace('\n', " ⏎ ")
}

/// Found by damaging plans: ports and instances added up beyond 32 bits.
#[test]
fn the_largest_numbers_do_not_overflow() {
    let text = SOUND.replace("instances = 3", "instances = 4294967295\nport = 65535");
    let folder = folder();
    let wrong = load_text("plan.toml", &text, folder.path(), &[]).expect_err("too many").to_string();
    assert!(wrong.contains("the ports of `node` go beyond 65535"), "{wrong}");
}

#[test]
fn several_mistakes_are_told_in_one_go_in_the_order_of_lines() {
    let text = SOUND
        .replace("instances = 3", "instances = \"three\"")
        .replace("\"50/s\"", "50")
        .replace("attempts = 4", "atempts = 4")
        .replace("at = \"15s\"", "at = \"soon\"");
    let folder = folder();
    let wrong = load_text("plan.toml", &text, folder.path(), &[]).expect_err("four mistakes");
    let all = wrong.to_string();
    for part in ["stack.service[0].instances", "load.stages[0].rate", "atempts", "soon"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    assert!(wrong.0.is_sorted_by_key(|message| message.origin.clone()));
}

#[test]
fn an_override_is_blamed_for_what_it_does() {
    let folder = folder();
    let set = crate::plan::Override::parse("fault.dies.at=90s").expect("an override");
    let wrong = load_text("plan.toml", SOUND, folder.path(), &[set]).expect_err("too late").to_string();
    assert!(
        wrong.starts_with("--set fault.dies.at=90s: error: `dies` strikes at 90s, after the end"),
        "{wrong}"
    );
}

#[test]
fn a_plan_that_judges_nothing_is_warned_of() {
    let text = "name = \"x\"\n[target]\nurl = \"http://127.0.0.1:1\"\n[load]\nrate = \"1/s\"\nfor = \"1s\"\n\
                [[flow]]\nname = \"f\"\n[[flow.step]]\nname = \"s\"\nget = \"/\"\n";
    let loaded = load_text("plan.toml", text, std::path::Path::new(""), &[]).expect("a plan");
    assert_eq!(loaded.warnings.len(), 1);
    assert_eq!(loaded.warnings[0].severity, Severity::Warning);
}
