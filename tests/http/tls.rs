//! TLS: whom we trust, who we are, and what goes wrong.

use crate::support::*;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use shakedown::event::{ErrorKind, Sent};
use shakedown::http::{ClientConfig, Origin, Version, tls_config};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

/// A CA of our own, a server's certificate for `shop.test` and 127.0.0.1, and a client's.
pub struct World {
    directory: tempfile::TempDir,
    server: (Vec<CertificateDer<'static>>, PrivatePkcs8KeyDer<'static>),
    ca: CertificateDer<'static>,
}

impl World {
    pub fn new() -> World {
        let directory = tempfile::tempdir().expect("directory");
        let ca_key = KeyPair::generate().expect("key");
        let mut params = CertificateParams::new(Vec::new()).expect("params");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = params.self_signed(&ca_key).expect("signed");
        let issuer = Issuer::new(params, ca_key);
        let issue = |names: &[&str], usage| {
            let key = KeyPair::generate().expect("key");
            let mut params =
                CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())
                    .expect("params");
            params.extended_key_usages = vec![usage];
            (params.signed_by(&key, &issuer).expect("signed"), key)
        };
        let (server, server_key) = issue(&["shop.test", "127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth);
        let (client, client_key) = issue(&["user"], ExtendedKeyUsagePurpose::ClientAuth);
        std::fs::write(directory.path().join("ca.pem"), ca.pem()).expect("written");
        std::fs::write(directory.path().join("client.pem"), client.pem()).expect("written");
        std::fs::write(directory.path().join("client.key"), client_key.serialize_pem()).expect("written");
        let server = (vec![server.der().clone()], PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        World { directory, server, ca: ca.der().clone() }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn acceptor(&self, alpn: &[&str], ask: bool) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = if ask {
            let mut roots = rustls::RootCertStore::empty();
            roots.add(self.ca.clone()).expect("root");
            let verifier =
                rustls::server::WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("verifier"))
        } else {
            builder.with_no_client_auth()
        };
        let (chain, key) = (self.server.0.clone(), PrivateKeyDer::Pkcs8(self.server.1.clone_key()));
        let mut config = builder.with_single_cert(chain, key).expect("certificate");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    pub fn config(&self, version: Version, ours: bool) -> ClientConfig {
        let (chain, key) = (self.file("client.pem"), self.file("client.key"));
        let client = ours.then_some((chain.as_path(), key.as_path()));
        let tls = tls_config(Some(&self.file("ca.pem")), client, version).expect("TLS");
        let resolve = BTreeMap::from([("shop.test".to_string(), IpAddr::V4(Ipv4Addr::LOCALHOST))]);
        ClientConfig { version, tls: Some(tls), resolve, ..ClientConfig::default() }
    }
}

pub fn named(origin: &Origin, host: &str) -> Origin {
    Origin { tls: true, host: host.to_string(), port: origin.port }
}

/// Answers requests over TLS; `polite`: says goodbye before closing.
async fn answer_tls(peer: Peer, acceptor: TlsAcceptor, reply: String, polite: bool) {
    let Ok(mut tls) = acceptor.accept(peer.tcp).await else { return };
    let mut head = Vec::new();
    loop {
        match tls.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
        if head.ends_with(b"\r\n\r\n") {
            peer.counts.requests.set(peer.counts.requests.get() + 1);
            tls.write_all(reply.as_bytes()).await.expect("the client reads");
            tls.flush().await.expect("the client reads");
            head.clear();
            if !reply.contains("Content-Length") {
                break;
            }
        }
    }
    if polite {
        let _ = tls.shutdown().await;
    }
}

async fn server(acceptor: TlsAcceptor, reply: &str, polite: bool) -> (Origin, Counts) {
    let reply = reply.to_string();
    serve(move |peer| answer_tls(peer, acceptor.clone(), reply.clone(), polite)).await
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[test]
fn our_own_ca_is_trusted_for_names_and_addresses() {
    run(async {
        let world = World::new();
        let (origin, counts) = server(world.acceptor(&["http/1.1"], false), OK, true).await;
        let user = user(world.config(Version::Http1, false));
        for _ in 0..10 {
            for host in ["shop.test", "127.0.0.1"] {
                let exchange = user.get(&named(&origin, host)).await;
                assert_eq!(answer(&exchange).1, "ok");
                assert_eq!(exchange.sent_state, Sent::All);
            }
            settle().await;
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (2, 20), "connections are kept");
        let exchange = user.get(&named(&origin, "localhost")).await;
        assert_eq!(
            trouble(&exchange),
            (ErrorKind::Tls, Sent::Nothing, None),
            "a certificate for someone else"
        );
        assert_eq!(counts.requests.get(), 20);
    });
}

/// A certificate that signs itself and says that it is a CA, as `openssl req -x509` makes it; with what a server of it needs.
fn signs_itself(expired: bool) -> (String, TlsAcceptor) {
    let key = KeyPair::generate().expect("key");
    let mut params =
        CertificateParams::new(vec!["shop.test".to_owned(), "127.0.0.1".to_owned()]).expect("params");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    if expired {
        params.not_after = rcgen::date_time_ymd(2001, 2, 3);
    }
    let certificate = params.self_signed(&key).expect("signed");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        );
    (certificate.pem(), TlsAcceptor::from(Arc::new(config.expect("certificate"))))
}

#[test]
fn a_certificate_that_signs_itself_is_trusted_if_it_is_the_one_that_was_named() {
    run(async {
        let directory = tempfile::tempdir().expect("directory");
        let trusting = |pem: &str| {
            let file = directory.path().join("self.pem");
            std::fs::write(&file, pem).expect("written");
            let tls = Some(tls_config(Some(&file), None, Version::Http1).expect("TLS"));
            let resolve = BTreeMap::from(
                ["shop.test", "other.test"].map(|name| (name.to_owned(), IpAddr::V4(Ipv4Addr::LOCALHOST))),
            );
            user(ClientConfig { tls, resolve, ..ClientConfig::default() })
        };
        let told = |exchange: &shakedown::http::Exchange| {
            assert_eq!(trouble(exchange), (ErrorKind::Tls, Sent::Nothing, None));
            exchange.result.as_ref().expect_err("trouble").detail.clone()
        };
        let (pem, acceptor) = signs_itself(false);
        let (origin, _) = server(acceptor, OK, true).await;
        for host in ["shop.test", "127.0.0.1"] {
            assert_eq!(answer(&trusting(&pem).get(&named(&origin, host)).await).1, "ok");
        }
        let other_name = told(&trusting(&pem).get(&named(&origin, "other.test")).await);
        assert!(
            other_name.contains("not valid for name") || other_name.contains("NotValidForName"),
            "{other_name}"
        );
        let stranger = told(&trusting(&signs_itself(false).0).get(&named(&origin, "shop.test")).await);
        assert!(stranger.contains("certificate"), "{stranger}");
        let (pem, acceptor) = signs_itself(true);
        let (origin, _) = server(acceptor, OK, true).await;
        let expired = told(&trusting(&pem).get(&named(&origin, "shop.test")).await);
        assert!(expired.to_lowercase().contains("expired"), "{expired}");
    });
}

#[test]
fn a_stranger_is_not_trusted() {
    run(async {
        let (world, other) = (World::new(), World::new());
        let (origin, counts) = server(other.acceptor(&[], false), OK, true).await;
        let user = user(world.config(Version::Http1, false));
        let exchange = user.get(&named(&origin, "shop.test")).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Tls, Sent::Nothing, None));
        let detail = exchange.result.expect_err("trouble").detail;
        assert!(detail.contains("certificate"), "{detail}");
        assert_eq!(counts.requests.get(), 0);
    });
}

#[test]
fn a_server_may_ask_who_we_are() {
    run(async {
        let world = World::new();
        let (origin, counts) = server(world.acceptor(&[], true), OK, true).await;
        let known = user(world.config(Version::Http1, true));
        assert_eq!(answer(&known.get(&named(&origin, "shop.test")).await).1, "ok");
        let unknown = user(world.config(Version::Http1, false));
        let exchange = unknown.get(&named(&origin, "shop.test")).await;
        assert_eq!(trouble(&exchange).0, ErrorKind::Tls, "{exchange:?}");
        assert_eq!(counts.requests.get(), 1);
    });
}

#[test]
fn an_end_without_a_goodbye_is_no_end_of_a_body() {
    run(async {
        let world = World::new();
        for polite in [true, false] {
            let reply = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
            let (origin, counts) = server(world.acceptor(&[], false), reply, polite).await;
            let user = user(world.config(Version::Http1, false));
            let exchange = user.get(&named(&origin, "shop.test")).await;
            if polite {
                assert_eq!(answer(&exchange).1, "until the end");
            } else {
                assert_eq!(trouble(&exchange), (ErrorKind::Reset, Sent::All, Some(200)));
            }
            assert_eq!(counts.requests.get(), 1);
        }
    });
}

#[test]
fn servers_that_speak_no_tls_or_nothing() {
    run(async {
        let world = World::new();
        let mut config = world.config(Version::Http1, false);
        config.connect_timeout = SHORT;
        let user = user(config);
        let (clear, _) = serve(|mut peer| async move {
            peer.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
            peer.hold().await;
        })
        .await;
        assert_eq!(
            trouble(&user.get(&named(&clear, "shop.test")).await),
            (ErrorKind::Tls, Sent::Nothing, None)
        );
        let (closing, _) = serve(|peer| async move { drop(peer) }).await;
        assert_eq!(
            trouble(&user.get(&named(&closing, "shop.test")).await),
            (ErrorKind::Tls, Sent::Nothing, None)
        );
        let (silent, _) = serve(|peer| peer.hold()).await;
        let exchange = user.get(&named(&silent, "shop.test")).await;
        assert_eq!(trouble(&exchange), (ErrorKind::Connect, Sent::Nothing, None));
        assert!(exchange.result.expect_err("trouble").detail.contains("TLS handshake"));
    });
}

#[test]
fn a_stale_connection_is_replaced_under_tls_too() {
    run(async {
        let world = World::new();
        let acceptor = world.acceptor(&[], false);
        let (origin, counts) = serve(move |peer| {
            let acceptor = acceptor.clone();
            async move {
                let mut tls = acceptor.accept(peer.tcp).await.expect("TLS");
                let mut buffer = [0; 1000];
                let _ = tls.read(&mut buffer).await;
                peer.counts.requests.set(peer.counts.requests.get() + 1);
                tls.write_all(OK.as_bytes()).await.expect("the client reads");
                tls.shutdown().await.expect("the client reads");
            }
        })
        .await;
        let user = user(world.config(Version::Http1, false));
        for _ in 0..5 {
            assert_eq!(answer(&user.get(&named(&origin, "shop.test")).await).1, "ok");
            settle().await;
        }
        assert_eq!((counts.connections.get(), counts.requests.get()), (5, 5));
    });
}

#[test]
fn files_that_do_not_fit_are_named() {
    let world = World::new();
    let (chain, key, ca) = (world.file("client.pem"), world.file("client.key"), world.file("ca.pem"));
    for (ca, client, words) in [
        (&key, None, "client.key holds no certificate"),
        (&ca, Some((chain.as_path(), chain.as_path())), "client key"),
        (&ca, Some((ca.as_path(), key.as_path())), "client certificate"),
    ] {
        let message = tls_config(Some(ca), client, Version::Http1).expect_err(words);
        assert!(message.contains(words), "{message}");
    }
    assert!(tls_config(Some(&ca), Some((&chain, &key)), Version::Http2).is_ok());
}
