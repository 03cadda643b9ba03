//! Every kind of fault: its effect from outside, its heal, and the containers as they were.

use crate::dump::dump;
use crate::kinds::{KINDS, is_felt, is_healed};
use crate::support::{Notes, Project, engine, eventually};
use shakedown::chaos::{Controller, Journal, Lock, StateDir, leftovers};
use shakedown::event::{Clock, Event, FaultStage, Nanos, StackChange};
use shakedown::plan::model::FaultSpec;
use shakedown::stack::Stack;
use shakedown::stack::docker::ComposeStack;
use shakedown::stack::docker::engine::State;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// A controller at work on a project.
pub struct Chaos {
    controller: Arc<Controller>,
    running: tokio::task::JoinHandle<()>,
    _cancel: watch::Sender<bool>,
    state: StateDir,
    _folder: tempfile::TempDir,
    _lock: Lock,
    notes: Arc<Notes>,
}

fn specs(toml: &str) -> Vec<FaultSpec> {
    #[derive(serde::Deserialize)]
    struct Plan {
        fault: Vec<FaultSpec>,
    }
    toml::from_str::<Plan>(toml).unwrap_or_else(|error| panic!("{toml}: {error}")).fault
}

impl Chaos {
    pub fn begin(
        project: &Project,
        stack: &Arc<ComposeStack>,
        notes: &Arc<Notes>,
        clock: Clock,
        faults: &str,
        at_most: Option<u32>,
    ) -> Chaos {
        let folder = tempfile::tempdir().expect("a folder");
        let state = StateDir::at(folder.path());
        let lock = Lock::acquire(&state, &project.name, "test").expect("free");
        let journal = Arc::new(Journal::begin(&state, &project.name, "test").expect("a journal"));
        let stack: Arc<dyn Stack> = stack.clone();
        let controller = Controller::new(&specs(faults), 7, stack, journal, clock, notes.clone());
        let controller = Arc::new(controller.expect("faults").at_most(at_most));
        let (cancel, cancelled) = watch::channel(false);
        let start = clock.now();
        let acting = controller.clone();
        let running =
            tokio::spawn(async move { acting.run(start, start + Nanos(60_000_000_000), cancelled).await });
        let notes = notes.clone();
        Chaos { controller, running, _cancel: cancel, state, _folder: folder, _lock: lock, notes }
    }

    pub async fn heal(self) {
        self.controller.heal_all().await.expect("it heals");
        self.running.await.expect("it ends");
    }

    pub fn stages(&self, id: &str) -> Vec<(FaultStage, Vec<String>, String)> {
        stages(&self.notes, id)
    }
}

fn stages(notes: &Notes, id: &str) -> Vec<(FaultStage, Vec<String>, String)> {
    let events = notes.events().into_iter();
    let of_it = events.filter_map(|timed| match timed.event {
        Event::Fault(fault) if fault.id == id => {
            Some((fault.stage, fault.targets, fault.detail.unwrap_or_default()))
        }
        _ => None,
    });
    of_it.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_is_felt_and_healed() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "kinds").await;
    let before = dump(&project).await;
    let (stack, notes, clock) = project.attached().await;
    for kind in KINDS {
        let fault = format!("[[fault]]\nid = '{}'\nat = '0s'\n{}", kind.name, kind.fault);
        let chaos = Chaos::begin(&project, &stack, &notes, clock, &fault, None);
        eventually(&format!("{} is felt: {:?}", kind.name, chaos.stages(kind.name)), async || {
            is_felt(&project, kind.name).await
        })
        .await;
        assert!(
            !leftovers(&chaos.state, &project.name).expect("the engine answers").is_empty(),
            "{}: while it is in force somebody else would see it",
            kind.name
        );
        chaos.heal().await;
        let stages: Vec<FaultStage> = stages(&notes, kind.name).into_iter().map(|one| one.0).collect();
        assert_eq!(
            stages,
            [FaultStage::Started, FaultStage::Applied, FaultStage::HealStarted, FaultStage::Healed],
            "{}",
            kind.name
        );
        eventually(&format!("{} is healed", kind.name), async || is_healed(&project, kind.name).await).await;
        project.settled().await;
        assert_eq!(dump(&project).await, before, "{}", kind.name);
    }
    assert_eq!(notes.changes(), [], "what our faults caused is not told as the deployment's own doing");
    let names: Vec<String> = stack.instances().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["db-1", "web-1", "web-2", "worker-1"]);
    assert!(stack.containers().is_some_and(|containers| containers.project() == project.name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_containers_do_by_themselves_is_told() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "alone").await;
    let (stack, notes, clock) = project.attached().await;
    let told = async |change: (&str, StackChange)| {
        let wanted = (change.0.to_owned(), change.1);
        eventually(&format!("{wanted:?} is told"), async || notes.changes().contains(&wanted)).await;
    };
    let _ = project.ask("worker-1", "/die?3").await;
    let id = project.container("worker-1").await.expect("it is there").id;
    engine.exec(&id, &["/server".into(), "rm".into(), "/nothing".into()], Duration::from_secs(5)).await.ok();
    // On a busy machine a request may not get through: it is asked until it has ended.
    eventually("web-2 has ended", async || {
        let _ = project.ask("web-2", "/die?3").await;
        project.container("web-2").await.is_some_and(|one| one.state == State::Exited)
    })
    .await;
    told(("web-2", StackChange::Exited)).await;
    let web = project.container("web-2").await.expect("it is there").id;
    engine.start(&web).await.expect("it starts");
    told(("web-2", StackChange::Started)).await;
    let _ = project.ask("web-1", "/unwell").await;
    told(("web-1", StackChange::NotReady)).await;
    let id = project.container("web-1").await.expect("it is there").id;
    let _ =
        engine.exec(&id, &["/server".into(), "rm".into(), "/unwell".into()], Duration::from_secs(5)).await;
    told(("web-1", StackChange::Ready)).await;

    // An end for want of memory, on purpose: the limit is a fault's, the end is told all the same.
    let faults = "[[fault]]\nid='scarce'\nat='0s'\nlimit={target={service='db'},memory='32MiB'}";
    let chaos = Chaos::begin(&project, &stack, &notes, clock, faults, None);
    eventually("the limit is in force", async || !chaos.stages("scarce").is_empty()).await;
    eventually("it is ended", async || {
        let _ = project.ask("db-1", "/eat?64").await;
        project.container("db-1").await.is_some_and(|one| one.state == State::Exited || one.oom_killed)
    })
    .await;
    told(("db-1", StackChange::OomKilled)).await;
    chaos.heal().await;
    eventually("it runs again", async || project.ask("db-1", "/").await.is_some()).await;

    eventually("resources are sampled", async || {
        let names: Vec<String> = notes
            .samples()
            .into_iter()
            .filter(|sample| sample.instance.as_deref() == Some("web-1"))
            .map(|sample| sample.name)
            .collect();
        ["alive", "memory", "cpu", "network_in", "network_out"]
            .iter()
            .all(|name| names.contains(&(*name).to_owned()))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn faults_in_order_in_turn_and_within_their_radius() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "order").await;
    let (stack, notes, clock) = project.attached().await;
    let faults = "[[fault]]\nid='roll'\nat='0s'\nfor='100ms'\nevery='400ms'\nrolling=true\npause={service='web'}\n\
                  [[fault]]\nid='next'\nafter='roll'\nfor='100ms'\npause={service='db'}\n\
                  [[fault]]\nid='wide'\nat='3s'\nfor='100ms'\npause={}\n\
                  [[fault]]\nid='first'\nat='4s'\nfor='1s'\nlimit={target={service='db'},cpus=0.5}\n\
                  [[fault]]\nid='second'\nat='4500ms'\nfor='100ms'\nremove={service='db'}";
    let chaos = Chaos::begin(&project, &stack, &notes, clock, faults, Some(2));
    eventually("all is done", async || {
        chaos.stages("first").len() == 3 && !chaos.stages("second").is_empty()
    })
    .await;
    let applied = |id: &str| -> Vec<Vec<String>> {
        chaos.stages(id).into_iter().filter(|one| one.0 == FaultStage::Applied).map(|one| one.1).collect()
    };
    assert_eq!(applied("roll"), [["web-1"], ["web-2"]]);
    assert_eq!(applied("next"), [["db-1"]]);
    let wide = chaos.stages("wide");
    assert!(wide[1].0 == FaultStage::ApplyFailed && wide[1].2.contains("max_affected"), "{wide:?}");
    let second = chaos.stages("second");
    assert!(
        second.iter().any(|one| one.0 == FaultStage::ApplyFailed && one.2.contains("`limit`")),
        "{second:?}"
    );
    chaos.heal().await;
}
