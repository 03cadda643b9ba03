//! Whether images come from a registry.

use super::docker::{docker, id_of};
use super::image::PULLED_BASE;
use super::{BuildError, Files, Tell, child};
use std::time::Duration;

/// How long the registry has to deliver the base image (30 MB).
const PATIENCE: Duration = Duration::from_secs(60);

/// Where base images come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// From a registry if one answers, else from Debian's packages.
    #[default]
    Either,
    /// From a registry.
    Registry,
    /// From Debian's packages.
    Packages,
}

/// Decides, and pulls the base image where it decides for the registry.
///
/// # Errors
/// If a registry was demanded and does not deliver.
pub(super) fn decide(source: Source, files: &Files, tell: Tell<'_>) -> Result<bool, BuildError> {
    if source == Source::Packages {
        tell("base image: from Debian's packages, as told");
        return Ok(false);
    }
    if id_of(PULLED_BASE).is_some() {
        tell(&format!("base image: {PULLED_BASE} is here"));
        return Ok(true);
    }
    tell(&format!("base image: asking the registry for {PULLED_BASE}"));
    let log = files.cache.join("logs/pull.txt");
    match child::run(
        "pulling the base image",
        docker().args(["pull", "--quiet", PULLED_BASE]),
        &log,
        PATIENCE,
    ) {
        Ok(()) => Ok(true),
        Err(error) if source == Source::Registry => Err(error),
        Err(_) => {
            tell("base image: no registry delivers it; it will be made from Debian's packages");
            Ok(false)
        }
    }
}
