//! The program itself on the test project: `stack`, a whole run with a fault, and one run at a time.

use crate::support::{Project, engine, eventually, project_folder};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn shakedown(state: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
    command.args(arguments).env("XDG_STATE_HOME", state).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_by_hand() {
    let Some(engine) = engine().await else { return };
    let state = tempfile::tempdir().expect("a folder");
    let (file, project) =
        (project_folder().join("compose.yaml"), format!("sd-docker-hand-{}", std::process::id()));
    let file = file.to_string_lossy().into_owned();
    let hand = |verb: &str, more: &[&str]| {
        let mut arguments = vec!["stack", verb, &file, "--project", &project];
        arguments.extend(more);
        let mut command = shakedown(state.path(), &arguments);
        command.env("SUBNET", "10.127.9").output().expect("it runs")
    };
    let _down = Down(&hand);
    let up = hand("up", &[]);
    assert!(up.status.success(), "{}", text(&up));
    assert!(text(&up).contains("web: 2 ready after") && text(&up).contains("web-2"), "{}", text(&up));
    // We asked for its health ourselves; the engine does in its own time.
    eventually("the engine has asked, too", async || text(&hand("status", &[])).contains("healthy")).await;
    assert!(text(&hand("logs", &["--of", "web-2"])).contains("web-2 | serving"));
    let scaled = hand("scale", &["web=3"]);
    assert!(scaled.status.success(), "{}", text(&scaled));
    assert_eq!(engine.of_project(&project).await.expect("it answers").len(), 4);
    assert!(hand("down", &["--volumes"]).status.success());
    assert_eq!(engine.of_project(&project).await.expect("it answers"), []);
    assert_eq!(hand("status", &[]).status.code(), Some(3));
}

struct Down<'a, F: Fn(&str, &[&str]) -> Output>(&'a F);
impl<F: Fn(&str, &[&str]) -> Output> Drop for Down<'_, F> {
    fn drop(&mut self) {
        let _ = (self.0)("down", &[]);
    }
}

const LOAD: &str = "[target]\nurl = 'http://${web.address}'\ninstance_header = 'X-Instance'\n[load]\nmodel = 'open'\nmax_lateness = '5s'\nstages = [{ \
                    rate = '20/s', for = '4s' }]\n[[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/'\n\
                    [[objective]]\nexpect = 'availability >= 10%'\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_attached_leaves_it_running_and_puts_switches_back() {
    let Some(engine) = engine().await else { return };
    let project = Project::up(&engine, "run").await;
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.toml");
    let file = project_folder().join("compose.yaml");
    let stack = format!(
        "[stack]\nkind = 'compose'\nfile = '{}'\nproject = '{}'\nprofiles = ['full']\nattach = true\n\
         env = {{ SWITCH = 'off', SUBNET = '{}' }}\n[[stack.service]]\nname = 'web'\ninstances = 2\nport = 8080\n\
         ready = {{ http = '/health', within = '10s' }}\n",
        file.display(),
        project.name,
        project.subnet()
    );
    let fault = "[[fault]]\nid = 'freeze'\nat = '1s'\nfor = '1s'\npause = { service = 'web', index = 1 }\n";
    std::fs::write(&plan, format!("name = 'whole'\n{LOAD}{fault}{stack}")).expect("a plan");
    let (plan, reports) = (plan.to_string_lossy().into_owned(), folder.path().join("reports"));
    let reports = reports.to_string_lossy().into_owned();
    let run = shakedown(folder.path(), &["run", &plan, "--quiet", "--reports", &reports])
        .env("SUBNET", project.subnet())
        .spawn()
        .expect("it runs");

    // While it runs, a second one on the same project is refused.
    let lock = folder.path().join("shakedown").join(&project.name).join("lock");
    eventually("the first run holds the lock", async || lock.exists()).await;
    let second = shakedown(folder.path(), &["run", &plan, "--quiet", "--reports", &reports])
        .output()
        .expect("it runs");
    assert_eq!(second.status.code(), Some(3), "{}", text(&second));
    assert!(text(&second).contains("another run of the project"), "{}", text(&second));
    let down = shakedown(folder.path(), &["stack", "down", &plan]).output().expect("it runs");
    assert_eq!(down.status.code(), Some(3), "nor is it taken down: {}", text(&down));

    let ended = run.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", text(&ended));
    project.settled().await;
    let web = project.container("web-1").await.expect("it still runs");
    let told = engine.inspect_whole(&web.id).await.expect("it is there");
    let env = told.config.and_then(|config| config.env).unwrap_or_default();
    assert!(env.contains(&"SWITCH=on".to_owned()), "{env:?}");
    let record = std::fs::read_dir(&reports).expect("a folder").flatten().next().expect("a record").path();
    let events = std::fs::read_to_string(record.join("events.jsonl")).expect("events");
    for word in ["\"applied\"", "\"healed\"", "web: 2 ready after"] {
        assert!(events.contains(word), "{word} is missing in {events}");
    }
    assert!(!events.contains("not-ready"), "{events}");
}
