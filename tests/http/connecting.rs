//! Making connections, or not.

use crate::support::*;
use shakedown::event::{ErrorKind, Nanos, Sent};
use shakedown::http::{ClientConfig, Origin};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

#[test]
fn a_port_where_nobody_listens_refuses() {
    run(async {
        let (listener, origin) = listener().await;
        drop(listener);
        let user = user(ClientConfig::default());
        let exchange = user.get(&origin).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Refused, Sent::Nothing, None));
        let detail = exchange.result.expect_err("refused").detail;
        assert!(detail.contains(&origin.port.to_string()), "{detail}");
    });
}

#[test]
fn two_limits_on_connecting() {
    run(async {
        let (_held, origin, _socket) = backlogged().await;
        let user = user(ClientConfig { connect_timeout: SHORT, ..ClientConfig::default() });
        let exchange = user.get(&origin).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Connect, Sent::Nothing, None));
        assert!(exchange.end >= Nanos::from(SHORT) && exchange.end < Nanos::from(LONG));
        let detail = exchange.result.expect_err("none").detail;
        assert!(detail.contains("connect timeout of 60ms"), "{detail}");
        let exchange = user.send(&origin, &get("/"), SHORT / 4).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Timeout, Sent::Nothing, None));
    });
}

#[test]
fn a_name_that_does_not_resolve() {
    run(async {
        let user = user(ClientConfig::default());
        let origin = Origin { tls: false, host: "no such name".to_string(), port: 80 };
        let exchange = user.get(&origin).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Dns, Sent::Nothing, None));
        let detail = exchange.result.expect_err("none").detail;
        assert!(detail.contains("no such name"), "{detail}");
    });
}

#[test]
fn names_are_looked_up_or_overridden() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                peer.ok(&String::from_utf8_lossy(&request)).await;
            }
        })
        .await;
        let resolve = BTreeMap::from([("shop.test".to_string(), IpAddr::V4(Ipv4Addr::LOCALHOST))]);
        let user = user(ClientConfig { resolve, ..ClientConfig::default() });
        let named = Origin { host: "shop.test".to_string(), ..origin.clone() };
        let text = answer(&user.get(&named).await).1;
        assert!(text.contains(&format!("Host: shop.test:{}\r\n", origin.port)), "{text}");
        // `localhost` may also be ::1, where nobody listens: the next address is tried.
        let local = Origin { host: "localhost".to_string(), ..origin };
        assert_eq!(answer(&user.send(&local, &get("/"), Duration::from_secs(10)).await).0, 200);
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 2));
    });
}

#[test]
fn https_needs_tls_to_be_set_up() {
    run(async {
        let (origin, counts) = serve(|peer| peer.hold()).await;
        let user = user(ClientConfig::default());
        let exchange = user.get(&Origin { tls: true, ..origin }).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Tls, Sent::Nothing, None));
        settle().await;
        assert_eq!(counts.connections.get(), 0);
    });
}

/// Runs itself again in a process that may have only few files open, so that no other test suffers.
#[test]
fn running_out_of_files_is_our_own_trouble() {
    const INSIDE: &str = "SHAKEDOWN_TEST_FEW_FILES";
    if std::env::var_os(INSIDE).is_none() {
        let myself = std::env::current_exe().expect("a path");
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                "ulimit -n 24 && exec \"$0\" --exact connecting::running_out_of_files_is_our_own_trouble",
            ])
            .arg(myself)
            .env(INSIDE, "1")
            .output()
            .expect("sh");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    run(async {
        let (_listener, origin) = listener().await;
        let user = user(ClientConfig::default());
        let mut held = Vec::new();
        while let Ok(file) = std::fs::File::open("/dev/null") {
            held.push(file);
        }
        let exchange = user.get(&origin).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Local, Sent::Nothing, None));
        assert!(exchange.result.expect_err("none").detail.contains("ulimit -n"));
    });
}
