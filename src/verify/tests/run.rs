//! Small runs of fixed content, recorded by the real recorder and read back.

use crate::event::{
    Attempt, BatchSink, ErrorKind, Event, EventSink, FaultEvent, FaultStage, Nanos, Outcome, Sample,
    SampleSink, Struck, TargetStruck, Unit,
};
use crate::plan::Plan;
use crate::plan::model::Keep;
use crate::record::{FinalTable, Manifest, Record, Recorder, RunFolder};
use crate::verify::{Assessment, ObjectiveReport, assess, testing};
use tempfile::TempDir;

/// The load begins at second 2 of the run's clock; all times here are from its start, in seconds.
pub fn clock(seconds: f64) -> Nanos {
    Nanos::from_secs_f64(seconds + 2.0)
}

/// A run in the making: 30 s of load.
pub struct Run {
    pub manifest: Manifest,
    pub attempts: Vec<Attempt>,
    pub events: Vec<(Nanos, Event)>,
    pub samples: Vec<Sample>,
    pub finals: Vec<FinalTable>,
    pub keep: Keep,
}

impl Run {
    pub fn new() -> Run {
        Run {
            manifest: testing::manifest(),
            attempts: Vec::new(),
            events: Vec::new(),
            samples: Vec::new(),
            finals: Vec::new(),
            keep: Keep::All,
        }
    }

    /// Operations of step `look` at an even rate over the 30 s; each is good, on time and takes 5 ms unless `change`
    /// does something else to it, told its intended start.
    pub fn load(mut self, rate: u64, mut change: impl FnMut(f64, &mut Attempt)) -> Run {
        for number in 0..rate * 30 {
            let second = number as f64 / rate as f64;
            let mut attempt = good(number, second);
            change(second, &mut attempt);
            self.attempts.push(attempt);
            self.manifest.arrivals_planned += 1;
        }
        self
    }

    /// Every operation is good.
    pub fn calm(rate: u64) -> Run {
        Run::new().load(rate, |_, _| {})
    }

    pub fn warmup(mut self, seconds: f64) -> Run {
        self.manifest.warmup_end = clock(seconds);
        self
    }

    pub fn event(mut self, second: f64, event: Event) -> Run {
        self.events.push((clock(second), event));
        self
    }

    pub fn stage(self, id: &str, second: f64, stage: FaultStage) -> Run {
        let event = FaultEvent {
            id: id.into(),
            occurrence: 0,
            kind: "kill".into(),
            targets: vec!["node-2".into()],
            stage,
            planned: Some(clock(second - 0.005)),
            detail: matches!(stage, FaultStage::ApplyFailed | FaultStage::HealFailed)
                .then(|| "no such process".into()),
            struck: None,
        };
        self.event(second, Event::Fault(event))
    }

    /// A fault that was applied and healed.
    pub fn fault(self, id: &str, applied: f64, healed: f64) -> Run {
        self.stage(id, applied, FaultStage::Started)
            .stage(id, applied, FaultStage::Applied)
            .stage(id, healed - 0.001, FaultStage::HealStarted)
            .stage(id, healed, FaultStage::Healed)
    }

    /// The fault that was told last was found, with that, to have struck so many of so many packets.
    pub fn struck(mut self, struck: u64, seen: u64) -> Run {
        if let Some((_, Event::Fault(event))) = self.events.last_mut() {
            let targets = vec![TargetStruck::counted("node-2", struck, seen)];
            event.struck = Some(Struck { unit: Unit::Packets, targets });
        }
        self
    }

    pub fn probe(mut self, name: &str, second: f64, value: Option<f64>) -> Run {
        self.samples.push(Sample { time: clock(second), name: name.into(), instance: None, value });
        self
    }

    /// Records it and reads it back.
    pub fn record(self) -> (TempDir, Record) {
        let reports = tempfile::tempdir().expect("a folder");
        let folder = RunFolder::create(reports.path(), "run", 0).expect("a run folder");
        let recorder = Recorder::start(&folder, self.manifest, self.keep, Vec::new()).expect("started");
        let mut rows = self.attempts;
        while !recorder.submit(&mut rows) {
            std::thread::yield_now();
        }
        for (time, event) in self.events {
            recorder.emit(time, event);
        }
        for sample in self.samples {
            recorder.sample(sample);
        }
        for table in &self.finals {
            recorder.final_table(table).expect("written");
        }
        recorder.close(|_| {}).expect("closed");
        let record = Record::open(folder.path()).expect("reads");
        (reports, record)
    }

    /// What it is found to be by a plan with these sections.
    pub fn assessed(self, sections: &str) -> Assessment {
        let (_folder, record) = self.record();
        assess(&plan(sections), &record).expect("assessed")
    }

    /// What becomes of this one objective.
    pub fn judged(self, objective: &str) -> ObjectiveReport {
        let mut found = self.assessed(&format!("[[objective]]\n{objective}"));
        assert_eq!(found.objectives.len(), 1);
        found.objectives.remove(0)
    }
}

/// A plan with these sections.
pub fn plan(sections: &str) -> Plan {
    let text = format!(
        "name = 'run'\n[target]\nurl = 'http://127.0.0.1:1'\n[load]\nrate = '100/s'\nfor = '30s'\n\
         [[flow]]\nname = 'buy'\n[[flow.step]]\nname = 'look'\nget = '/look'\n\
         [[flow.step]]\nname = 'order'\npost = '/order'\n{sections}\n"
    );
    toml::from_str(&text).expect("a plan")
}

/// A good operation of one attempt that takes 5 ms.
pub fn good(number: u64, second: f64) -> Attempt {
    let intended = clock(second);
    Attempt {
        op: number << 16,
        user: number,
        session: number,
        intended,
        started: intended,
        sent: Some(intended),
        first_byte: Some(intended),
        end: intended + Nanos(5_000_000),
        ..testing::attempt()
    }
}

/// It got no good reply.
pub fn bad(attempt: &mut Attempt) {
    attempt.good = false;
    attempt.outcome = Outcome::Indeterminate;
    attempt.status = Some(503);
    attempt.error = ErrorKind::Status;
}

/// It could not start.
pub fn dropped(attempt: &mut Attempt) {
    attempt.good = false;
    attempt.outcome = Outcome::Fail;
    attempt.status = None;
    attempt.sent = None;
    attempt.end = attempt.started;
    attempt.error = ErrorKind::Dropped;
}

/// It took so many milliseconds.
pub fn took(attempt: &mut Attempt, millis: f64) {
    attempt.end = attempt.intended + Nanos((millis * 1e6) as i64);
}
