//! The folder of a small real run, made once, and what becomes of it.

use super::damage::{Edit, Forgery};
use serde_json::Value;
use shakedown::plan;
use shakedown::record::{EVENTS, Record, sha256};
use shakedown::report::{self, Export};
use shakedown::verify::{Assessment, assess};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Two nodes of the embedded shop, one of them killed for a moment.
const PLAN: &str = r#"
name = "small"
seed = 7
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${shakedown}", "demo-shop", "node", "--name", "${instance}", "--db", "${run}/shop.db", "--port", "${port}"]
instances = 2
ready = { http = "/health/ready", within = "20s" }
[[stack.service]]
name = "front"
command = ["${shakedown}", "demo-shop", "front", "--port", "${port}", "--nodes", "${node.addresses}"]
ready = { http = "/health/ready", within = "20s" }
[target]
url = "http://${front.address}"
instance_header = "X-Instance"
[[probe]]
name = "stock"
get = "/audit/summary"
value = "$.stock_left"
every = "200ms"
[load]
rate = "60/s"
for = "2s"
max_lateness = "20s"
[[flow]]
name = "buy"
[[flow.step]]
name = "order"
post = "/orders"
header = { Idempotency-Key = "${uuid:order}" }
json = { product = "p-001", quantity = 1 }
expect = { status = [200, 201] }
retry = { attempts = 5, on = ["refused", "reset", "timeout", "5xx"], backoff = "50ms..500ms" }
effect = { kind = "order", key = "${uuid:order}" }
replay = { after = "20%" }
[[fault]]
id = "node-dies"
at = "500ms"
for = "800ms"
kill = { service = "node", choose = 1 }
[[objective]]
id = "available"
expect = "availability >= 50%"
[[objective]]
id = "busy"
expect = "throughput >= 1/s"
[[objective]]
id = "stock-left"
expect = "min(stock) >= 0"
[[final]]
name = "orders"
get = "/audit/orders?after=${cursor}&limit=50"
rows = "$.orders[*]"
wait = "500ms"
[[invariant]]
id = "not-lost"
check = "acknowledged-not-lost"
effect = "order"
state = "orders"
[[invariant]]
id = "asked-for"
check = "no-phantom"
effect = "order"
state = "orders"
[[invariant]]
id = "once"
check = "exactly-once"
effect = "order"
state = "orders"
[[invariant]]
id = "same-reply"
check = "idempotent-replay"
effect = "order"
state = "orders"
[[invariant]]
id = "left"
check = "conservation"
effect = "order"
probe = "stock"
initial = 50000000.0
[[invariant]]
id = "never-negative"
check = "never-negative"
probe = "stock"
[[invariant]]
id = "different"
check = "set"
effect = "order"
state = "orders"
"#;

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The exit code of a verb on a folder, and everything that it printed.
pub fn verify(folder: &Path, verb: &str) -> (i32, String) {
    let output = program(folder, &[verb, &folder.to_string_lossy()]).output().expect("the program runs");
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().unwrap_or(-1), text)
}

/// What came of judging a folder.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// It was refused, with this message.
    Refused(String),
    /// It was judged: the verdict, and where it is not a pass the reason.
    Judged(String),
}

impl Came {
    pub fn is_pass(&self) -> bool {
        *self == Came::Judged("pass".to_owned())
    }

    /// A message, or Unknown with its reason.
    pub fn is_doubtful(&self) -> bool {
        match self {
            Came::Refused(message) => message.len() > 20,
            Came::Judged(verdict) => verdict.starts_with("unknown: ") && verdict.len() > 20,
        }
    }

    /// Whatever it is, it is said.
    pub fn is_told(&self) -> bool {
        match self {
            Came::Refused(text) | Came::Judged(text) => !text.is_empty(),
        }
    }
}

/// The files of a run folder, and where they are.
pub struct Folder {
    place: tempfile::TempDir,
    files: BTreeMap<String, Vec<u8>>,
}

/// The files of the plan's run, made once for all tests.
fn original() -> &'static BTreeMap<String, Vec<u8>> {
    static MADE: OnceLock<BTreeMap<String, Vec<u8>>> = OnceLock::new();
    MADE.get_or_init(|| {
        let lab = tempfile::tempdir().expect("a folder");
        std::fs::write(lab.path().join("plan.toml"), PLAN).expect("a plan");
        let output = program(lab.path(), &["run", "plan.toml", "--json"]).output().expect("the program runs");
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
        let mut runs = std::fs::read_dir(lab.path().join("reports")).expect("reports").flatten();
        let run = runs.next().expect("a run").path();
        let primary = |name: &str| name == "run.json" || name == EVENTS || name.ends_with(".arrows");
        let entries = std::fs::read_dir(&run).expect("a run folder").flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        names
            .filter(|name| primary(name))
            .map(|name| (name.clone(), std::fs::read(run.join(&name)).expect("readable")))
            .collect()
    })
}

impl Folder {
    /// As the run left it.
    pub fn whole() -> Folder {
        Folder::of(original().clone())
    }

    fn of(files: BTreeMap<String, Vec<u8>>) -> Folder {
        let place = tempfile::tempdir().expect("a folder");
        for (name, bytes) in &files {
            std::fs::write(place.path().join(name), bytes).expect("written");
        }
        Folder { place, files }
    }

    pub fn path(&self) -> &Path {
        self.place.path()
    }

    pub fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// With one file edited.
    pub fn with(&self, name: &str, edit: &Edit) -> Folder {
        let mut files = self.files.clone();
        match edit.apply(&files[name], |other| self.files.get(other).cloned()) {
            Some(bytes) => files.insert(name.to_owned(), bytes),
            None => files.remove(name),
        };
        Folder::of(files)
    }

    pub fn differs_from(&self, other: &Folder) -> bool {
        self.files != other.files
    }

    /// With seals that hold, or with none.
    pub fn forged(&self, forgery: Forgery) -> Folder {
        let mut files = self.files.clone();
        let manifest = files.get("run.json").map(|bytes| serde_json::from_slice::<Value>(bytes));
        if let Some(Ok(Value::Object(mut manifest))) = manifest {
            let seal = |(name, bytes): (&String, &Vec<u8>)| {
                let seal = serde_json::json!({ "length": bytes.len(), "sha256": sha256(bytes) });
                (name.clone(), seal)
            };
            let seals = match forgery {
                Forgery::Sealed => files.iter().filter(|(name, _)| *name != "run.json").map(seal).collect(),
                Forgery::Unsealed => serde_json::Map::new(),
            };
            manifest.insert("files".to_owned(), Value::Object(seals));
            manifest.remove("seal");
            if manifest.contains_key("plan_sha256") {
                manifest.insert("plan_sha256".to_owned(), "".into());
            }
            files.insert("run.json".to_owned(), serde_json::to_vec(&manifest).expect("JSON"));
        }
        Folder::of(files)
    }

    /// As it would have been if the run had been killed before its end.
    pub fn killed(&self) -> Folder {
        let mut files = self.files.clone();
        let mut manifest: Value = serde_json::from_slice(&files["run.json"]).expect("JSON");
        let fields = manifest.as_object_mut().expect("an object");
        fields.remove("seal");
        for (field, value) in [
            ("files", serde_json::json!({})),
            ("phases", serde_json::json!([])),
            ("instances", serde_json::json!([])),
            ("counts", serde_json::json!({})),
        ] {
            fields.insert(field.to_owned(), value);
        }
        for field in ["load_start", "load_end", "warmup_end", "arrivals_planned"] {
            fields.insert(field.to_owned(), 0.into());
        }
        files.insert("run.json".to_owned(), serde_json::to_vec_pretty(&manifest).expect("JSON"));
        files.retain(|name, _| !name.starts_with("final-"));
        let events = String::from_utf8(files[EVENTS].clone()).expect("text");
        let kept: Vec<&str> = events.lines().take_while(|line| !line.contains("\"drain\"")).collect();
        files.insert(EVENTS.to_owned(), (kept.join("\n") + "\n").into_bytes());
        Folder::of(files)
    }

    /// What the program would say of it.
    pub fn judged(&self) -> Came {
        match self.assessed() {
            Err(message) => Came::Refused(message),
            Ok(found) => {
                let verdict = format!("{:?}", found.verdict).to_lowercase();
                let reason = if verdict == "pass" { String::new() } else { format!(": {}", found.reason) };
                Came::Judged(verdict + &reason)
            }
        }
    }

    /// Everything that the program does with a folder, in its own order.
    pub fn assessed(&self) -> Result<Assessment, String> {
        let record = Record::open(self.path()).map_err(|error| error.to_string())?;
        let plan = plan::parse(&record.manifest.plan_file, &record.manifest.plan)
            .map_err(|diagnostics| format!("the plan in the record cannot be read\n{diagnostics}"))?;
        let found = assess(&plan, &record).map_err(|error| error.to_string())?;
        let tables = report::Tables::read(&record).map_err(|error| error.to_string())?;
        let source = report::Source { plan: &plan, record: &record, assessment: &found, tables: &tables };
        report::write(self.path(), &source, &report::Options::default())
            .map_err(|error| error.to_string())?;
        for form in [Export::History, Export::Csv, Export::Jtl] {
            let mut out = Vec::new();
            // A record of marked operations has no table of all attempts: that is said, not written.
            let _ = report::export(form, &plan, &record, &mut out);
        }
        Ok(found)
    }
}
