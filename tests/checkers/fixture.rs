//! A small history with its final state, as JSON.

#![allow(dead_code, reason = "shared by tests that each use a part of it")]

use serde::Deserialize;
use shakedown::event::{ErrorKind, Nanos, Outcome, Sample, Sent, StepId};
use shakedown::plan::KeyOrigin;
use shakedown::plan::model::Invariant;
use shakedown::record::AttemptRow;
use shakedown::verify::history::{
    Before, Builder, FaultSpan, History, Instance, Role, Setting, State, StepMark,
};
use shakedown::verify::{Case, Finding, judge_invariant};

/// An operation, or one attempt of one; times in seconds from the start of the load.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpSpec {
    /// What it does: `order` is an effect, `delete order` one that deletes, `read order` a read of that kind, `-` something
    /// unmarked.
    #[serde(rename = "do")]
    pub what: String,
    /// Its number; by default its place.
    pub op: Option<u64>,
    pub attempt: u16,
    /// Whether another attempt follows.
    pub followed: bool,
    pub replay_of: Option<u64>,
    /// Whether it repeats that one with another payload.
    pub other: bool,
    pub session: u64,
    pub key: Option<String>,
    pub value: Option<String>,
    pub version: Option<i64>,
    pub at: f64,
    /// How long it took; 10 ms where nothing is said.
    pub took: Option<f64>,
    /// `ok` (default), `fail` or `open`.
    pub outcome: Option<String>,
    pub status: Option<u16>,
    pub by: Option<String>,
    /// What identifies its reply.
    pub reply: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSpec {
    pub name: String,
    #[serde(default)]
    pub endpoint: String,
    #[serde(default = "yes")]
    pub settled: bool,
    #[serde(default)]
    pub trouble: Option<String>,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Option<String>>>,
    /// What was there before the load; by default nothing.
    #[serde(default)]
    pub before: Vec<Vec<Option<String>>>,
    /// How many of those came while it was read.
    #[serde(default)]
    pub grown: u64,
    /// Why it is not known what was there before the load; `not recorded` where nothing was read then.
    #[serde(default)]
    pub before_unknown: Option<String>,
    /// Whether rows of this run had settled, though others had not.
    #[serde(default)]
    pub ours_settled: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSpec {
    pub name: String,
    pub from: f64,
    pub to: Option<f64>,
    #[serde(default)]
    pub targets: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it is about, in words.
    #[serde(default)]
    pub about: String,
    pub invariant: Invariant,
    #[serde(default)]
    pub ops: Vec<OpSpec>,
    #[serde(default)]
    pub state: Vec<TableSpec>,
    #[serde(default)]
    pub faults: Vec<FaultSpec>,
    #[serde(default)]
    pub faults_planned: bool,
    /// Probe, second, value.
    #[serde(default)]
    pub samples: Vec<(String, f64, f64)>,
    #[serde(default)]
    pub sample_slack: f64,
    #[serde(default)]
    pub torn: Option<String>,
    #[serde(default)]
    pub relies_on_retries: bool,
    /// Whether the run alone writes.
    #[serde(default)]
    pub exclusive: bool,
    /// Where keys come from: `own`, `replies` or `shared`.
    #[serde(default = "shared")]
    pub keys: String,
    /// Instances that are known without having answered, all of one service.
    #[serde(default)]
    pub instances: Vec<String>,
}

fn yes() -> bool {
    true
}

fn shared() -> String {
    "shared".to_owned()
}

/// The load begins at second 2 of the run's clock.
fn clock(second: f64) -> Nanos {
    Nanos::from_secs_f64(second + 2.0)
}

impl Fixture {
    pub fn read(text: &str) -> Result<Fixture, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub fn judge(&self) -> Finding {
        let mut history = self.history();
        let states: Vec<State> = self.state.iter().map(|table| table.state(&mut history)).collect();
        let sample = |(name, second, value): &(String, f64, f64)| Sample {
            time: clock(*second),
            name: name.clone(),
            instance: None,
            value: Some(*value),
        };
        let samples: Vec<Sample> = self.samples.iter().map(sample).collect();
        judge_invariant(&Case {
            invariant: &self.invariant,
            history: &history,
            states: &states,
            samples: &samples,
            sample_slack: Nanos::from_secs_f64(self.sample_slack),
            relies_on_retries: self.relies_on_retries,
            exclusive: self.exclusive,
            keys: match self.keys.as_str() {
                "own" => KeyOrigin::Own,
                "replies" => KeyOrigin::Replies,
                "shared" => KeyOrigin::Shared,
                other => panic!("keys do not come from `{other}`"),
            },
        })
    }

    fn history(&self) -> History {
        let (mut kinds, mut names) = (Vec::<String>::new(), self.instances.clone());
        for op in &self.ops {
            if !kinds.contains(&op.what) {
                kinds.push(op.what.clone());
            }
            names.extend(op.by.iter().filter(|by| !names.contains(by)).cloned().collect::<Vec<_>>());
        }
        let service = (!self.instances.is_empty()).then(|| "node".to_owned());
        let fault = |fault: &FaultSpec| FaultSpan {
            name: fault.name.clone(),
            targets: fault.targets.clone(),
            from: clock(fault.from),
            to: fault.to.map_or(Nanos::MAX, clock),
        };
        let setting = Setting {
            steps: kinds.iter().map(|kind| step(kind)).collect(),
            instances: names
                .iter()
                .map(|name| Instance { name: name.clone(), service: service.clone() })
                .collect(),
            faults: self.faults.iter().map(fault).collect(),
            faults_planned: self.faults_planned || !self.faults.is_empty(),
            load_start: clock(0.0),
            torn: self.torn.clone(),
            changed: false,
        };
        let mut builder = Builder::new(setting, true);
        for (place, op) in self.ops.iter().enumerate() {
            let step = kinds.iter().position(|kind| *kind == op.what).expect("listed above");
            let by = op.by.as_ref().and_then(|by| names.iter().position(|name| name == by));
            builder.take(&op.row(place as u64, step as u16, by.map(|by| by as u16)));
        }
        builder.finish()
    }
}

fn step(what: &str) -> StepMark {
    let (deletes, what) = what.strip_prefix("delete ").map_or((false, what), |what| (true, what));
    let mark = match what.strip_prefix("read ") {
        _ if what == "-" => None,
        Some(kind) => Some((Role::Read, kind.to_owned())),
        None => Some((Role::Effect, what.to_owned())),
    };
    let name = if deletes { format!("flow/delete {what}") } else { format!("flow/{what}") };
    StepMark { name, mark, deletes, load: true }
}

impl OpSpec {
    fn row(&self, place: u64, step: u16, instance: Option<u16>) -> AttemptRow<'_> {
        let outcome = match self.outcome.as_deref() {
            None | Some("ok") => Outcome::Ok,
            Some("fail") => Outcome::Fail,
            Some("open") => Outcome::Indeterminate,
            Some(other) => panic!("there is no outcome `{other}`"),
        };
        let status = self.status.or((outcome == Outcome::Ok).then_some(200));
        let (sent, end) = (clock(self.at), clock(self.at + self.took.unwrap_or(0.01)));
        let good = outcome == Outcome::Ok;
        AttemptRow {
            op: self.op.unwrap_or(place),
            attempt: self.attempt,
            last: !self.followed,
            replay_of: self.replay_of,
            other: self.other,
            user: self.session,
            session: self.session,
            arrival: false,
            step: StepId(step),
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            version: self.version,
            intended: sent,
            started: sent,
            sent: Some(sent),
            first_byte: Some(end),
            end,
            sent_state: Sent::All,
            status,
            outcome,
            good,
            error: if good { ErrorKind::None } else { ErrorKind::Status },
            instance,
            trace_id: None,
            bytes: 0,
            reply: self.reply,
            target: None,
        }
    }
}

impl TableSpec {
    fn state(&self, history: &mut History) -> State {
        let mut state = State::new(&self.name, &self.endpoint, self.settled);
        state.trouble.clone_from(&self.trouble);
        for (place, column) in self.columns.iter().enumerate() {
            let cells = self.rows.iter().map(|row| row[place].as_deref());
            state.column(&mut history.texts, column, cells);
        }
        state.ours_settled = self.settled || self.ours_settled;
        state.before = match self.before_unknown.as_deref() {
            Some("not recorded") => Before::NotRecorded,
            Some(why) => Before::Open(why.to_owned()),
            None => {
                let mut before = State::new(&self.name, &self.endpoint, true);
                for (place, column) in self.columns.iter().enumerate() {
                    let cells = self.before.iter().map(|row| row[place].as_deref());
                    before.column(&mut history.texts, column, cells);
                }
                Before::Rows { state: Box::new(before), grown: self.grown }
            }
        };
        state
    }
}
