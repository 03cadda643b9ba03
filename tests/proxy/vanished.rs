//! A run that breaks somebody else's proxy server and is killed: nothing of it stays there.

use crate::support::{Server, eventually, peer};
use std::process::{Child, Command, Stdio};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Answers every request.
async fn web() -> std::net::SocketAddr {
    peer(|mut stream| async move {
        let mut asked = [0; 4096];
        while stream.read(&mut asked).await.is_ok_and(|length| length > 0) {
            if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.is_err() {
                return;
            }
        }
    })
    .await
    .0
}

fn run(folder: &std::path::Path, api: &str) -> Child {
    let plan = format!(
        "name = 'on somebody else'\nseed = 7\n[stack]\nkind = 'none'\n[[stack.link]]\nname = 'web'\napi = '{api}'\n\
         [target]\nurl = 'http://${{link.web.address}}'\n[load]\nrate = '20/s'\nfor = '60s'\n[[flow]]\nname = 'f'\n\
         [[flow.step]]\nname = 's'\nget = '/'\n[[fault]]\nid = 'slow'\nat = '500ms'\n\
         toxic = {{ link = 'web', type = 'latency', attributes = {{ latency = 50 }} }}\n\
         [[fault]]\nid = 'busy'\nat = '500ms'\nhttp = {{ link = 'web', share = '10%', status = 503 }}\n\
         [[objective]]\nexpect = 'availability >= 50%'\n"
    );
    let file = folder.join("plan.toml");
    std::fs::write(&file, plan).expect("a plan");
    Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["run", &file.to_string_lossy(), "--json"])
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

#[tokio::test]
async fn after_kill_9_the_sentinel_takes_toxics_and_rules_off() {
    let server = Server::start().await;
    server.proxy("web", web().await, r#","http":true"#).await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = run(folder.path(), &format!("http://{}", server.address));
    let broken = || async {
        let view = server.ask("GET", "/proxies/web", "").await.body;
        (view.contains(r#""name":"slow""#), view.contains(r#""name":"busy""#))
    };
    eventually("both faults", || async { broken().await == (true, true) }).await;
    run.kill().expect("kill -9");
    run.wait().expect("it is gone");
    eventually("both heals", || async { broken().await == (false, false) }).await;
}
