//! HTTP/1.1: connections between requests. What died there is replaced, and nothing is ever sent twice.

use crate::support::*;
use shakedown::event::{ErrorKind, Sent};
use shakedown::http::ClientConfig;
use std::rc::Rc;

#[test]
fn a_connection_is_used_again_and_again() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while peer.request().await.is_some() {
                peer.ok("fine").await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..200 {
            assert_eq!(answer(&user.get(&origin).await).1, "fine");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (1, 200));
        let other = user.client.pool();
        assert!(user.client.send(&other, &origin, &get("/"), LONG).await.result.is_ok());
        assert_eq!(counts.connections.get(), 2, "pools share nothing");
    });
}

#[test]
fn many_at_once_get_a_connection_each_and_keep_them() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                settle().await;
                peer.ok(String::from_utf8_lossy(&request).lines().next().unwrap_or_default()).await;
            }
        })
        .await;
        let user = Rc::new(user(ClientConfig::default()));
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let (user, origin) = (user.clone(), origin.clone());
                tokio::task::spawn_local(async move {
                    for turn in 0..5 {
                        let path = format!("/{number}/{turn}");
                        let exchange = user.send(&origin, &get(&path), LONG).await;
                        assert_eq!(answer(&exchange).1, format!("GET {path} HTTP/1.1"));
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("fine");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (50, 250));
    });
}

#[test]
fn a_server_may_say_that_it_closes() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            peer.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").await;
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..20 {
            assert_eq!(answer(&user.get(&origin).await).1, "ok");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (20, 20));
    });
}

#[test]
fn a_server_that_closes_without_a_word_costs_no_request_once_it_is_known() {
    run(async {
        let (origin, counts) = serve_once().await;
        let user = user(ClientConfig::default());
        assert_eq!(answer(&user.get(&origin).await).1, "ok");
        for _ in 0..20 {
            settle().await;
            assert_eq!(answer(&user.get(&origin).await).1, "ok");
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (21, 21));
    });
}

#[test]
fn once_warned_the_client_asks_the_socket_itself() {
    run(async {
        // The server closes when told to and says so by a way that leads past the sockets: only the kernel knows then.
        let (close, closed) = (Rc::new(tokio::sync::Notify::new()), Rc::new(tokio::sync::Notify::new()));
        let (told, done) = (close.clone(), closed.clone());
        let (origin, counts) = serve(move |mut peer| {
            let (told, done) = (told.clone(), done.clone());
            async move {
                peer.request().await;
                peer.ok("ok").await;
                told.notified().await;
                drop(peer);
                done.notify_one();
            }
        })
        .await;
        let user = user(ClientConfig::default());
        assert_eq!(answer(&user.get(&origin).await).1, "ok");
        close.notify_one();
        closed.notified().await;
        settle().await;
        // A task, because the runtime looks at its sockets before it returns to what it blocks on.
        let rounds = tokio::task::spawn_local(async move {
            for _ in 0..20 {
                assert_eq!(answer(&user.get(&origin).await).1, "ok");
                close.notify_one();
                closed.notified().await;
            }
        });
        rounds.await.expect("all answered");
        assert_eq!((counts.connections.get(), counts.requests.get()), (21, 21));
    });
}

#[test]
fn in_a_closed_loop_with_silent_closes_every_request_counts_once() {
    run(async {
        let (origin, counts) = serve_once().await;
        let user = user(ClientConfig::default());
        let (mut good, mut unknown) = (0, 0);
        for _ in 0..300 {
            let exchange = user.get(&origin).await;
            match exchange.result {
                Ok(_) => good += 1,
                Err(_) => {
                    // The server's close crossed the request: it was written, so it may have counted.
                    assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, None));
                    unknown += 1;
                }
            }
        }
        settle().await;
        assert_eq!(
            counts.requests.get(),
            good,
            "this server executes only what it answers; {unknown} crossed"
        );
    });
}

#[test]
fn a_reset_of_an_idle_connection_is_found_before_the_next_request() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            peer.ok("ok").await;
            peer.reset();
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..5 {
            assert_eq!(answer(&user.get(&origin).await).1, "ok");
            settle().await;
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (5, 5));
    });
}

#[test]
fn bytes_that_nobody_asked_for_are_no_response() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            peer.request().await;
            let forged = "HTTP/1.1 500 Forged\r\nContent-Length: 0\r\n\r\n";
            if peer.number % 2 == 0 {
                peer.say(&format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok{forged}")).await;
            } else {
                peer.ok("ok").await;
                settle().await;
                peer.say(forged).await;
            }
            peer.hold().await;
        })
        .await;
        let user = user(ClientConfig::default());
        for _ in 0..6 {
            assert_eq!(answer(&user.get(&origin).await), (200, "ok".to_string()));
            settle().await;
            settle().await;
            settle().await;
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (6, 6));
    });
}

#[test]
fn a_server_may_die_and_come_back_on_its_port() {
    run(async {
        let (listener, origin) = listener().await;
        let counts = Counts::default();
        let live = Rc::new(tokio::sync::Notify::new());
        let each = |live: Rc<tokio::sync::Notify>| {
            move |mut peer: Peer| {
                let live = live.clone();
                async move {
                    let die = live.notified();
                    let serve = async {
                        while peer.request().await.is_some() {
                            peer.ok("ok").await;
                        }
                    };
                    tokio::select! { () = die => {}, () = serve => {} }
                }
            }
        };
        let accepting = serve_on(listener, counts.clone(), each(live.clone()));
        let user = Rc::new(user(ClientConfig::default()));
        for _ in 0..3 {
            let both = tokio::join!(user.get(&origin), user.get(&origin));
            assert_eq!((answer(&both.0).0, answer(&both.1).0), (200, 200));
        }
        assert_eq!(counts.connections.get(), 2);
        accepting.abort();
        live.notify_waiters();
        settle().await;
        for _ in 0..3 {
            assert_eq!(trouble(&user.get(&origin).await), (ErrorKind::Refused, Sent::Nothing, None));
        }
        let again =
            tokio::net::TcpListener::bind(("127.0.0.1", origin.port)).await.expect("the port is free again");
        serve_on(again, counts.clone(), each(live));
        for _ in 0..3 {
            assert_eq!(answer(&user.get(&origin).await).0, 200);
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (3, 9));
    });
}

#[test]
fn a_dropped_exchange_closes_its_connection() {
    run(async {
        let (origin, counts) = serve(|mut peer| async move {
            while let Some(request) = peer.request().await {
                if request.starts_with(b"GET /slow") {
                    std::future::pending::<()>().await;
                }
                peer.ok("ok").await;
            }
        })
        .await;
        let user = user(ClientConfig::default());
        assert_eq!(answer(&user.get(&origin).await).1, "ok");
        let slow = get("/slow");
        tokio::select! {
            _ = user.send(&origin, &slow, LONG) => panic!("answered"),
            () = settle() => {}
        }
        assert_eq!(answer(&user.get(&origin).await).1, "ok");
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 3));
    });
}
