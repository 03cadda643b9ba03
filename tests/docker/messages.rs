//! What is missing is said before anything is touched, with exit code 3: fake sockets, empty PATHs, wrong projects.

use crate::support::{engine, project_folder};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

const PLAN: &str = "name = 'messages'\n[target]\nurl = 'http://${web.address}'\n[load]\nmodel = 'open'\nstages = [{ rate = \
                    '1/s', for = '2s' }]\n[[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\nget = '/'\n";

/// Runs the plan with this stack and this environment; what it says, and its code.
fn run(stack: &str, environment: &[(&str, &Path)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.toml");
    std::fs::write(&plan, format!("{PLAN}[stack]\nkind = 'compose'\n{stack}\n")).expect("a plan");
    let mut command = Command::new(env!("CARGO_BIN_EXE_shakedown"));
    command.arg("run").arg(&plan).args(["--quiet", "--reports"]).arg(folder.path().join("reports"));
    command.env("XDG_STATE_HOME", folder.path());
    for (name, value) in environment {
        command.env(name, value);
    }
    let ended = command.output().expect("it runs");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

fn says(stack: &str, environment: &[(&str, &Path)], words: &[&str]) {
    let (code, said) = run(stack, environment);
    assert_eq!(code, Some(3), "{said}");
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

/// The stack of the test project's own file.
fn own() -> String {
    format!("file = '{}'", project_folder().join("compose.yaml").display())
}

/// An address in the form of DOCKER_HOST.
fn host(socket: &Path) -> PathBuf {
    PathBuf::from(format!("unix://{}", socket.display()))
}

#[test]
fn no_engine_at_all() {
    let nowhere = host(Path::new("/nowhere/docker.sock"));
    says(
        &own(),
        &[("DOCKER_HOST", &nowhere)],
        &["no Docker engine answers", "/nowhere/docker.sock", "DOCKER_HOST"],
    );
    let ftp = PathBuf::from("ftp://x");
    says(&own(), &[("DOCKER_HOST", &ftp)], &["`ftp://x` is no address"]);
}

#[test]
fn nobody_listens_on_the_socket() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("d.sock");
    drop(UnixListener::bind(&socket).expect("a socket"));
    says(&own(), &[("DOCKER_HOST", &host(&socket))], &["no Docker engine answers", "nobody listens"]);
}

#[test]
fn no_permission_on_the_socket() {
    if rustix::process::geteuid().is_root() {
        return without_root();
    }
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("d.sock");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    says(&own(), &[("DOCKER_HOST", &host(&socket))], &["no permission", "group"]);
}

/// Root may open everything; somebody else may not.
fn without_root() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("permissions");
    let socket = folder.path().join("d.sock");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    let program = folder.path().join("shakedown");
    std::fs::copy(env!("CARGO_BIN_EXE_shakedown"), &program).expect("a copy that everybody may run");
    let state = folder.path().join("state");
    std::fs::create_dir(&state).expect("a folder");
    std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o777)).expect("permissions");
    let file = folder.path().join("compose.yaml");
    std::fs::write(&file, "services: {}\n").expect("a file");
    use std::os::unix::process::CommandExt;
    let ended = Command::new(&program)
        .args(["stack", "up"])
        .arg(&file)
        .env("DOCKER_HOST", host(&socket))
        .env("XDG_STATE_HOME", &state)
        .uid(65534)
        .gid(65534)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("no permission") && said.contains("group"), "{said}");
}

#[test]
fn an_engine_that_is_too_old() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("d.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"Version":"18.09.1","ApiVersion":"1.39","MinAPIVersion":"1.12"}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    says(&own(), &[("DOCKER_HOST", &host(&socket))], &["too old", "18.09.1", "1.39", "20.10"]);
}

#[tokio::test]
async fn no_compose() {
    let Some(_turn) = engine().await else { return };
    let empty = tempfile::tempdir().expect("a folder");
    says(&own(), &[("PATH", empty.path())], &["Docker Compose is missing", "docker-compose", "install"]);
}

#[tokio::test]
async fn no_file() {
    let Some(_turn) = engine().await else { return };
    says("file = 'nowhere.yaml'", &[], &["no compose file", "nowhere.yaml"]);
}

#[tokio::test]
async fn a_project_that_is_not_there() {
    let Some(_turn) = engine().await else { return };
    says(
        "attach = true\nproject = 'sd-docker-nobody'",
        &[],
        &["no Compose project `sd-docker-nobody`", "attach"],
    );
}

#[tokio::test]
async fn an_image_that_is_not_there() {
    let Some(_turn) = engine().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("compose.yaml");
    std::fs::write(&file, "services:\n  web:\n    image: sd-docker-nobody:7\n").expect("a file");
    let stack = format!("file = '{}'\nproject = 'sd-docker-noimage'", file.display());
    says(&stack, &[], &["images are missing", "`sd-docker-nobody:7` of the service `web`", "pull"]);
}

#[tokio::test]
async fn a_container_that_ends_at_once_shows_its_last_words() {
    let Some(_turn) = engine().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("compose.yaml");
    let text =
        "services:\n  web:\n    image: sd-docker-server:1\n    entrypoint: [\"/server\", \"nonsense\"]\n";
    std::fs::write(&file, text).expect("a file");
    let stack = format!("file = '{}'\nproject = 'sd-docker-ends'", file.display());
    says(&stack, &[], &["web-1 ended before it was ready: exit code 1", "last words"]);
}
