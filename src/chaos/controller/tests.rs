//! The controller, on a stack of dolls for its order and on real processes for its effect.

use super::*;
use crate::chaos::{Contents, Entry, Heal, StateDir};
use crate::event::FaultStage::{self, Applied, ApplyFailed, EndedEarly, HealFailed, Healed, Started};
use crate::stack::os::is_frozen;
use crate::stack::testing::{Notes, eventually, scene_with, sleepers};
use crate::stack::{Facts, Instance, StackError};
use async_trait::async_trait;
use std::sync::atomic::{AtomicU32, Ordering};

/// Instances that do what they are told, at once.
struct Dolls {
    alive: Mutex<Vec<bool>>,
    /// So many starts fail.
    bad_starts: AtomicU32,
    /// Signals wait for this.
    gate: tokio::sync::Semaphore,
}

impl Dolls {
    fn new(number: usize) -> Arc<Dolls> {
        let gate = tokio::sync::Semaphore::new(tokio::sync::Semaphore::MAX_PERMITS);
        Arc::new(Dolls { alive: Mutex::new(vec![true; number]), bad_starts: AtomicU32::new(0), gate })
    }

    fn set(&self, instance: &str, alive: bool) {
        let place: usize =
            instance.strip_prefix("node-").and_then(|index| index.parse().ok()).expect("a doll");
        self.alive.lock().expect("dolls")[place - 1] = alive;
    }

    fn alive(&self) -> Vec<bool> {
        self.alive.lock().expect("dolls").clone()
    }
}

#[async_trait]
impl Stack for Dolls {
    async fn up(&self) -> Result<(), StackError> {
        Ok(())
    }
    fn instances(&self) -> Vec<Instance> {
        let one = |(place, alive): (usize, bool)| Instance {
            name: format!("node-{}", place + 1),
            service: "node".into(),
            index: place as u32 + 1,
            address: None,
            pid: None,
            alive,
            container: None,
        };
        self.alive().into_iter().enumerate().map(one).collect()
    }
    fn facts(&self) -> Facts {
        Facts::new()
    }
    async fn signal(&self, instance: &str, _: &str) -> Result<(), StackError> {
        let _open = self.gate.acquire().await.expect("never closed");
        self.set(instance, false);
        Ok(())
    }
    async fn stop(&self, instance: &str) -> Result<crate::stack::Stopped, StackError> {
        self.signal(instance, "TERM").await.map(|()| crate::stack::Stopped::InOrder)
    }
    async fn start(&self, instance: &str) -> Result<(), StackError> {
        let fails =
            self.bad_starts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if fails.is_ok() {
            return Err(StackError::new(format!("{instance} stumbled")));
        }
        self.set(instance, true);
        Ok(())
    }
    async fn pause(&self, _: &str) -> Result<(), StackError> {
        Ok(())
    }
    async fn resume(&self, _: &str) -> Result<(), StackError> {
        Ok(())
    }
    async fn down(&self) -> Result<(), StackError> {
        Ok(())
    }
}

struct Play {
    controller: Arc<Controller>,
    notes: Arc<Notes>,
    journal: Arc<Journal>,
    clock: Clock,
    folder: tempfile::TempDir,
    cancel: watch::Sender<bool>,
}

fn specs(faults: &str) -> Vec<FaultSpec> {
    let plan: toml::Table = toml::from_str(faults).expect(faults);
    plan["fault"].clone().try_into().expect(faults)
}

fn play(faults: &str, stack: Arc<dyn Stack>) -> Play {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Arc::new(Journal::begin(&StateDir::at(folder.path()), "p", "r").expect("a journal"));
    play_with(faults, stack, folder, journal)
}

fn play_with(faults: &str, stack: Arc<dyn Stack>, folder: tempfile::TempDir, journal: Arc<Journal>) -> Play {
    let (notes, clock) = (Arc::new(Notes::default()), Clock::start());
    let controller = Controller::new(&specs(faults), 7, stack, journal.clone(), clock, notes.clone());
    let controller = Arc::new(controller.expect("a controller"));
    Play { controller, notes, journal, clock, folder, cancel: watch::Sender::new(false) }
}

impl Play {
    /// Runs a load of so many milliseconds that begins now; tells its start and end.
    async fn run(&self, millis: i64) -> (Nanos, Nanos) {
        let start = self.clock.now();
        let end = start + Nanos(millis * 1_000_000);
        self.controller.run(start, end, self.cancel.subscribe()).await;
        (start, end)
    }

    /// All but the beginnings of heals, which have a test of their own.
    fn told(&self) -> Vec<(String, u32, FaultStage)> {
        let faults =
            self.notes.faults().into_iter().filter(|(_, fault)| fault.stage != FaultStage::HealStarted);
        faults.map(|(_, fault)| (fault.id, fault.occurrence, fault.stage)).collect()
    }

    fn stages(&self, id: &str) -> Vec<FaultStage> {
        self.told().into_iter().filter(|(told, ..)| told == id).map(|(.., stage)| stage).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        let contents = Contents::read(self.journal.path()).expect("it can be read");
        contents.lines.into_iter().skip(1).map(|line| line.entry).collect()
    }
}

#[tokio::test]
async fn a_kill_strikes_at_its_time_and_is_healed_at_its_time() {
    let dolls = Dolls::new(3);
    let play =
        play("[[fault]]\nid='f'\nat='100ms'\nfor='200ms'\nkill={service='node',index=2}", dolls.clone());
    let (start, _) = play.run(400).await;
    assert_eq!(play.stages("f"), [Started, Applied, Healed]);
    let planned: Vec<Nanos> =
        play.notes.faults().iter().map(|(_, fault)| fault.planned.expect("planned") - start).collect();
    let [begin, end] = [100_000_000, 300_000_000].map(Nanos);
    assert_eq!(planned, [begin, begin, end, end]);
    let stages: Vec<FaultStage> = play.notes.faults().into_iter().map(|(_, fault)| fault.stage).collect();
    assert_eq!(stages, [Started, Applied, FaultStage::HealStarted, Healed]);
    for (time, fault) in play.notes.faults() {
        assert!(time >= fault.planned.expect("planned"), "never before its time");
        assert_eq!(
            (fault.kind.as_str(), fault.targets.as_slice()),
            ("kill", ["node-2".to_owned()].as_slice())
        );
    }
    assert_eq!(dolls.alive(), [true; 3]);
    let entries = play.entries();
    assert!(
        matches!(&entries[0], Entry::Applying { id, targets, .. } if id == "f" && targets == &["node-2"])
    );
    assert!(matches!(&entries[1..], [Entry::Applied { .. }, Entry::Healed { .. }]), "{entries:?}");
    assert_eq!(play.controller.heal_all().await, Ok(()));
    assert_eq!(play.told().len(), 3, "nothing was left to heal");
}

#[tokio::test]
async fn what_lasts_to_the_end_of_the_load_is_healed_after_it() {
    let dolls = Dolls::new(2);
    let faults =
        "[[fault]]\nid='a'\nat='0s'\nstop={index=1}\n[[fault]]\nid='b'\nat='10ms'\nfor='1h'\nkill={index=2}";
    let play = play(faults, dolls.clone());
    let (_, end) = play.run(100).await;
    assert_eq!((dolls.alive(), play.controller.active()), (vec![false; 2], 2));
    assert_eq!(play.controller.heal_all().await, Ok(()));
    assert_eq!((dolls.alive(), play.controller.active()), (vec![true; 2], 0));
    for (_, fault) in play.notes.faults().into_iter().filter(|(_, fault)| fault.stage == Healed) {
        assert_eq!(fault.planned, Some(end));
    }
    assert_eq!(
        (play.stages("a"), play.stages("b")),
        (vec![Started, Applied, Healed], vec![Started, Applied, Healed])
    );
}

#[tokio::test]
async fn a_fault_strikes_again_and_chooses_anew() {
    let play = play(
        "[[fault]]\nid='f'\nat='10ms'\nfor='5ms'\nevery='40ms'\ntimes=4\nkill={choose=1}",
        Dolls::new(5),
    );
    play.run(1_000).await;
    let applied: Vec<(u32, String)> = play
        .notes
        .faults()
        .into_iter()
        .filter(|(_, fault)| fault.stage == Applied)
        .map(|(_, fault)| (fault.occurrence, fault.targets[0].clone()))
        .collect();
    assert_eq!(applied.iter().map(|(occurrence, _)| *occurrence).collect::<Vec<_>>(), [0, 1, 2, 3]);
    let planned = super::super::describe::describe(
        &toml::from_str(
            "name='p'\nseed=7\n[target]\nurl='http://127.0.0.1'\n[load]\n[[flow]]\nname='f'\nstep=[]\n[[stack.service]]\n\
             name='node'\ncommand=['x']\ninstances=5\n[[fault]]\nid='f'\nat='10ms'\nfor='5ms'\nevery='40ms'\ntimes=4\n\
             kill={choose=1}",
        )
        .expect("a plan"),
        Nanos(1_000_000_000),
    );
    let foretold: Vec<_> =
        planned[0].strikes.iter().map(|one| (one.occurrence, one.targets[0].clone())).collect();
    assert_eq!(applied, foretold, "the dry run tells the same victims");
}

#[tokio::test]
async fn one_fault_waits_for_the_heal_of_another() {
    let faults = "[[fault]]\nid='b'\nafter='a'\nfor='20ms'\nkill={index=2}\n\
                  [[fault]]\nid='a'\nat='20ms'\nfor='20ms'\nkill={index=1}";
    let play = play(faults, Dolls::new(2));
    play.run(2_000).await;
    let order: Vec<_> = play.told().into_iter().map(|(id, _, stage)| (id, stage)).collect();
    let expected =
        [("a", Started), ("a", Applied), ("a", Healed), ("b", Started), ("b", Applied), ("b", Healed)];
    assert_eq!(order, expected.map(|(id, stage)| (id.to_owned(), stage)));
}

#[tokio::test]
async fn a_condition_strikes_once_it_holds() {
    let play = play("[[fault]]\nid='f'\nwhen='throughput > 1/s'\nfor='10ms'\nkill={index=1}", Dolls::new(1));
    assert_eq!(play.controller.conditions(), [("f".to_owned(), "throughput > 1/s".to_owned())]);
    assert!(!play.controller.trigger("g"));
    assert!(play.controller.trigger("f") && play.controller.trigger("f"));
    play.run(1_000).await;
    assert_eq!(play.stages("f"), [Started, Applied, Healed]);
}

#[tokio::test]
async fn what_never_strikes_is_told() {
    let faults = "[[fault]]\nid='late'\nat='1h'\nkill={}\n[[fault]]\nid='never'\nwhen='x > 1'\nkill={}\n\
                  [[fault]]\nid='after'\nafter='never'\nkill={}";
    let play = play(faults, Dolls::new(1));
    play.run(30).await;
    let mut told: Vec<(String, String)> = play
        .notes
        .faults()
        .into_iter()
        .map(|(_, fault)| (fault.id, fault.detail.unwrap_or_default()))
        .collect();
    told.sort();
    for ((id, detail), word) in
        told.iter().zip(["`never` was not healed", "after the end", "`x > 1` did not hold"])
    {
        assert!(detail.contains(word), "{id}: {detail}");
    }
    assert!(play.told().iter().all(|(.., stage)| *stage == ApplyFailed) && told.len() == 3);
}

#[tokio::test]
async fn after_a_cancel_nothing_strikes_and_what_is_in_force_is_healed() {
    let faults = "[[fault]]\nid='now'\nat='0s'\nkill={index=1}\n[[fault]]\nid='soon'\nat='60s'\nkill={index=2}\n\
                  [[fault]]\nid='if'\nwhen='x > 1'\nkill={index=2}";
    let dolls = Dolls::new(2);
    let play = Arc::new(play(faults, dolls.clone()));
    let running = tokio::spawn({
        let play = play.clone();
        async move { play.run(3_600_000).await }
    });
    eventually("the first is in force", || play.controller.active() == 1).await;
    play.cancel.send_replace(true);
    running.await.expect("it returns long before the load ends");
    play.controller.trigger("if");
    assert_eq!(play.controller.heal_all().await, Ok(()));
    assert_eq!(dolls.alive(), [true, true]);
    assert_eq!(play.told().len(), 3, "{:?}", play.told());
}

#[tokio::test]
async fn healing_everything_waits_for_what_is_just_being_applied() {
    let dolls = Dolls::new(1);
    let shut = dolls.gate.forget_permits(tokio::sync::Semaphore::MAX_PERMITS);
    let play = Arc::new(play("[[fault]]\nid='f'\nat='0s'\nkill={}", dolls.clone()));
    let running = tokio::spawn({
        let play = play.clone();
        async move { play.run(3_600_000).await }
    });
    eventually("it has begun", || play.stages("f") == [Started]).await;
    running.abort();
    let healing = tokio::spawn({
        let play = play.clone();
        async move { play.controller.heal_all().await }
    });
    tokio::task::yield_now().await;
    assert!(!healing.is_finished());
    dolls.gate.add_permits(shut);
    assert_eq!(healing.await.expect("it returns"), Ok(()));
    assert_eq!((dolls.alive(), play.stages("f")), (vec![true], vec![Started, Applied, Healed]));
}

#[tokio::test]
async fn a_heal_that_fails_is_tried_once_more_and_both_are_told() {
    let dolls = Dolls::new(1);
    let play = play("[[fault]]\nid='f'\nat='0s'\nkill={}", dolls.clone());
    play.run(20).await;
    dolls.bad_starts.store(3, Ordering::SeqCst);
    let errors = play.controller.heal_all().await.expect_err("it fails twice");
    assert!(errors[0].contains("fault `f` on node-1 is not healed: node-1 stumbled"), "{errors:?}");
    assert_eq!(play.controller.active(), 1);
    assert_eq!(play.controller.heal_all().await, Ok(()), "the third fails, the fourth does not");
    assert_eq!(play.stages("f"), [Started, Applied, HealFailed, HealFailed, HealFailed, Healed]);
    assert!(matches!(play.entries().last(), Some(Entry::Healed { .. })));
}

#[tokio::test]
async fn nothing_is_applied_that_could_not_be_written_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full");
    std::fs::write(&path, "").expect("write");
    let dolls = Dolls::new(1);
    let journal = Arc::new(Journal::broken(&path));
    let play = play_with("[[fault]]\nid='f'\nat='0s'\nkill={}", dolls.clone(), folder, journal);
    play.run(20).await;
    assert_eq!((play.stages("f"), dolls.alive()), (vec![ApplyFailed], vec![true]));
    assert!(play.journal.failure().expect("a failure").contains("full"));
    assert!(play.folder.path().exists());
}

#[tokio::test]
async fn a_target_that_comes_back_by_itself_is_told() {
    let dolls = Dolls::new(2);
    let play = Arc::new(play("[[fault]]\nid='f'\nat='0s'\nkill={}", dolls.clone()));
    let running = tokio::spawn({
        let play = play.clone();
        async move { play.run(3_600_000).await }
    });
    eventually("it is in force", || play.controller.active() == 1).await;
    dolls.set("node-2", true);
    eventually("it is told", || play.stages("f").contains(&EndedEarly)).await;
    play.cancel.send_replace(true);
    running.await.expect("it returns");
    play.controller.heal_all().await.expect("it heals");
    assert_eq!(play.stages("f"), [Started, Applied, EndedEarly, Healed], "told once");
    let faults = play.notes.faults();
    assert_eq!(
        (faults[2].1.targets.as_slice(), faults[2].1.detail.as_deref()),
        (["node-2".to_owned()].as_slice(), Some("it was started again"))
    );
}

#[tokio::test]
async fn a_real_pause_is_written_down_before_it_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = Arc::new(Journal::begin(&StateDir::at(folder.path()), "p", "r").expect("a journal"));
    let scene = scene_with(&sleepers(2), Some(journal.clone()));
    scene.stack.up().await.expect("it comes up");
    let pid = scene.stack.instances()[1].pid.expect("it runs");
    let play =
        play_with("[[fault]]\nid='f'\nat='50ms'\npause={index=2}", scene.stack.clone(), folder, journal);
    play.run(200).await;
    assert!(is_frozen(pid));
    let entries = play.entries();
    assert!(matches!(&entries[..2], [Entry::Born(_), Entry::Born(_)]), "{entries:?}");
    match &entries[2..] {
        [Entry::Applying { heal, .. }, Entry::Applied { .. }] => {
            assert!(
                matches!(heal.as_slice(), [Heal::Resume { pid: written, .. }] if *written == pid),
                "{heal:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    play.controller.heal_all().await.expect("it heals");
    assert!(!is_frozen(pid));
    scene.stack.down().await.expect("it goes down");
    play.journal.clean().expect("a line");
    assert!(matches!(play.entries().last(), Some(Entry::Clean)));
}
