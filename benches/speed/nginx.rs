//! A static nginx on processor 1.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The body of `/item`: what a three-step flow extracts from.
const ITEM: &str = r#"{"items":[{"id":"p-001","price":10},{"id":"p-002","price":11},{"id":"p-003","price":12},{"id":"p-004","price":13}],"next":"p-005"}"#;

/// A running nginx; stopped when dropped.
pub struct Nginx {
    child: Child,
    folder: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Nginx {
    /// Starts it, installing it first where that is possible.
    pub fn start() -> Option<Nginx> {
        if !super::peers::present_or_installed("nginx", "nginx-light") {
            println!("speed: left out, nginx is missing (Debian: apt-get install nginx-light)");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        let folder = std::env::temp_dir().join(format!("shakedown-bench-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("www")).ok()?;
        std::fs::write(folder.join("www/index.html"), "hello, world\n").ok()?;
        std::fs::write(folder.join("www/item"), ITEM).ok()?;
        std::fs::write(folder.join("nginx.conf"), config(&folder, port)).ok()?;
        let child = Command::new("taskset")
            .args(["-c", "1", "nginx", "-c"])
            .arg(folder.join("nginx.conf"))
            .args(["-e", "/dev/null", "-g", "daemon off;"])
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        let nginx = Nginx { child, folder, port };
        let until = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > until {
                println!("speed: nginx does not come up");
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(nginx)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn config(folder: &std::path::Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "worker_processes 1; pid {folder}/pid;\n\
         events {{ worker_connections 4096; }}\n\
         http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 60; client_body_temp_path {folder}/b;\n\
         proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n\
         server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/www; }} }}\n"
    )
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
