//! When faults on containers land: planned against applied, over 200 strikes.
//!
//! What the engine needs to carry out a kill is shown apart: it is not ours.

#[allow(dead_code, reason = "the tests of the driver use the rest")]
#[path = "../docker/support.rs"]
mod project;

use project::{Notes, Project, engine};
use shakedown::chaos::{Controller, Journal, Lock, StateDir};
use shakedown::event::{Event, FaultStage, Nanos};
use shakedown::plan::model::FaultSpec;
use shakedown::stack::Stack;
use std::sync::Arc;

/// Milliseconds from planned to applied of each strike, in order of size.
fn delays(notes: &Notes, id: &str, stage: FaultStage) -> Vec<f64> {
    let events = notes.events().into_iter();
    let mut delays: Vec<f64> = events
        .filter_map(|timed| match timed.event {
            Event::Fault(fault) if fault.id == id && fault.stage == stage => {
                Some((timed.time - fault.planned?).as_secs_f64() * 1e3)
            }
            _ => None,
        })
        .collect();
    delays.sort_by(f64::total_cmp);
    delays
}

fn show(what: &str, delays: &[f64]) -> f64 {
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    println!(
        "{what}: {} strikes, planned to applied: median {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        delays.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    at(0.5)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_strikes_land_in_time() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "timing").await;
    let (stack, notes, clock) = project.attached().await;
    let stack: Arc<dyn Stack> = stack;
    let faults = [
        "id='pause'\nat='300ms'\nfor='60ms'\nevery='120ms'\ntimes=200\npause={service='web',index=1}",
        "id='kill'\nat='300ms'\nfor='100ms'\nevery='2s'\ntimes=10\nkill={service='web',index=2}",
        // Due at the same time as the first ones: they start in parallel.
        "id='beside'\nat='300ms'\nfor='60ms'\nevery='120ms'\ntimes=20\npause={service='worker'}",
    ];
    let faults: Vec<FaultSpec> = faults.iter().map(|text| toml::from_str(text).expect(text)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let state = StateDir::at(folder.path());
    let _lock = Lock::acquire(&state, &project.name, "timing").expect("free");
    let journal = Arc::new(Journal::begin(&state, &project.name, "timing").expect("a journal"));
    let controller = Controller::new(&faults, 1, stack, journal, clock, notes.clone()).expect("faults");
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    let start = clock.now();
    controller.run(start, start + Nanos(26_000_000_000), cancel).await;
    controller.heal_all().await.expect("it heals");
    for (id, number) in [("pause", 200), ("kill", 10), ("beside", 20)] {
        assert_eq!(delays(&notes, id, FaultStage::Applied).len(), number, "{id}");
        assert_eq!(delays(&notes, id, FaultStage::ApplyFailed), Vec::<f64>::new(), "{id}");
    }
    let pause = show("pause", &delays(&notes, "pause", FaultStage::Applied));
    show("pause, started", &delays(&notes, "pause", FaultStage::Started));
    show("pause beside it", &delays(&notes, "beside", FaultStage::Applied));
    show("kill (with the engine's own time)", &delays(&notes, "kill", FaultStage::Applied));
    show("kill, started", &delays(&notes, "kill", FaultStage::Started));
    assert!(pause < 20.0, "median {pause:.1} ms");
}
