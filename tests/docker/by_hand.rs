//! `shakedown fault`: the program itself strikes, heals, and leaves nothing, however it ends.

use crate::dump::dump;
use crate::support::{Project, Turn, engine, eventually};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How soon nothing may be left.
const WITHIN: Duration = Duration::from_secs(2);

/// What is typed, and what is asked of `web-1` from outside to feel it: `None` of an answer, or this status.
struct Typed {
    words: &'static str,
    felt: Felt,
}

enum Felt {
    /// It does not answer.
    Silent,
    /// It answers with this status.
    Status(u16),
    /// It answers, but not before this time.
    After(Duration),
    /// It does not reach the database.
    Cut,
}

const ALL: &[Typed] = &[
    Typed { words: "kill web-1", felt: Felt::Silent },
    Typed { words: "pause web", felt: Felt::Silent },
    Typed { words: "remove web-1", felt: Felt::Silent },
    Typed { words: "disconnect db", felt: Felt::Cut },
    Typed { words: "partition web-1 --from db", felt: Felt::Cut },
    Typed { words: "dns web-1 --name database --action nxdomain", felt: Felt::Cut },
    Typed {
        words: "packets web-1 --delay 300ms --direction in",
        felt: Felt::After(Duration::from_millis(300)),
    },
    Typed { words: "http web-1 --port 8080 --status 503", felt: Felt::Status(503) },
    Typed {
        words: "toxic web-1 --port 8080 --type latency --set latency=300",
        felt: Felt::After(Duration::from_millis(300)),
    },
];

async fn is_felt(project: &Project, felt: &Felt) -> bool {
    let begun = Instant::now();
    let answer = project.ask("web-1", "/").await;
    match felt {
        Felt::Silent => answer.is_none(),
        Felt::Status(wanted) => answer.is_some_and(|(status, _)| status == *wanted),
        Felt::After(least) => answer.is_some() && begun.elapsed() >= *least,
        Felt::Cut => {
            project.ask("web-1", "/peer?database:8080").await.is_none_or(|(status, _)| status != 200)
        }
    }
}

/// All that could be left: what the engine says, our rules in the namespaces (the engine has some of its own there, others after
/// every start), helpers.
async fn seen(project: &Project) -> (Vec<serde_json::Value>, usize, usize) {
    let mut rules = 0;
    for container in project.engine.of_project(&project.name).await.expect("the engine answers") {
        let Some(pid) = container.pid.filter(|_| container.alive()) else { continue };
        let listed = Command::new("nsenter")
            .args(["-t", &pid.to_string(), "-n", "nft", "-s", "list", "ruleset"])
            .output()
            .expect("nsenter runs");
        rules += String::from_utf8_lossy(&listed.stdout).matches("table inet shakedown").count();
    }
    let labels = [format!("shakedown.project={}", project.name), "shakedown.helper".to_owned()];
    let helpers = project.engine.with_labels(&labels).await.expect("the engine answers").len();
    (dump(project).await, rules, helpers)
}

struct Hand {
    child: Child,
    output: BufReader<ChildStdout>,
}

fn command(project: &Project, state: &tempfile::TempDir, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
    command
        .arg("fault")
        .args(words.split(' '))
        .args(["--project", &project.name])
        .env("XDG_STATE_HOME", state.path())
        .stdin(Stdio::null());
    command
}

impl Hand {
    /// Starts it, and waits until it says that the fault is in force.
    fn strike(project: &Project, state: &tempfile::TempDir, words: &str) -> Hand {
        let mut child = command(project, state, words).stdout(Stdio::piped()).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("an output"));
        let mut hand = Hand { child, output };
        let mut said = String::new();
        while !said.contains("in force") {
            assert!(hand.output.read_line(&mut said).is_ok_and(|read| read > 0), "{words}: {said}");
        }
        hand
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id() as i32).expect("a pid");
        kill_process(pid, signal).expect("it is there");
    }

    /// Its exit code, and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.output.read_to_string(&mut said).expect("text");
        (self.child.wait().expect("it ends").code(), said)
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn project(engine: &Turn, name: &str) -> (Project, tempfile::TempDir) {
    (Project::up(engine, name).await, tempfile::tempdir().expect("a folder"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_is_felt_and_healed_by_its_time() {
    let Some(engine) = engine().await else { return };
    let (project, state) = project(&engine, "hand").await;
    let before = seen(&project).await;
    for Typed { words, felt } in ALL {
        let hand = Hand::strike(&project, &state, &format!("{words} --for 3s"));
        eventually(&format!("{words} is felt"), async || is_felt(&project, felt).await).await;
        let (code, said) = hand.end();
        assert_eq!(code, Some(0), "{words}: {said}");
        assert!(said.contains("healed") && said.contains("after its planned time"), "{words}: {said}");
        eventually(&format!("{words} is healed"), async || !is_felt(&project, felt).await).await;
        project.settled().await;
        // A helper's container is removed by the engine once it has ended.
        eventually(&format!("{words} leaves nothing"), async || seen(&project).await == before).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_ends_nothing_is_left() {
    let Some(engine) = engine().await else { return };
    let (project, state) = project(&engine, "ends").await;
    let before = seen(&project).await;
    let mut slowest = Duration::ZERO;
    for Typed { words, felt } in ALL {
        for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
            let hand = Hand::strike(&project, &state, words);
            eventually(&format!("{words} is felt"), async || is_felt(&project, felt).await).await;
            let began = Instant::now();
            hand.signal(signal);
            let (code, said) = hand.end();
            if signal != Signal::KILL {
                assert_eq!(code, Some(0), "{words}: it lasts until then: {said}");
                assert!(said.contains("healed"), "{words}: {said}");
            }
            eventually(&format!("{words}: nothing is left"), async || seen(&project).await == before).await;
            println!("{words}, {signal:?}: as before after {:?}", began.elapsed());
            slowest = slowest.max(began.elapsed());
            project.settled().await;
        }
    }
    // Two seconds are demanded of a machine that has time for it.
    if std::env::var_os("SHAKEDOWN_TIMED").is_some() {
        assert!(slowest < WITHIN, "{slowest:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_is_said_and_nothing_is_touched() {
    let Some(engine) = engine().await else { return };
    let (project, state) = project(&engine, "refused").await;
    let before = seen(&project).await;
    let ended = |words: &str| {
        let Output { status, stdout, stderr } = command(&project, &state, words).output().expect("it runs");
        let said = [stdout, stderr].concat();
        (status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = ended("pause web --choose 1 --seed 7 --dry-run");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("would strike: pause web-"), "{said}");
    let (code, said) = ended("pause wbe --for 1s");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("`wbe`") && said.contains("web-1, web-2"), "{said}");
    let (code, said) = ended("packets web --for 1s");
    assert_eq!(code, Some(64), "{said}");
    let hand = Hand::strike(&project, &state, "pause web-2");
    let (code, said) = ended("pause web-1 --for 1s");
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("another run") && said.contains("shakedown fault"), "{said}");
    hand.signal(Signal::INT);
    assert_eq!(hand.end().0, Some(0));
    assert_eq!(seen(&project).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_sentinel_killed_too_heal_leaves_nothing() {
    let Some(engine) = engine().await else { return };
    let (project, state) = project(&engine, "alone").await;
    let before = seen(&project).await;
    for Typed { words, felt } in ALL {
        let hand = Hand::strike(&project, &state, words);
        eventually(&format!("{words} is felt"), async || is_felt(&project, felt).await).await;
        let (pid, children) = (hand.child.id(), format!("/proc/{0}/task/{0}/children", hand.child.id()));
        let sentinels = std::fs::read_to_string(children).expect("its children");
        for sentinel in sentinels.split_whitespace().map(|pid| pid.parse().expect("a pid")) {
            kill_process(Pid::from_raw(sentinel).expect("a pid"), Signal::KILL).expect("it is there");
        }
        hand.signal(Signal::KILL);
        assert_eq!(hand.end().0, None, "{words}: {pid} was killed");
        let heal = || {
            let ended = Command::new(env!("CARGO_BIN_EXE_shakedown"))
                .args(["heal", &project.name])
                .env("XDG_STATE_HOME", state.path())
                .output()
                .expect("it runs");
            (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
        };
        let (code, said) = heal();
        assert_eq!(code, Some(0), "{words}: {said}");
        project.settled().await;
        eventually(&format!("{words} leaves nothing"), async || seen(&project).await == before).await;
        assert!(heal().1.contains("nothing to heal"), "{words}: the second time");
    }
}

const PLAN: &str = "name = 'busy'\n[target]\nurl = 'http://${web-1.address}'\n[load]\nmodel = 'open'\nstages = [{ rate = '40/s', \
                    for = '6s' }]\n[[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/'\n\
                    [[fault]]\nid = 'busy'\nat = '2s'\nfor = '2s'\n\
                    http = { target = { service = 'web', index = 1 }, port = 8080, status = 503 }\n\
                    [[objective]]\nid = 'struck'\nexpect = 'availability <= 10%'\nwindow = 'fault(busy)'\n\
                    [[objective]]\nid = 'spared'\nexpect = 'availability >= 99%'\nwindow = 'steady'\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_strikes_requests_to_a_container() {
    let Some(engine) = engine().await else { return };
    let (project, state) = project(&engine, "plan").await;
    let before = seen(&project).await;
    let plan = state.path().join("plan.toml");
    let stack = format!("[stack]\nkind = 'compose'\nattach = true\nproject = '{}'\n", project.name);
    std::fs::write(&plan, format!("{PLAN}{stack}")).expect("a plan");
    let reports = state.path().join("reports");
    let ended = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .arg("run")
        .arg(&plan)
        .arg("--reports")
        .arg(&reports)
        .env("XDG_STATE_HOME", state.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    let folder = std::fs::read_dir(&reports).expect("reports").next().expect("one").expect("an entry").path();
    let events = std::fs::read_to_string(folder.join("events.jsonl")).expect("events");
    assert!(events.contains("connections to port 8080 lead through a proxy from here on"), "{events}");
    eventually("nothing is left", async || seen(&project).await == before).await;
}
