//! Two projects side by side: what is done to the one is not felt by the other.

use crate::dump::dump;
use crate::kinds::{KINDS, is_felt, reached};
use crate::support::{Project, engine, eventually};
use shakedown::chaos::{Controller, Journal, Lock, StateDir};
use shakedown::event::Nanos;
use shakedown::plan::model::FaultSpec;
use shakedown::stack::Stack;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_projects_do_not_touch_each_other() {
    let Some(engine) = engine().await else { return };
    let (one, other) = tokio::join!(Project::up(&engine, "one"), Project::up(&engine, "other"));
    let before = dump(&other).await;
    let folder = tempfile::tempdir().expect("a folder");
    let state = StateDir::at(folder.path());
    let _other = Lock::acquire(&state, &other.name, "other").expect("free");
    for kind in KINDS {
        let lock = Lock::acquire(&state, &one.name, "one").expect("a project of its own");
        let journal = Arc::new(Journal::begin(&state, &one.name, kind.name).expect("a journal"));
        let (stack, notes, clock) = one.attached().await;
        let stack: Arc<dyn Stack> = stack;
        let fault: FaultSpec = toml::from_str(&format!("id='it'\nat='0s'\n{}", kind.fault)).expect("a fault");
        let controller = Controller::new(&[fault], 1, stack, journal.clone(), clock, notes);
        let controller = Arc::new(controller.expect("a controller"));
        let (_keep, cancel) = tokio::sync::watch::channel(false);
        let (acting, start) = (controller.clone(), clock.now());
        let running =
            tokio::spawn(async move { acting.run(start, start + Nanos(60_000_000_000), cancel).await });
        eventually(kind.name, async || is_felt(&one, kind.name).await).await;
        assert_eq!(dump(&other).await, before, "{}", kind.name);
        // Only `heal_all` ends the fault: an answer now, however slow this machine is, was given beside it.
        eventually(&format!("{}: the other answers", kind.name), async || reached(&other).await).await;
        controller.heal_all().await.expect("it heals");
        running.await.expect("it ends");
        journal.clean().expect("a line");
        drop(lock);
        one.settled().await;
    }
    assert_eq!(dump(&other).await, before);
}
