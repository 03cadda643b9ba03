//! The kinds of faults on real processes, watched from outside.

use super::super::fault::{Context, Fault};
use super::{Victims, as_instance, build, kind};
use crate::event::{Struck, Tally, TargetStruck, Unit};
use crate::plan::model::FaultSpec;
use crate::stack::os::is_frozen;
use crate::stack::testing::{Scene, eventually, scene, sleepers};
use crate::stack::{Instance, Stack};
use std::sync::Arc;

fn spec(kind: &str) -> FaultSpec {
    toml::from_str(&format!("id='f'\nat='1s'\n{kind}")).expect(kind)
}

fn fault(kind: &str) -> Arc<dyn Fault> {
    build(&spec(kind)).expect(kind).fault
}

async fn three() -> Scene {
    let scene = scene(&sleepers(3));
    scene.stack.up().await.expect("it comes up");
    scene
}

/// The first two instances, as they are now.
fn context(scene: &Scene) -> Context {
    let targets = scene.stack.instances().into_iter().take(2).collect();
    Context { stack: scene.stack.clone(), targets, helpers: None, seed: 0 }
}

fn alive(scene: &Scene) -> Vec<bool> {
    scene.stack.instances().iter().map(|one| one.alive).collect()
}

fn pid(instance: &Instance) -> u32 {
    instance.pid.expect("it runs")
}

#[tokio::test]
async fn kill_and_stop_take_down_and_heal_starts_again() {
    for kind in ["kill={service='node'}", "kill={service='node',signal='TERM'}", "stop={service='node'}"] {
        let scene = three().await;
        let fault = fault(kind);
        let context = context(&scene);
        assert!(fault.heals(&context.targets).is_empty() && !fault.is_momentary());
        let guard = fault.apply(&context).await.expect(kind);
        assert_eq!(alive(&scene), [false, false, true], "{kind}");
        assert_eq!(guard.escaped().await, [], "{kind}");
        assert_eq!(guard.struck().total(), Tally { struck: 2, seen: 2 }, "{kind}");
        scene.stack.start("node-2").await.expect("somebody starts it");
        let escaped = guard.escaped().await;
        assert_eq!((escaped.len(), escaped[0].target.as_str()), (1, "node-2"));
        guard.heal().await.expect("it heals");
        guard.heal().await.expect("twice");
        assert_eq!(alive(&scene), [true; 3], "{kind}");
        scene.stack.down().await.expect("it goes down");
    }
}

#[tokio::test]
async fn pause_freezes_its_targets_alone() {
    let scene = three().await;
    let context = context(&scene);
    let fault = fault("pause={service='node'}");
    assert_eq!(fault.heals(&context.targets).len(), 2);
    let guard = fault.apply(&context).await.expect("it lands");
    let frozen = || scene.stack.instances().iter().map(|one| is_frozen(pid(one))).collect::<Vec<_>>();
    assert_eq!(frozen(), [true, true, false]);
    assert_eq!(
        guard.struck(),
        Struck {
            unit: Unit::Processes,
            targets: vec![TargetStruck::counted("node-1", 1, 1), TargetStruck::counted("node-2", 1, 1)],
        }
    );
    assert_eq!(guard.escaped().await, []);
    scene.stack.resume("node-1").await.expect("somebody wakes it");
    scene.stack.signal("node-2", "KILL").await.expect("somebody kills it");
    let mut escaped = guard.escaped().await;
    escaped.sort();
    assert_eq!(
        escaped.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(),
        ["somebody resumed it", "it ended while it was paused"]
    );
    scene.stack.start("node-2").await.expect("somebody starts it");
    assert!(guard.escaped().await.iter().any(|one| one.why.contains("anew")));
    guard.heal().await.expect("it heals");
    assert_eq!(frozen(), [false; 3]);
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn a_target_that_stood_still_already_feels_no_pause_and_is_left_as_it_was() {
    let scene = three().await;
    scene.stack.pause("node-1").await.expect("somebody freezes it");
    let context = context(&scene);
    let fault = fault("pause={service='node'}");
    assert_eq!(fault.heals(&context.targets).len(), 1, "the other one is ours");
    let guard = fault.apply(&context).await.expect("it lands on the other");
    let struck = guard.struck();
    assert_eq!(struck.total(), Tally { struck: 1, seen: 2 });
    assert_eq!(struck.missed().map(|one| one.target.as_str()).collect::<Vec<_>>(), ["node-1"]);
    guard.heal().await.expect("it heals");
    let frozen: Vec<bool> = scene.stack.instances().iter().map(|one| is_frozen(pid(one))).collect();
    assert_eq!(frozen, [true, false, false]);
    scene.stack.resume("node-1").await.expect("it runs on");
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn a_signal_that_need_not_end_anything_strikes_what_it_reaches() {
    let services = "[[service]]\nname='node'\nready={tcp=false}\n\
                    command=['sh','-c','trap \"echo heard\" HUP; echo up; while :; do sleep 0.02; done']";
    let scene = scene(services);
    scene.stack.up().await.expect("it comes up");
    eventually("it is up", || scene.log("node-1").contains("up")).await;
    let guard = fault("kill={signal='HUP'}").apply(&context(&scene)).await.expect("it lands");
    let struck = guard.struck();
    assert_eq!(struck.total(), Tally { struck: 1, seen: 1 });
    assert!(
        struck.targets[0].detail.as_ref().is_some_and(|detail| detail.contains("lives on")),
        "{struck:?}"
    );
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn restart_stops_and_is_over_at_once() {
    let scene = three().await;
    let before: Vec<u32> = scene.stack.instances().iter().map(pid).collect();
    let fault = fault("restart={service='node'}");
    assert!(fault.is_momentary());
    let guard = fault.apply(&context(&scene)).await.expect("it lands");
    assert_eq!(guard.struck().total(), Tally { struck: 2, seen: 2 });
    guard.heal().await.expect("it starts");
    let after: Vec<u32> = scene.stack.instances().iter().map(pid).collect();
    assert!(before[0] != after[0] && before[1] != after[1] && before[2] == after[2]);
    scene.stack.down().await.expect("it goes down");
}

#[tokio::test]
async fn a_target_that_does_not_run_lets_nothing_land() {
    for kind in ["kill={}", "stop={}", "pause={}", "restart={}"] {
        let scene = three().await;
        scene.stack.signal("node-1", "KILL").await.expect("it dies");
        let error = fault(kind).apply(&context(&scene)).await.err().expect(kind);
        assert!(error.why.contains("node-1 does not run"), "{error:?}");
        let struck = error.struck.expect("it is known that nothing was struck");
        assert_eq!(struck.total(), Tally { struck: 0, seen: 2 }, "{kind}");
        assert_eq!(alive(&scene), [false, true, true], "{kind}: the other target is as it was");
        assert!(!is_frozen(pid(&scene.stack.instances()[1])));
        scene.stack.down().await.expect("it goes down");
    }
}

#[tokio::test]
async fn half_a_fault_is_undone() {
    // The second instance ignores TERM: the fault cannot land on both, and the first one is started again.
    let services = "[[service]]\nname='node'\ninstances=2\nready={tcp=false}\nstop_within='300ms'\n\
                    command=['sh','-c','[ ${index} = 2 ] && trap \"\" TERM; echo up; while :; do sleep 0.02; done']";
    let scene = scene(services);
    scene.stack.up().await.expect("it comes up");
    eventually("both are up", || ["node-1", "node-2"].iter().all(|name| scene.log(name).contains("up")))
        .await;
    let error = fault("kill={signal='TERM'}").apply(&context(&scene)).await.err().expect("it does not land");
    assert!(error.why.contains("node-2 was sent TERM and still runs"), "{error:?}");
    assert_eq!(error.struck, None, "the first one was stopped for a moment");
    assert_eq!(alive(&scene), [true, true]);
    assert_eq!(
        scene.log("node-1").matches("up").count(),
        1 + usize::from(scene.log("node-1").lines().count() > 1)
    );
    scene.stack.down().await.expect("it goes down");
}

#[test]
fn exactly_one_kind_and_only_what_belongs_to_it() {
    assert_eq!(kind(&spec("toxic={link='l',type='latency'}")), Ok("toxic"));
    for (at_port, kind) in [
        ("http={target={service='node'},port=80,status=503}", "http"),
        ("toxic={target={service='node'},port=80,type='latency'}", "toxic"),
        ("dns={target={},action='drop'}", "dns"),
    ] {
        let built = build(&spec(at_port)).expect("a fault");
        assert_eq!(built.fault.kind(), kind);
        assert!(
            matches!(&built.victims, Victims::Chosen(target) if as_instance(target).is_none()),
            "no link"
        );
    }
    for on_link in ["toxic={link='l',type='latency'}", "http={link='l',status=503}"] {
        let built = build(&spec(on_link)).expect("a fault");
        let Victims::Chosen(target) = &built.victims else { panic!("a link has a target") };
        assert_eq!(as_instance(target).map(|link| link.name).as_deref(), Some("link l"));
    }
    for (text, word) in [
        ("", "does not say"),
        ("kill={}\nstop={}", "several"),
        ("kill={signal='FOO'}", "FOO"),
        ("stop={signal='KILL'}", "belongs to `kill`"),
        ("http={target={service='node'},status=503}", "their `port`"),
        ("toxic={target={service='node'},port=80,type='late'}", "`late` is no toxic"),
    ] {
        let error = build(&spec(text)).err().expect(text);
        assert!(error.contains(word) && error.contains("`f`"), "{error}");
    }
}
