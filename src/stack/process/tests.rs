//! The driver on real processes, watched from outside.
#![cfg(target_os = "linux")]

use crate::event::StackChange::{Exited, Ready, Started};
use crate::stack::os::{is_frozen, marked, marker};
use crate::stack::testing::{Scene, eventually, scene, servers, sleepers};
use crate::stack::{Instance, Stack};
use std::net::TcpListener;
use std::sync::atomic::Ordering;

fn only(scene: &Scene) -> Instance {
    scene.stack.instances().remove(0)
}

fn shell(script: &str, more: &str) -> String {
    format!("[[service]]\nname='node'\ncommand=['sh','-c',{script:?}]\nready={{tcp=false}}\n{more}\n")
}

#[tokio::test]
async fn services_come_up_in_order_answer_and_go_without_a_trace() {
    let scene = scene(&(servers("node", 2, "") + &servers("front", 1, "")));
    scene.stack.up().await.expect("it comes up");
    let all = scene.stack.instances();
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["node-1", "node-2", "front-1"]);
    assert!(all.iter().all(|one| one.alive && one.pid.is_some()));
    for one in &all {
        let address = one.address.expect("it has a port");
        std::net::TcpStream::connect(address).expect("it answers");
        let changes: Vec<_> = scene.notes.changes(&one.name).into_iter().map(|(change, _)| change).collect();
        assert_eq!(changes, [Started, Ready]);
    }
    let facts = scene.stack.facts();
    assert_eq!(facts["front.address"], all[2].address.expect("a port").to_string());
    assert_eq!(facts["node.addresses"].split(',').count(), 2);
    scene.stack.down().await.expect("it goes down");
    assert!(scene.living().is_empty());
    assert!(scene.stack.instances().iter().all(|one| !one.alive && one.pid.is_none()));
    let mut ledger = scene.notes.ledger();
    assert_eq!(&ledger[2..4], ["born front-1", "gone front-1"], "nodes first up, last down");
    ledger.sort();
    let sorted = ["born front-1", "born node-1", "born node-2", "gone front-1", "gone node-1", "gone node-2"];
    assert_eq!(ledger, sorted);
}

#[tokio::test]
async fn texts_reach_the_child_and_its_words_reach_the_log() {
    let scene = scene(
        "[[service]]\nname='a'\nport=1\ncommand=['sh','-c','echo \"$0 $A\"; echo wrong >&2; pwd; sleep 60','${instance}']\n\
         ready={within='1s'}\nenv.A='${index} ${port} ${env:SECRET} ${b.address}'\ndirectory='work'\n\
         [[service]]\nname='b'\nport=2\ncommand=['true']\n",
    );
    std::fs::create_dir(scene.folder.path().join("work")).expect("a folder");
    let error = scene.stack.up().await.expect_err("nobody listens on port 1");
    assert!(error.message.contains("a-1 was not ready within 1s"), "{error}");
    let log = scene.log("a-1");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines[..2], ["a-1 1 1 s3cret 127.0.0.1:2", "wrong"]);
    assert!(lines[2].ends_with("/work"), "{log}");
    assert_eq!(error.context, lines);
    assert!(scene.living().is_empty(), "what does not come up is taken down");
}

#[tokio::test]
async fn one_that_ends_before_it_is_ready_is_quoted() {
    let scene = scene(
        "[[service]]\nname='a'\nport=1\ncommand=['sh','-c','for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo line $i; done; exit 3']",
    );
    let error = scene.stack.up().await.expect_err("it ends");
    assert!(error.message.contains("a-1 ended before it was ready: exit status 3"), "{error}");
    assert_eq!((error.context.len(), error.context[9].as_str()), (10, "line 12"));
}

#[tokio::test]
async fn what_cannot_be_started_is_named() {
    let missing = scene("[[service]]\nname='a'\ncommand=['/no/such/program']\nready={tcp=false}");
    let error = missing.stack.up().await.expect_err("no such program");
    assert!(error.message.contains("a-1") && error.message.contains("/no/such/program"), "{error}");
    let unknown = scene("[[service]]\nname='a'\ncommand=['x','${nod.address}']\nready={tcp=false}");
    let error = unknown.stack.up().await.expect_err("no such fact");
    assert!(error.message.contains("${nod.address}") && error.message.contains("`a`"), "{error}");
}

#[tokio::test]
async fn a_status_that_is_not_2xx_is_not_ready() {
    let services = servers("node", 1, "env.TEST_SERVE_STATUS='503 Busy'").replace("20s", "2s");
    let error = scene(&services).stack.up().await.expect_err("never ready");
    assert!(error.message.contains("GET /health: status 503"), "{error}");
}

#[tokio::test]
async fn a_fixed_port_in_use_is_named_with_its_holder() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    let port = listener.local_addr().expect("address").port();
    let scene = scene(&format!("[[service]]\nname='a'\nport={port}\ncommand=['sleep','60']"));
    let error = scene.stack.up().await.expect_err("the port is taken");
    for word in [&format!("port {port} is in use"), &format!("pid {}", std::process::id())] {
        assert!(error.message.contains(word.as_str()), "{error}");
    }
}

#[tokio::test]
async fn a_chosen_port_that_is_taken_meanwhile_is_replaced_and_noted() {
    let scene = scene(&servers("node", 2, ""));
    let lost = scene.stack.instances()[1].address.expect("a port");
    let _thief = TcpListener::bind(lost).expect("it is free");
    scene.stack.up().await.expect("it comes up elsewhere");
    let now = scene.stack.instances()[1].address.expect("a port");
    assert_ne!(now, lost);
    assert_eq!(scene.stack.facts()["node-2.address"], now.to_string());
    assert!(scene.notes.notes().iter().any(|note| note.contains("node-2") && note.contains("took its port")));
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn a_kill_reaches_the_grandchildren_and_a_start_returns_to_the_port() {
    let scene = scene(&servers("node", 1, ""));
    scene.stack.up().await.expect("it comes up");
    let before = only(&scene);
    scene.stack.signal("node-1", "KILL").await.expect("it dies");
    let dead = only(&scene);
    assert!(!dead.alive && dead.pid.is_none() && dead.address == before.address);
    let (change, detail) = scene.notes.changes("node-1").pop().expect("an event");
    assert_eq!((change, detail.as_str()), (Exited, "killed by fault: ended by signal 9 (KILL)"));
    let again = scene.stack.signal("node-1", "KILL").await.expect_err("it is dead already");
    assert_eq!(again.message, "node-1 does not run");
    scene.stack.start("node-1").await.expect("it starts");
    let after = only(&scene);
    assert!(after.alive && after.address == before.address && after.pid != before.pid);
    scene.stack.start("node-1").await.expect("one that runs is left alone");
    assert_eq!(only(&scene), after);
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn nobody_of_a_family_survives_a_kill() {
    let scene = scene(&shell("sleep 60 & setsid sleep 61 & (setsid sleep 62 &) ; wait", ""));
    scene.stack.up().await.expect("it comes up");
    eventually("four processes run", || scene.living().len() == 4).await;
    scene.stack.signal("node-1", "KILL").await.expect("it dies");
    assert!(scene.living().is_empty());
    eventually("the ledger knows", || scene.notes.ledger() == ["born node-1", "gone node-1"]).await;
}

#[tokio::test]
async fn a_pause_stops_every_process_and_a_resume_wakes_them() {
    let scene = scene(&shell("sleep 60 & setsid sleep 61 & wait", ""));
    scene.stack.up().await.expect("it comes up");
    eventually("three processes run", || scene.living().len() == 3).await;
    scene.stack.pause("node-1").await.expect("it stands");
    let all = scene.living();
    assert!(all.len() == 3 && all.iter().all(|pid| is_frozen(*pid)));
    assert!(only(&scene).alive, "a paused one still runs");
    scene.stack.resume("node-1").await.expect("it moves");
    assert!(!is_frozen(only(&scene).pid.expect("it runs")));
    eventually("all move", || !scene.living().iter().any(|pid| is_frozen(*pid))).await;
    scene.stack.pause("node-1").await.expect("it stands");
    scene.stack.down().await.expect("a paused one goes down, too");
    assert!(scene.living().is_empty());
    assert!(scene.stack.pause("node-1").await.is_err() && scene.stack.resume("node-1").await.is_err());
}

#[tokio::test]
async fn one_that_does_not_stop_is_killed_and_that_is_noted() {
    let scene = scene(&shell("trap '' TERM; echo up; while :; do sleep 0.05; done", "stop_within='200ms'"));
    scene.stack.up().await.expect("it comes up");
    eventually("it is deaf", || scene.log("node-1").contains("up")).await;
    let error = scene.stack.signal("node-1", "TERM").await.expect_err("it ignores it");
    assert!(error.message.contains("still runs after 200ms") && error.message.contains("KILL"), "{error}");
    scene.stack.stop("node-1").await.expect("it is killed");
    assert!(scene.living().is_empty());
    assert!(scene.notes.notes().iter().any(|note| note.contains("node-1 did not stop within 200ms")));
    let (_, detail) = scene.notes.changes("node-1").pop().expect("an event");
    assert_eq!(detail, "killed because it did not stop: ended by signal 9 (KILL)");
}

#[tokio::test]
async fn an_orderly_stop_lets_it_finish() {
    let scene = scene(&shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.02; done", ""));
    scene.stack.up().await.expect("it comes up");
    eventually("it listens", || scene.log("node-1").contains("up")).await;
    scene.stack.stop("node-1").await.expect("it stops");
    assert!(scene.log("node-1").ends_with("bye\n"));
    assert_eq!(scene.notes.changes("node-1").pop(), Some((Exited, "stopped: exit status 0".into())));
    scene.stack.stop("node-1").await.expect("once more does nothing");
}

#[tokio::test]
async fn a_caught_signal_does_not_end_it_and_an_uncaught_one_does() {
    let scene = scene(&shell("trap 'echo hup' HUP; echo up; while :; do sleep 0.02; done", ""));
    scene.stack.up().await.expect("it comes up");
    eventually("it listens", || scene.log("node-1").contains("up")).await;
    scene.stack.signal("node-1", "hup").await.expect("it is sent");
    assert!(only(&scene).alive);
    scene.stack.signal("node-1", "SIGUSR1").await.expect("it dies");
    assert!(!only(&scene).alive);
    let error = scene.stack.signal("node-1", "FOO").await.expect_err("no such signal");
    assert!(error.message.contains("FOO"), "{error}");
    let error = scene.stack.stop("node-9").await.expect_err("no such instance");
    assert!(error.message.contains("`node-9`; there are node-1"), "{error}");
}

#[tokio::test]
async fn one_that_ends_by_itself_is_told_with_its_last_words() {
    let scene = scene(&shell("echo so long >&2; exit 4", ""));
    scene.stack.up().await.expect("it was started");
    eventually("it is told", || scene.notes.changes("node-1").iter().any(|(change, _)| *change == Exited))
        .await;
    let exits: Vec<_> =
        scene.notes.changes("node-1").into_iter().filter(|(change, _)| *change == Exited).collect();
    assert_eq!(exits, [(Exited, "exit status 4; its last words: so long".to_owned())]);
    assert!(!only(&scene).alive);
    scene.stack.down().await.expect("nothing to do");
}

#[tokio::test]
async fn what_an_ended_leader_leaves_behind_is_ended_with_the_stack() {
    let scene = scene(&shell("sleep 60 & exit 0", ""));
    scene.stack.up().await.expect("it was started");
    eventually("the leader ends", || !only(&scene).alive).await;
    assert_eq!(scene.living().len(), 1);
    assert_eq!(scene.notes.ledger(), ["born node-1"], "its group is not gone");
    scene.stack.down().await.expect("it goes down");
    assert!(scene.living().is_empty());
    assert_eq!(scene.notes.ledger(), ["born node-1", "gone node-1"]);
}

#[tokio::test]
async fn a_child_that_cannot_be_entered_into_the_ledger_does_not_live() {
    let scene = scene(&sleepers(1));
    scene.notes.ledger_is_full.store(true, Ordering::SeqCst);
    let error = scene.stack.up().await.expect_err("no ledger, no child");
    assert!(error.message.contains("the disk is full"), "{error}");
    assert!(scene.living().is_empty());
}

#[tokio::test]
async fn resource_use_is_sampled() {
    let scene = scene(
        &(shell("while :; do :; done", "") + "[[service]]\nname='gone'\ncommand=['true']\nready={tcp=false}"),
    );
    scene.stack.up().await.expect("it comes up");
    let last = |name: &str, instance: &str| {
        let samples = scene.notes.samples();
        let found =
            samples.iter().rev().find(|one| one.name == name && one.instance.as_deref() == Some(instance));
        found.and_then(|one| one.value)
    };
    eventually("the loop burns", || last("cpu", "node-1").is_some_and(|cores| cores > 0.0)).await;
    assert!(last("cpu", "node-1").is_some_and(|cores| cores < 2.0));
    assert!(last("memory", "node-1").is_some_and(|bytes| bytes > 10_000.0));
    // It may have been seen alive at first: on a busy machine even `true` takes its time.
    eventually("the other is gone", || last("alive", "gone-1") == Some(0.0)).await;
    assert_eq!(last("alive", "node-1"), Some(1.0));
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn a_stack_that_is_dropped_takes_its_processes_along() {
    let mut scene = scene(&sleepers(2));
    scene.stack.up().await.expect("it comes up");
    assert_eq!(scene.living().len(), 2);
    scene.stack = crate::stack::testing::scene(&sleepers(1)).stack;
    eventually("they are gone", || scene.living().is_empty()).await;
}

#[tokio::test]
async fn the_children_lead_groups_of_their_own_and_carry_their_names() {
    let scene = scene(&sleepers(2));
    scene.stack.up().await.expect("it comes up");
    for one in scene.stack.instances() {
        let found = marked(&[marker("SHAKEDOWN_RUN", &scene.run), marker("SHAKEDOWN_INSTANCE", &one.name)]);
        let seen: Vec<_> = found.iter().map(|stat| (Some(stat.pid), Some(stat.group))).collect();
        assert_eq!(seen, [(one.pid, one.pid)]);
    }
    scene.stack.down().await.expect("it goes down");
}
