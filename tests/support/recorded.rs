//! Runs that never were: records of fixed content, made by the real recorder without load, stack or time. The same tale
//! gives the same record.

use shakedown::event::{
    Attempt, BatchSink, ErrorKind, Event, EventSink, Exchange, FaultEvent, FaultStage, Nanos, Outcome, Phase,
    Sample, SampleSink, Sent, StackChange, StackEvent, StepId, Struck, TargetStruck, Unit,
};
use shakedown::plan::model::Keep;
use shakedown::plan::{self, Plan};
use shakedown::record::{
    Environment, InstanceInfo, Manifest, PhaseInfo, Record, Recorder, RunFolder, Scope, StepInfo,
};
use shakedown::report::{self, Options, Source, Tables};
use shakedown::verify::{self, Assessment};
use std::path::PathBuf;
use tempfile::TempDir;

/// The load begins here on the run's clock; all other times are from it, in seconds.
pub const LOAD_START: f64 = 2.25;

/// What servers, logs and the plan say in a tale.
#[derive(Clone)]
pub struct Words {
    pub plan: String,
    pub claim: String,
    pub step: String,
    pub instance: String,
    pub target: String,
    pub objective: String,
    pub reason: String,
    pub request: String,
    pub response: String,
    pub detail: String,
    pub overrides: Vec<String>,
}

impl Default for Words {
    fn default() -> Words {
        Words {
            plan: "A node dies under load".into(),
            claim: "When one of three nodes is killed, users do not notice.".into(),
            step: "order".into(),
            instance: "node-2".into(),
            target: "node-2".into(),
            objective: "available".into(),
            reason: "expected status 200 or 201, got 503".into(),
            request: "POST /orders HTTP/1.1\r\nIdempotency-Key: 1f\r\n\r\n{\"quantity\":1}".into(),
            response:
                "HTTP/1.1 503 Service Unavailable\r\nX-Instance: node-2\r\n\r\n{\"error\":\"shutting down\"}"
                    .into(),
            detail: "exited with signal 9".into(),
            overrides: vec!["load.rate=40/s".into()],
        }
    }
}

/// A run to be recorded: sessions of `steps` steps at an even rate. From a third of the load on, for a fifth of it, node 2
/// is dead; for the first second of that many of its operations are not served.
#[derive(Clone)]
pub struct Tale {
    pub seconds: u32,
    pub warmup: u32,
    pub sessions_per_second: u32,
    pub steps: u16,
    pub keep: Keep,
    pub words: Words,
}

impl Default for Tale {
    fn default() -> Tale {
        Tale {
            seconds: 60,
            warmup: 5,
            sessions_per_second: 40,
            steps: 3,
            keep: Keep::All,
            words: Words::default(),
        }
    }
}

/// A tale that was recorded, judged and written.
pub struct Told {
    /// Holds the run folder.
    pub reports: TempDir,
    pub plan: Plan,
    pub record: Record,
    pub assessment: Assessment,
    pub files: Vec<PathBuf>,
}

impl Told {
    /// The page.
    pub fn html(&self) -> String {
        std::fs::read_to_string(self.path()).expect("the report is there")
    }

    /// Writes its reports from the record; gives their paths.
    pub fn write_again(&self) -> Vec<PathBuf> {
        let tables = Tables::read(&self.record).expect("counted");
        let (plan, record, assessment) = (&self.plan, &self.record, &self.assessment);
        let source = Source { plan, record, assessment, tables: &tables };
        report::write(record.folder(), &source, &Options::default()).expect("reports are written")
    }

    pub fn path(&self) -> PathBuf {
        self.record.folder().join("report.html")
    }
}

impl Tale {
    /// Records it.
    pub fn record(&self) -> (TempDir, Record) {
        let reports = tempfile::tempdir().expect("a folder");
        let folder = RunFolder::create(reports.path(), "tale", 0).expect("a run folder");
        let recorder = Recorder::start(&folder, self.manifest(), self.keep, Vec::new()).expect("a recorder");
        self.attempts(&recorder);
        self.events(&recorder);
        self.samples(&recorder);
        recorder.close(|_| {}).expect("closed");
        let record = Record::open(folder.path()).expect("reads");
        assert_eq!(record.torn, None);
        (reports, record)
    }

    /// Records it, judges it, and writes its reports.
    pub fn told(&self) -> Told {
        let (reports, record) = self.record();
        let plan = self.plan();
        let assessment = verify::assess(&plan, &record).expect("assessed");
        let mut told = Told { reports, plan, record, assessment, files: Vec::new() };
        told.files = told.write_again();
        told
    }

    pub fn plan(&self) -> Plan {
        plan::parse("plan.toml", &self.plan_text()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    pub fn operations(&self) -> u64 {
        u64::from(self.seconds) * u64::from(self.sessions_per_second) * u64::from(self.steps)
    }

    fn down(&self) -> (f64, f64) {
        let from = f64::from(self.seconds / 3) + 0.004;
        (from, from + f64::from(self.seconds / 5))
    }

    fn step(&self, number: u16) -> String {
        if number + 1 == self.steps { self.words.step.clone() } else { format!("look-{}", number + 1) }
    }

    fn plan_text(&self) -> String {
        let words = &self.words;
        let text = |value: &str| serde_json::to_string(value).expect("a string");
        let mut plan = format!(
            "name = {}\nclaim = {}\nseed = 7\n[target]\nurl = 'http://me:hunter2@127.0.0.1:1'\n[load]\n\
             stages = [{{ rate = '{rate}/s', for = '{}s', warmup = true }}, {{ rate = '{rate}/s', for = '{}s' }}]\n\
             [[flow]]\nname = 'buy'\n",
            text(&words.plan),
            text(&words.claim),
            self.warmup,
            self.seconds - self.warmup,
            rate = self.sessions_per_second,
        );
        for number in 0..self.steps {
            plan.push_str(&format!(
                "[[flow.step]]\nname = {}\npost = '/x'\nheader = {{ Authorization = 'Bearer hunter2' }}\n",
                text(&self.step(number))
            ));
        }
        plan.push_str(&format!(
            "[[fault]]\nid = 'node-dies'\nat = '{}s'\nfor = '{}s'\nkill = {{ service = 'node' }}\n\
             [[objective]]\nid = {}\nexpect = 'availability >= 99.9%'\n\
             [[objective]]\nid = 'fast'\nexpect = 'p99 < 500ms'\nstep = {}\nwindow = 'fault(node-dies)'\n\
             [[objective]]\nid = 'recovers'\nexpect = 'recovery <= 3s'\nwindow = 'fault(node-dies)'\n\
             [[objective]]\nid = 'very-fast'\nexpect = 'share(<=10ms) >= 20%'\nadvisory = true\n",
            self.seconds / 3,
            self.seconds / 5,
            text(&words.objective),
            text(&words.step),
        ));
        plan
    }

    fn manifest(&self) -> Manifest {
        let text = self.plan_text();
        let phase = |phase, from, to| PhaseInfo { phase, from: at(from), to: at(to) };
        let (seconds, warmup) = (f64::from(self.seconds), f64::from(self.warmup));
        Manifest {
            format: shakedown::record::FORMAT,
            version: "0.1.0".into(),
            plan_file: "plans/tale.toml".into(),
            plan_sha256: shakedown::record::sha256(text.as_bytes()),
            plan: text,
            overrides: self.words.overrides.clone(),
            counter: None,
            places: Default::default(),
            seed: 7,
            run_id: Some("7q".into()),
            generator: 0,
            anchor_utc: 1_795_224_600_000_000_000,
            environment: Environment {
                os: "Linux 6.1".into(),
                arch: "x86_64".into(),
                cores: 2,
                memory: 8 << 30,
                host: "bench".into(),
            },
            steps: (0..self.steps).map(|number| step_info(self.step(number))).collect(),
            instances: self.instances(),
            phases: vec![
                phase(Phase::StackUp, -LOAD_START, 0.0),
                phase(Phase::Warmup, 0.0, warmup),
                phase(Phase::Load, warmup, seconds),
                phase(Phase::Drain, seconds, seconds + 0.5),
                phase(Phase::Done, seconds + 0.5, seconds + 0.5),
            ],
            load_start: at(0.0),
            load_end: at(seconds),
            warmup_end: at(warmup),
            arrivals_planned: u64::from(self.seconds) * u64::from(self.sessions_per_second),
            arrivals_to_come: None,
            complete: self.keep == Keep::All,
            generator_cpu: seconds * 0.2,
            counts: Default::default(),
            aborted: None,
            files: Default::default(),
        }
    }

    fn instances(&self) -> Vec<InstanceInfo> {
        ["node-1", &self.words.instance, "node-3"]
            .into_iter()
            .map(|name| InstanceInfo { name: name.to_owned(), service: Some("node".into()) })
            .collect()
    }

    fn attempts(&self, recorder: &Recorder) {
        let mut rows: Vec<Attempt> = Vec::new();
        let sessions = u64::from(self.seconds) * u64::from(self.sessions_per_second);
        for session in 0..sessions {
            let begin = session as f64 / f64::from(self.sessions_per_second);
            for step in 0..self.steps {
                self.operation(&mut rows, session, step, begin + f64::from(step) * 0.02);
            }
            if rows.len() > 8_192 || session + 1 == sessions {
                while !recorder.submit(&mut rows) {
                    std::thread::yield_now();
                }
            }
        }
    }

    /// One operation: served, served by its second attempt, or not at all.
    fn operation(&self, rows: &mut Vec<Attempt>, session: u64, step: u16, begin: f64) {
        let draw = dice(session * 31 + u64::from(step));
        let (from, to) = self.down();
        let dead = (from..to).contains(&begin);
        let instance = ((session + u64::from(step)) % 3) as u16;
        let unlucky = dead && instance == 1 && begin < from + 1.0;
        let millis = 1.0 + f64::from(step) + 4.0 * draw * draw + if draw > 0.995 { 90.0 } else { 0.0 };
        let mut attempt = attempt(session, step, begin, millis);
        attempt.instance = Some(if dead && instance == 1 { 2 * (session % 2) as u16 } else { instance });
        if !unlucky {
            rows.push(attempt);
            return;
        }
        let mut refused = attempt.clone();
        refused.end = refused.intended + Nanos(300_000);
        (refused.good, refused.outcome, refused.status) = (false, Outcome::Fail, None);
        (refused.error, refused.sent_state, refused.instance) = (ErrorKind::Refused, Sent::Nothing, None);
        refused.last = draw < 0.3;
        let last = refused.last;
        rows.push(refused);
        if !last {
            attempt.attempt = 1;
            attempt.arrival = false;
            attempt.intended = attempt.intended + Nanos(100_000_000);
            attempt.started = attempt.intended;
            attempt.end = attempt.end + Nanos(100_000_000);
            rows.push(attempt);
        }
    }

    fn events(&self, recorder: &Recorder) {
        let words = &self.words;
        let (from, to) = self.down();
        let fault = |stage, planned: f64| {
            Event::Fault(FaultEvent {
                id: "node-dies".into(),
                occurrence: 0,
                kind: "kill".into(),
                targets: vec![words.target.clone()],
                stage,
                planned: Some(at(planned)),
                detail: None,
                struck: (stage == FaultStage::Healed).then(|| Struck {
                    unit: Unit::Processes,
                    targets: vec![TargetStruck::counted(&words.target, 1, 1)],
                }),
            })
        };
        let stack = |change, detail: Option<&str>| {
            Event::Stack(StackEvent {
                instance: words.instance.clone(),
                change,
                detail: detail.map(str::to_owned),
            })
        };
        recorder.emit(at(from - 0.003), fault(FaultStage::Started, from - 0.004));
        recorder.emit(at(from), fault(FaultStage::Applied, from - 0.004));
        recorder.emit(at(from + 0.002), stack(StackChange::Exited, Some(&words.detail)));
        recorder.emit(at(to), fault(FaultStage::Healed, to - 0.004));
        recorder.emit(at(to + 0.4), stack(StackChange::Ready, None));
        for number in 0..5_u16 {
            let exchange = Exchange {
                op: u64::from(number),
                attempt: 0,
                step: StepId(self.steps - 1),
                error: if number < 3 { ErrorKind::Status } else { ErrorKind::Refused },
                reason: words.reason.clone(),
                trace_id: Some("4bf92f3577b34da6a3ce929d0e0e4736".into()),
                request: words.request.clone(),
                response: (number < 3).then(|| words.response.clone()),
            };
            recorder.emit(at(from + 0.1 * f64::from(number)), Event::Exchange(exchange));
        }
    }

    fn samples(&self, recorder: &Recorder) {
        let (from, to) = self.down();
        for second in 0..self.seconds {
            let time = at(f64::from(second) + 0.1);
            let put = |name: &str, instance: Option<&str>, value: f64| {
                let (name, instance) = (name.to_owned(), instance.map(str::to_owned));
                recorder.sample(Sample { time, name, instance, value: Some(value) });
            };
            put("stock", None, 1_000.0 - f64::from(second));
            for (number, instance) in self.instances().iter().enumerate() {
                let dead = number == 1 && (from..to).contains(&f64::from(second));
                put("alive", Some(&instance.name), if dead { 0.0 } else { 1.0 });
                if !dead {
                    put("cpu", Some(&instance.name), 0.2 + 0.1 * dice(u64::from(second)));
                    put("memory", Some(&instance.name), f64::from(40 + number as u32) * 1e6);
                }
            }
        }
    }
}

fn step_info(name: String) -> StepInfo {
    StepInfo { flow: "buy".into(), name, method: "POST".into(), path: "/x".into(), scope: Scope::Load }
}

fn attempt(session: u64, step: u16, begin: f64, millis: f64) -> Attempt {
    let intended = at(begin);
    let started = intended + Nanos(40_000 + (session as i64 % 7) * 10_000);
    Attempt {
        op: session << 16 | u64::from(step),
        attempt: 0,
        last: true,
        replay_of: None,
        other: false,
        user: session,
        session,
        arrival: step == 0,
        step: StepId(step),
        key: None,
        value: None,
        version: None,
        intended,
        started,
        sent: Some(started),
        first_byte: Some(started),
        end: intended + Nanos((millis * 1e6) as i64),
        sent_state: Sent::All,
        status: Some(200),
        outcome: Outcome::Ok,
        good: true,
        error: ErrorKind::None,
        instance: None,
        trace_id: None,
        bytes: 180,
        reply: None,
        target: None,
    }
}

/// From 0 to 1, always the same for the same number (SplitMix64).
fn dice(number: u64) -> f64 {
    let mut state = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((state ^ (state >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A time of the load on the run's clock.
pub fn at(seconds: f64) -> Nanos {
    Nanos::from_secs_f64(seconds + LOAD_START)
}
