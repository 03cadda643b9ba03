//! Where the reference stack's files lie.

use super::BuildError;
use std::path::{Path, PathBuf};

/// The checkout that holds `reference-stack/`, and a folder for what is made on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The root of the checkout.
    pub root: PathBuf,
    /// Where logs, the base image's archive and downloaded packages are kept.
    pub cache: PathBuf,
}

impl Files {
    /// Looks for the checkout from `start` upwards.
    ///
    /// # Errors
    /// If `reference-stack/compose.yaml` is in none of these folders.
    pub fn find(start: &Path) -> Result<Files, BuildError> {
        let holds = |folder: &&Path| folder.join("reference-stack/compose.yaml").is_file();
        match start.ancestors().find(holds) {
            Some(root) => {
                Ok(Files { root: root.to_owned(), cache: root.join("target").join("reference-stack") })
            }
            None => Err(BuildError::new(format!(
                "neither {} nor a folder above it holds reference-stack/compose.yaml; run this inside a checkout of \
                 shakedown (its services are compiled from there)",
                start.display()
            ))),
        }
    }

    /// The compose file.
    pub fn compose(&self) -> PathBuf {
        self.root.join("reference-stack/compose.yaml")
    }

    /// The folder of an image's Dockerfile.
    pub fn image(&self, name: &str) -> PathBuf {
        self.root.join("reference-stack/images").join(name)
    }
}
