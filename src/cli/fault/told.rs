//! What happens, as it happens: a line for each step of each fault, with its planned and its real time.

use super::super::output;
use crate::event::{Event, EventSink, FaultEvent, FaultStage, Nanos, StackChange, StackEvent};
use crate::verify;
use std::sync::atomic::{AtomicBool, Ordering};

/// Prints it, and remembers whether all went as planned.
#[derive(Debug, Default)]
pub(super) struct Told {
    astray: AtomicBool,
}

impl Told {
    /// Whether every fault was in force from its time to its heal.
    pub(super) fn all_landed(&self) -> bool {
        !self.astray.load(Ordering::Acquire)
    }
}

impl EventSink for Told {
    fn emit(&self, at: Nanos, event: Event) {
        match event {
            Event::Fault(fault) => {
                if matches!(
                    fault.stage,
                    FaultStage::ApplyFailed | FaultStage::EndedEarly | FaultStage::HealFailed
                ) {
                    self.astray.store(true, Ordering::Release);
                }
                output::result(&format!("{}\n", line(at, &fault)));
            }
            Event::Note { text } => output::line(&text),
            // Everybody is told to be ready at the beginning.
            Event::Stack(StackEvent { change: StackChange::Ready, detail: None, .. }) => {}
            Event::Stack(StackEvent { instance, change, .. }) => {
                output::result(&format!("{:>9.3} s  {instance} {}\n", seconds(at), by_itself(change)));
            }
            _ => {}
        }
    }
}

/// What an instance did that no fault of ours explains.
fn by_itself(change: StackChange) -> &'static str {
    match change {
        StackChange::Started => "was started",
        StackChange::Ready => "is healthy",
        StackChange::Exited => "has ended by itself",
        StackChange::NotReady => "is unhealthy",
        StackChange::OomKilled => "was ended for want of memory",
    }
}

fn seconds(at: Nanos) -> f64 {
    at.0 as f64 / 1e9
}

fn line(at: Nanos, fault: &FaultEvent) -> String {
    let stage = match fault.stage {
        FaultStage::Started => "planned",
        FaultStage::Applied => "in force",
        FaultStage::ApplyFailed => "NOT APPLIED",
        FaultStage::Renewed => "in force again",
        FaultStage::EndedEarly => "ENDED EARLY",
        FaultStage::HealStarted => "being healed",
        FaultStage::Healed => "healed",
        FaultStage::HealFailed => "NOT HEALED",
    };
    let late = fault.planned.filter(|_| fault.stage != FaultStage::Started);
    let late = late.map_or(String::new(), |planned| {
        format!(", {:.1} ms after its planned time", (at.0 - planned.0) as f64 / 1e6)
    });
    let struck = fault.struck.as_ref();
    let struck = struck.map_or(String::new(), |struck| format!(", struck {}", verify::struck_of(struck)));
    let detail = fault.detail.as_ref().map_or(String::new(), |detail| format!(": {detail}"));
    let targets = fault.targets.join(", ");
    format!("{:>9.3} s  {} {stage} on {targets}{late}{struck}{detail}", seconds(at), fault.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Struck, TargetStruck, Unit};

    fn event(stage: FaultStage, planned: Option<i64>, detail: Option<&str>) -> FaultEvent {
        FaultEvent {
            id: "pause".into(),
            occurrence: 0,
            kind: "pause".into(),
            targets: vec!["web-1".into(), "web-2".into()],
            stage,
            planned: planned.map(Nanos),
            detail: detail.map(str::to_owned),
            struck: None,
        }
    }

    #[test]
    fn planned_and_real_times_stand_in_the_line() {
        let applied = event(FaultStage::Applied, Some(1_000_000_000), None);
        assert_eq!(
            line(Nanos(1_012_300_000), &applied),
            "    1.012 s  pause in force on web-1, web-2, 12.3 ms after its planned time"
        );
        let healed = FaultEvent {
            struck: Some(Struck {
                unit: Unit::Containers,
                targets: vec![TargetStruck::counted("web-1", 1, 1), TargetStruck::counted("web-2", 0, 1)],
            }),
            ..event(FaultStage::Healed, None, None)
        };
        assert_eq!(
            line(Nanos(0), &healed),
            "    0.000 s  pause healed on web-1, web-2, struck 1 of 2 containers"
        );
        let lost = event(FaultStage::EndedEarly, None, Some("it is gone"));
        assert_eq!(line(Nanos(0), &lost), "    0.000 s  pause ENDED EARLY on web-1, web-2: it is gone");
    }

    #[test]
    fn what_went_astray_is_remembered() {
        let told = Told::default();
        told.emit(Nanos(1), Event::Fault(event(FaultStage::Healed, None, None)));
        assert!(told.all_landed());
        told.emit(Nanos(1), Event::Fault(event(FaultStage::ApplyFailed, None, Some("no"))));
        assert!(!told.all_landed());
    }
}
