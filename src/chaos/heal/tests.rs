//! Healing on real processes, watched from outside.

use super::super::leftovers;
use super::*;
use crate::stack::os::start_time;
use crate::stack::{Child, Ledger};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

struct Scene {
    _folder: tempfile::TempDir,
    state: StateDir,
    journal: Journal,
    run: String,
}

fn scene(name: &str) -> Scene {
    let folder = tempfile::tempdir().expect("a folder");
    let state = StateDir::at(folder.path());
    let run = format!("heal-{name}-{}", std::process::id());
    let journal = Journal::begin(&state, "shop", &run).expect("a journal");
    Scene { _folder: folder, state, journal, run }
}

impl Scene {
    fn heal(&self) -> HealReport {
        let lock = Lock::acquire(&self.state, "shop", "healing").expect("free");
        heal(&self.state, &lock, &|_| {}).expect("the journal can be read")
    }

    fn leftovers(&self) -> Vec<String> {
        leftovers(&self.state, "shop").expect("readable").into_iter().map(|one| one.what).collect()
    }
}

fn sleeper(script: &str, run: &str) -> (std::process::Child, Child) {
    let child = Command::new("sh")
        .args(["-c", script])
        .env(RUN_VARIABLE, run)
        .process_group(0)
        .stdin(Stdio::null())
        .spawn()
        .expect("sh");
    let known = Child {
        instance: "node-1".into(),
        pid: child.id(),
        start_time: start_time(child.id()).expect("it runs"),
    };
    (child, known)
}

#[test]
fn a_paused_child_and_its_grandchild_end_and_are_told() {
    let scene = scene("paused");
    let (mut process, child) = sleeper("sleep 60 & wait", &scene.run);
    scene.journal.born(&child).expect("a line");
    let heal = vec![Heal::Resume { pid: child.pid, start_time: child.start_time }];
    let applying = Entry::Applying {
        id: "freeze".into(),
        occurrence: 0,
        fault: "pause".into(),
        targets: vec!["node-1".into()],
        heal,
    };
    scene.journal.append(applying).expect("a line");
    os::send_to_group(child.pid, child.start_time, Signal::STOP).expect("it runs");
    while !is_frozen(child.pid) {
        std::thread::yield_now();
    }
    let left = scene.leftovers();
    assert!(left.iter().any(|what| what.contains("node-1") && what.contains("still runs")), "{left:?}");
    assert!(left.iter().any(|what| what.contains("still paused")), "{left:?}");
    let refused = Journal::begin(&scene.state, "shop", "next").expect_err("leftovers");
    assert!(refused.contains("shakedown heal shop"), "{refused}");

    let report = scene.heal();
    assert!(report.left.is_empty(), "{report:?}");
    assert!(report.did[0].contains("resumed") && report.did[1].contains("ended node-1"), "{report:?}");
    process.wait().expect("it ended");
    assert!(group_members(child.pid).is_empty());
    assert_eq!(scene.heal(), HealReport::default(), "healing twice does nothing twice");
    Journal::begin(&scene.state, "shop", "next").expect("nothing is left");
}

#[test]
fn whoever_left_the_group_is_found_by_its_marker() {
    let scene = scene("stray");
    let (mut process, child) = sleeper("setsid sleep 60 & exit 0", &scene.run);
    scene.journal.born(&child).expect("a line");
    process.wait().expect("the leader ends at once");
    let markers = [marker(RUN_VARIABLE, &scene.run)];
    assert_eq!(marked(&markers).len(), 1);
    assert_eq!(scene.leftovers().len(), 1);
    let report = scene.heal();
    assert_eq!((report.did.len(), report.left.len()), (1, 0), "{report:?}");
    assert!(marked(&markers).is_empty());
}

#[test]
fn a_reused_pid_is_never_touched() {
    let scene = scene("reused");
    // A stranger without our marker, that has the pid which the journal knows under another start time.
    let (mut stranger, known) = sleeper("exec sleep 60", "somebody-else");
    let before = Child { start_time: known.start_time - 1, ..known.clone() };
    scene.journal.born(&before).expect("a line");
    for heal in [
        Heal::Resume { pid: before.pid, start_time: before.start_time },
        Heal::EndGroup { pid: before.pid, start_time: before.start_time },
    ] {
        let (id, fault, targets) = ("f".into(), "pause".into(), vec![]);
        scene
            .journal
            .append(Entry::Applying { id, occurrence: 0, fault, targets, heal: vec![heal] })
            .expect("a line");
    }
    assert_eq!(scene.leftovers(), [] as [&str; 0]);
    assert_eq!(scene.heal(), HealReport::default());
    let untouched = stranger.try_wait().expect("wait").is_none();
    stranger.kill().expect("kill");
    stranger.wait().expect("wait");
    assert!(untouched, "the stranger lives");
}

#[test]
fn another_boots_processes_are_nobodys() {
    let scene = scene("boot");
    let (mut process, child) = sleeper("exec sleep 60", "somebody-else");
    let run = Entry::Run { pid: 2, start_time: 1, boot: "another boot".into() };
    scene.journal.append(run).expect("a line");
    scene.journal.born(&child).expect("a line");
    assert_eq!(scene.leftovers(), [] as [&str; 0]);
    assert_eq!(scene.heal(), HealReport::default());
    let untouched = process.try_wait().expect("wait").is_none();
    process.kill().expect("kill");
    process.wait().expect("wait");
    assert!(untouched);
}

#[test]
fn what_is_not_understood_is_left_and_said() {
    let scene = scene("foreign");
    let mut text = std::fs::read_to_string(scene.journal.path()).expect("text");
    text.push_str("{\"at\":1,\"run\":\"r\",\"entry\":\"teleported\"}\n");
    std::fs::write(scene.journal.path(), text).expect("write");
    assert_eq!(scene.leftovers().len(), 1);
    assert!(scene.heal().left[0].contains("version"), "{:?}", scene.heal());
}
