//! An engine over TCP with TLS, as `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` name it: a door of the test's own before
//! the engine's socket, which lets in whoever has the right certificate.

use crate::skipping::skip;
use crate::support::{Project, Turn, engine};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, UnixStream};
use tokio_rustls::TlsAcceptor;

/// The door's address, and the folder with a client's certificate.
struct Door {
    host: String,
    certificates: tempfile::TempDir,
}

impl Door {
    async fn open(socket: String) -> Door {
        let (acceptor, certificates) = keys();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let host = format!("tcp://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, socket) = (acceptor.clone(), socket.clone());
                tokio::spawn(async move {
                    let Ok(mut inside) = acceptor.accept(stream).await else { return };
                    let mut engine = UnixStream::connect(socket).await.expect("the engine's socket");
                    let _ = copy_bidirectional(&mut inside, &mut engine).await;
                });
            }
        });
        Door { host, certificates }
    }

    /// Asks for the status of a project through the door; what is said, and the code.
    fn status(&self, project: &Project, certificates: &Path) -> (Option<i32>, String) {
        let ended = Command::new(env!("CARGO_BIN_EXE_shakedown"))
            .args(["fault", "pause", "web-1", "--dry-run", "--project", &project.name])
            .env("DOCKER_HOST", &self.host)
            .env("DOCKER_TLS_VERIFY", "1")
            .env("DOCKER_CERT_PATH", certificates)
            .env("XDG_STATE_HOME", self.certificates.path())
            .output()
            .expect("it runs");
        (ended.status.code(), String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned())
    }
}

/// A server that asks for a certificate of its own CA, and a folder with a client's, as Docker names the files.
fn keys() -> (TlsAcceptor, tempfile::TempDir) {
    let ca_key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("parameters");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&ca_key).expect("signed");
    let issuer = Issuer::new(params, ca_key);
    let issue = |name: &str, usage| {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        params.extended_key_usages = vec![usage];
        (params.signed_by(&key, &issuer).expect("signed"), key)
    };
    let (server, server_key) = issue("127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth);
    let (client, client_key) = issue("user", ExtendedKeyUsagePurpose::ClientAuth);
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in
        [("ca.pem", ca.pem()), ("cert.pem", client.pem()), ("key.pem", client_key.serialize_pem())]
    {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ca.der().clone()).expect("a root");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.expect("a verifier"))
        .with_single_cert(vec![server.der().clone()], key)
        .expect("a certificate");
    (TlsAcceptor::from(Arc::new(config)), folder)
}

fn socket(engine: &Turn) -> Option<String> {
    engine.address().socket().map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_behind_tls_is_asked_and_faults_go_through_it() {
    let Some(engine) = engine().await else { return };
    let Some(socket) = socket(&engine) else { return skip("the engine has no socket here") };
    let project = Project::up(&engine, "tls").await;
    let door = Door::open(socket).await;
    let (code, said) = door.status(&project, door.certificates.path());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("would strike: pause web-1"), "{said}");

    // A fault of packets speaks with its helper through an upgraded connection.
    let ended = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(["fault", "packets", "web-1", "--delay", "1ms", "--for", "500ms", "--project", &project.name])
        .env("DOCKER_HOST", &door.host)
        .env("DOCKER_TLS_VERIFY", "1")
        .env("DOCKER_CERT_PATH", door.certificates.path())
        .env("XDG_STATE_HOME", door.certificates.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}");
    assert!(said.contains("healed"), "{said}");

    let strangers = keys().1;
    let (code, said) = door.status(&project, strangers.path());
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains(&door.host) && !said.contains("panicked"), "{said}");
    let nothing = tempfile::tempdir().expect("a folder");
    let (code, said) = door.status(&project, nothing.path());
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("ca.pem") && !said.contains("panicked"), "{said}");
}
