//! Whole engines in real time, with made-up users.

use super::fakes::{Kept, Quick};
use crate::event::{Clock, LoadEvent, Nanos};
use crate::load::engine::Setting;
use crate::load::{Engine, LoadReport, Sinks};
use crate::plan::model::Load;
use std::collections::BTreeMap;
use std::sync::Arc;

const QUICK: Quick = Quick { endless: |_| false, panics: |_| false, refuses: false };

fn launch(text: &str, script: Quick) -> (Result<Engine, String>, Arc<Kept>) {
    let load: Load = toml::from_str(text).expect("a load");
    let (clock, kept) = (Clock::start(), Arc::new(Kept::default()));
    let sinks = Sinks { batches: kept.clone(), events: kept.clone(), instances: Arc::new(|_| 0) };
    let setting =
        Setting { seed: 7, script: Arc::new(script), clock, start: clock.now() + Nanos(20_000_000), sinks };
    (Engine::launch(&load, setting), kept)
}

/// Runs a load to its end: its report, and the intended time of each session from the start of the load.
fn run(text: &str) -> (LoadReport, BTreeMap<u64, i64>, Arc<Kept>) {
    let (engine, kept) = launch(text, QUICK);
    let report = engine.expect("a load").join();
    let rows = kept.rows();
    let first = rows.iter().map(|row| row.intended.0).min().unwrap_or(0);
    let sessions: BTreeMap<u64, i64> = rows.iter().map(|row| (row.session, row.intended.0 - first)).collect();
    assert_eq!(sessions.len(), rows.len(), "no session twice");
    (report, sessions, kept)
}

#[test]
fn an_open_load_is_the_same_on_any_number_of_workers() {
    let load = |workers| {
        run(&format!("rate = \"2000/s\"\nfor = \"150ms\"\narrivals = \"poisson\"\nworkers = {workers}"))
    };
    let (report, one, _) = load(1);
    assert_eq!(report.started as usize, one.len());
    assert_eq!((report.planned, report.dropped, report.failed), (report.started, 0, None));
    assert!(report.planned > 200 && report.cpu_seconds > 0.0);
    assert!(one.keys().copied().eq(0..one.len() as u64));
    for workers in [2, 3] {
        assert_eq!(load(workers).1, one);
    }
}

#[test]
fn arrivals_never_start_before_their_time() {
    let (report, sessions, kept) = run("rate = \"1000/s\"\nfor = \"200ms\"\nspin = \"50us\"\nworkers = 2");
    assert_eq!((report.planned, sessions.len()), (200, 200));
    assert!(kept.rows().iter().all(|row| row.started >= row.intended));
    assert_eq!(sessions[&199], 199_000_000);
    assert!(report.drained >= report.load_end);
}

#[test]
fn a_closed_load_counts_users_and_iterations_on_any_number_of_workers() {
    for workers in [1, 2, 3] {
        let (report, sessions, _) =
            run(&format!("model = \"closed\"\nusers = 5\niterations = 4\nworkers = {workers}"));
        let wanted: Vec<u64> = (0..5).flat_map(|user| (0..4).map(move |n| user << 32 | n)).collect();
        assert!(sessions.keys().copied().eq(wanted), "{workers}");
        assert_eq!((report.started, report.planned, report.failed), (20, 20, None));
    }
}

#[test]
fn what_never_ends_is_cut_after_its_grace_and_recorded() {
    let script = Quick { endless: |session| session % 2 == 0, ..QUICK };
    let (engine, kept) = launch("rate = \"100/s\"\nfor = \"100ms\"\ngrace = \"50ms\"\nworkers = 2", script);
    let engine = engine.expect("a load");
    assert_eq!(engine.planned(), Nanos(100_000_000));
    let report = engine.join();
    assert_eq!((report.in_flight_at_end, report.started), (5, 10));
    assert_eq!(kept.rows().len(), 10);
    let told: u64 = kept
        .load_events()
        .iter()
        .map(|e| if let LoadEvent::InFlightAtEnd { count } = e { *count } else { 0 })
        .sum();
    assert_eq!(told, 5);
}

#[test]
fn stop_and_cut_end_a_long_load_from_outside() {
    for cut in [false, true] {
        let script = Quick { endless: |_| true, ..QUICK };
        let (engine, kept) = launch("rate = \"1000/s\"\nfor = \"1h\"\ngrace = \"10ms\"\nworkers = 2", script);
        let engine = engine.expect("a load");
        while engine.in_flight() < 20 {
            std::thread::yield_now();
        }
        assert!(!engine.finished());
        if cut {
            engine.cut()
        } else {
            engine.stop()
        }
        while !engine.finished() {
            std::thread::yield_now();
        }
        assert_eq!(engine.in_flight(), 0);
        let report = engine.join();
        assert!(report.in_flight_at_end >= 20);
        assert_eq!(kept.rows().len() as u64, report.started + report.dropped);
        assert_eq!(report.planned, report.started + report.dropped);
        assert!(report.load_end < Nanos::from_secs_f64(3_600.0));
    }
}

#[test]
fn a_worker_that_cannot_be_set_up_is_an_error_and_nothing_runs() {
    let (engine, kept) = launch("rate = \"1000/s\"\nfor = \"1h\"", Quick { refuses: true, ..QUICK });
    assert_eq!(engine.err().as_deref(), Some("no users today"));
    assert!(kept.rows().is_empty());
}

#[test]
fn a_session_that_panics_is_reported_and_the_others_go_on() {
    let script = Quick { panics: |session| session == 3, ..QUICK };
    let (engine, kept) = launch("rate = \"100/s\"\nfor = \"100ms\"\nworkers = 1", script);
    let report = engine.expect("a load").join();
    assert!(report.failed.expect("told").contains("panicked"));
    assert_eq!(kept.rows().len(), 9);
}

#[cfg(feature = "goose")]
#[test]
fn goose_schedules_users_whose_sessions_we_record_one_attack_at_a_time() {
    let text = "model = \"closed\"\nexecutor = \"goose\"\nusers = 3\nfor = \"300ms\"\nworkers = 2";
    let (engine, kept) = launch(text, QUICK);
    let engine = engine.expect("a load");
    let (second, _) = launch(text, QUICK);
    assert!(second.err().expect("refused").contains("one at a time"));
    let report = engine.join();
    assert_eq!(report.failed, None);
    let users: std::collections::BTreeSet<u64> = kept.rows().iter().map(|row| row.user).collect();
    assert_eq!(users.into_iter().collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(kept.rows().len() as u64, report.started);
    let (engine, kept) = launch("model = \"closed\"\nexecutor = \"goose\"\nusers = 2\niterations = 5", QUICK);
    assert_eq!(engine.expect("the first attack is over").join().started, 10);
    assert_eq!(kept.rows().len(), 10);
}
