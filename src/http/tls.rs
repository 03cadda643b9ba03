//! How TLS is spoken: whom we trust and who we say we are.

use super::Version;
use super::pinned::Named;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Sets up TLS: trusts the certificates in `ca` (PEM) or, without it, the system's; presents the client certificate if one is
/// given as chain and key (PEM); offers `alpn` and nothing else.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn tls_config(
    ca: Option<&Path>,
    client: Option<(&Path, &Path)>,
    alpn: Version,
) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let builder = match ca {
        Some(file) => builder.dangerous().with_custom_certificate_verifier(Arc::new(named(file, provider)?)),
        None => builder.with_root_certificates(system_roots()?),
    };
    let mut config = match client {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let certificates = certificates(chain, "client certificate")?;
            let private = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                format!("client key {}: {error}; a private key in PEM is needed", key.display())
            })?;
            builder.with_client_auth_cert(certificates, private).map_err(|error| {
                format!("client certificate {} with key {}: {error}", chain.display(), key.display())
            })?
        }
    };
    config.alpn_protocols = match alpn {
        Version::Http1 => vec![b"http/1.1".to_vec()],
        Version::Http2 => vec![b"h2".to_vec()],
    };
    Ok(Arc::new(config))
}

/// Trust in what the file names.
fn named(file: &Path, provider: Arc<CryptoProvider>) -> Result<Named, String> {
    let told = |error: &dyn std::fmt::Display| format!("CA file {}: {error}", file.display());
    let certificates = certificates(file, "CA file")?;
    let mut roots = RootCertStore::empty();
    for certificate in &certificates {
        roots.add(certificate.clone()).map_err(|error| told(&error))?;
    }
    let usual = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
    Ok(Named { usual: usual.map_err(|error| told(&error))?, certificates })
}

fn system_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems carry a few certificates that rustls rejects as malformed; those who need one of them get a TLS error then.
    let (_added, _ignored) = roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map_or_else(|| "none found".to_string(), ToString::to_string);
        return Err(format!(
            "the system's CA certificates cannot be read ({why}); install ca-certificates or name a file with `ca` under [target]"
        ));
    }
    Ok(roots)
}

fn certificates(file: &Path, what: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = file.display();
    let found = CertificateDer::pem_file_iter(file)
        .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
        .map_err(|error| format!("{what} {name}: {error}"))?;
    if found.is_empty() { Err(format!("{what} {name} holds no certificate in PEM")) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_names_the_file() {
        let directory = tempfile::tempdir().expect("directory");
        let (missing, empty) = (directory.path().join("missing.pem"), directory.path().join("empty.pem"));
        std::fs::write(&empty, "nothing").expect("written");
        let message = tls_config(Some(&missing), None, Version::Http1).expect_err("missing");
        assert!(message.contains("missing.pem") && message.contains("CA file"), "{message}");
        let message = tls_config(Some(&empty), None, Version::Http1).expect_err("empty");
        assert!(message.contains("empty.pem holds no certificate"), "{message}");
    }
}
