//! Where requests go.

use super::Names;
use crate::http::{ClientConfig, Origin, Version, parse_url, tls_config};
use crate::plan::Plan;
use crate::plan::model::HttpVersion;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The target, compiled.
pub(super) struct Compiled {
    /// Where connections lead.
    pub(super) origin: Origin,
    /// The origin as URLs write it, `http://host:port`.
    pub(super) url: String,
    /// The path in front of every step's, without a slash at its end.
    pub(super) base: String,
    /// How connections are made.
    pub(super) client: Arc<ClientConfig>,
}

/// Works out where requests go and how connections are made.
pub(super) fn compile(plan: &Plan, directory: &Path, names: &mut Names<'_>) -> Result<Compiled, String> {
    let target = &plan.target;
    let here = |error: String| format!("target: {error}");
    names.declare([]);
    let url = names.constant(&target.url).map_err(|error| here(format!("url: {error}")))?;
    let (origin, base) = parse_url(&url).map_err(|error| here(format!("url: {error}")))?;
    let version = match target.http {
        HttpVersion::Http1 => Version::Http1,
        HttpVersion::Http2 => Version::Http2,
    };
    let file = |name: &Option<String>| name.as_ref().map(|name| directory.join(name));
    let tls = match origin.tls {
        false
            if target.ca.is_some() || target.client_certificate.is_some() || target.client_key.is_some() =>
        {
            let tls = "`ca`, `client_certificate` and `client_key` are for TLS";
            return Err(here(format!("{tls}, but the URL is `{url}`; write https:// or leave them out")));
        }
        false => None,
        true => {
            let (ca, chain, key) =
                (file(&target.ca), file(&target.client_certificate), file(&target.client_key));
            Some(tls_config(ca.as_deref(), pair(&chain, &key).map_err(here)?, version).map_err(here)?)
        }
    };
    let client = ClientConfig {
        version,
        connect_timeout: target.connect_timeout.0,
        resolve: target.resolve.clone(),
        tls,
        max_body: target.max_body.0,
        ..ClientConfig::default()
    };
    let scheme = if origin.tls { "https" } else { "http" };
    let url = format!("{scheme}://{}", origin.authority());
    Ok(Compiled { origin, url, base, client: Arc::new(client) })
}

fn pair<'a>(
    chain: &'a Option<PathBuf>,
    key: &'a Option<PathBuf>,
) -> Result<Option<(&'a Path, &'a Path)>, String> {
    match (chain, key) {
        (Some(chain), Some(key)) => Ok(Some((chain, key))),
        (None, None) => Ok(None),
        (Some(_), None) => Err("`client_certificate` wants its `client_key`".into()),
        (None, Some(_)) => Err("`client_key` wants its `client_certificate`".into()),
    }
}
