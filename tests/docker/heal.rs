//! Healed is what was read back: limits of each sort, healers beside each other, ports that move, names that collide.

use crate::dump::dump;
use crate::faults::Chaos;
use crate::support::{Project, engine, eventually};
use crate::vanish::{Harness, program};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use shakedown::chaos::{StateDir, leftovers};
use shakedown::event::FaultStage;
use std::process::{Command, Output};
use std::time::Duration;

/// Each sort of limit: on a container that has none, and on one that has.
const SORTS: [(&str, &str); 5] = [
    ("web-1", "limit = { target = { service = 'web', index = 1 }, memory = '32MiB' }"),
    ("web-1", "limit = { target = { service = 'web', index = 1 }, cpus = 0.25 }"),
    ("web-1", "limit = { target = { service = 'web', index = 1 }, cpus = 0.25, memory = '32MiB' }"),
    ("db-1", "limit = { target = { service = 'db' }, memory = '48MiB' }"),
    ("db-1", "limit = { target = { service = 'db' }, cpus = 0.5, memory = '48MiB' }"),
];

/// What the kernel holds the container to, on either version of control groups.
async fn in_force(project: &Project, instance: &str) -> Vec<Option<String>> {
    let mut all = Vec::new();
    eventually("the container tells its limits", async || {
        all.clear();
        for name in ["cpu.max", "memory.max", "cpu/cpu.cfs_quota_us", "memory/memory.limit_in_bytes"] {
            all.push(project.limit(instance, name).await);
        }
        // Two of the four are there, by the version of control groups.
        all.iter().flatten().count() == 2
    })
    .await;
    all
}

/// No limit and one that nothing can reach are written differently: the machine's size stands for both.
fn as_none(limits: &[Option<String>], machine: u64) -> Vec<Option<String>> {
    let plain = |text: &String| match text.parse::<u64>() {
        Ok(bytes) if bytes >= machine => "none".to_owned(),
        _ if text.starts_with("max") || text == "-1" => "none".to_owned(),
        _ => text.clone(),
    };
    limits.iter().map(|limit| limit.as_ref().map(plain)).collect()
}

fn rounds(default: u64) -> u64 {
    std::env::var("SHAKEDOWN_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_of_each_sort_are_healed_in_the_kernel_too() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "limits").await;
    let machine = engine.memory_of_machine().await.expect("the engine answers");
    let before = dump(&project).await;
    let (stack, notes, clock) = project.attached().await;
    for (sort, (instance, fault)) in SORTS.into_iter().enumerate() {
        let kernel = as_none(&in_force(&project, instance).await, machine);
        for round in 0..rounds(1) {
            let id = format!("limit-{sort}-{round}");
            let plan = format!("[[fault]]\nid = '{id}'\nat = '0s'\n{fault}");
            let chaos = Chaos::begin(&project, &stack, &notes, clock, &plan, None);
            eventually(&format!("{fault} is in force"), async || {
                chaos.stages(&id).iter().any(|(stage, ..)| *stage == FaultStage::Applied)
            })
            .await;
            assert_ne!(as_none(&in_force(&project, instance).await, machine), kernel, "{fault}");
            chaos.heal().await;
            assert_eq!(
                as_none(&in_force(&project, instance).await, machine),
                kernel,
                "{fault}, round {round}"
            );
            assert_eq!(dump(&project).await, before, "{fault}, round {round}");
        }
    }
}

fn heal(harness: &Harness, project: &Project) -> Output {
    Command::new(program())
        .args(["heal", &project.name])
        .env("XDG_STATE_HOME", harness.folder.path())
        .output()
        .expect("it runs")
}

/// The sentinel heals as soon as its harness has vanished. `heal` comes at any moment of that: once it says that all is well, it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heal_beside_the_sentinel_says_what_is_so() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "beside").await;
    let machine = engine.memory_of_machine().await.expect("the engine answers");
    let before = dump(&project).await;
    let (instance, fault) = SORTS[2];
    let kernel = as_none(&in_force(&project, instance).await, machine);
    let mut chance = SplitMix64::seed_from_u64(7);
    for round in 0..rounds(4) {
        let mut harness = Harness::start(&project, fault);
        eventually("the limit is in force", async || {
            as_none(&in_force(&project, instance).await, machine) != kernel
        })
        .await;
        harness.vanish();
        let delay = Duration::from_millis(chance.next_u64() % 400);
        // The moment is what is tried: nothing is waited for.
        tokio::time::sleep(delay).await;
        let ended = heal(&harness, &project);
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert_eq!(ended.status.code(), Some(0), "round {round}, {delay:?}: {said}");
        assert_eq!(
            as_none(&in_force(&project, instance).await, machine),
            kernel,
            "round {round}, {delay:?}: {said}"
        );
        assert_eq!(dump(&project).await, before, "round {round}, {delay:?}: {said}");
        let state = StateDir::at(harness.folder.path().join("shakedown"));
        assert_eq!(leftovers(&state, &project.name), Ok(Vec::new()), "round {round}, {delay:?}: {said}");
    }
}

const MOVING: &str = "name = 'moving'\n[target]\nurl = 'http://${web-1.address}'\n[load]\nrate = '5/s'\nfor = '1s'\n\
                      [[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/'\n\
                      [[fault]]\nid = 'dies'\nat = '200ms'\nfor = '200ms'\nkill = { service = 'web', index = 1 }\n\
                      [[objective]]\nexpect = 'availability >= 1%'\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_would_move_is_refused_before_the_load() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "moving").await;
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.toml");
    let stack = format!("[stack]\nkind = 'compose'\nattach = true\nproject = '{}'\n", project.name);
    let run = |text: String| {
        std::fs::write(&plan, text).expect("a plan");
        let ended = Command::new(program())
            .arg("run")
            .arg(&plan)
            .arg("--reports")
            .arg(folder.path().join("reports"))
            .env("XDG_STATE_HOME", folder.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
        (ended.status.code(), said)
    };
    let (code, said) = run(format!("{MOVING}{stack}"));
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("fault `dies` starts web-1 again") && said.contains("(8080) moves"), "{said}");
    assert!(said.contains("127.0.0.1:18080:8080"), "it says what to write: {said}");
    // A frozen container keeps its port.
    let frozen = MOVING.replace("kill =", "pause =");
    let (code, said) = run(format!("{frozen}{stack}"));
    assert!(!said.contains("moves with each start") && code != Some(3), "{code:?}: {said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_of_a_project_have_names_of_their_own() {
    let Some(engine) = engine().await else { return };
    // The first project makes the image.
    let _image = Project::up(&engine, "names").await;
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("My.Names");
    std::fs::create_dir(&home).expect("made");
    let file = home.join("compose.yaml");
    let service = "image: sd-docker-server:1\n    init: true";
    std::fs::write(
        &file,
        format!("services:\n  web:\n    {service}\n    scale: 2\n  web-1:\n    {service}\n"),
    )
    .expect("written");
    let shakedown = |arguments: &[&str]| {
        let ended = Command::new(program())
            .args(arguments)
            .current_dir(&home)
            .env("XDG_STATE_HOME", folder.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
        (ended.status.code(), said)
    };
    let (code, said) = shakedown(&["stack", "up", "compose.yaml"]);
    assert_eq!(code, Some(0), "{said}");
    let (_, status) = shakedown(&["stack", "status", "compose.yaml"]);
    let (ambiguous, error) = shakedown(&["fault", "pause", "web-1", "--project", "mynames", "--dry-run"]);
    let (_, first) = shakedown(&["fault", "pause", "web-1-1", "--project", "mynames", "--dry-run"]);
    let (_, both) = shakedown(&["fault", "pause", "web", "--project", "mynames", "--dry-run"]);
    let down = shakedown(&["stack", "down", "compose.yaml"]);
    assert_eq!(down.0, Some(0), "{}", down.1);
    let mut names: Vec<&str> = status.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    assert_eq!(names, ["web-1", "web-1-1", "web-2"], "{status}");
    assert!(status.contains("mynames"), "the project is named as Compose names it: {status}");
    assert_ne!(ambiguous, Some(0), "{error}");
    assert!(error.contains("`web-1` is a service (web-1-1) and an instance of the service `web`"), "{error}");
    assert!(first.contains("pause web-1-1,"), "{first}");
    assert!(both.contains("pause web-1, web-2,"), "{both}");
}
