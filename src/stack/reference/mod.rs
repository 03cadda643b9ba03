//! Builds the images of the reference stack, with a registry or without one, from the same files.
//!
//! The infrastructure's images are made of Debian's packages on a base image: with a registry that base is pulled, without
//! one it is made from Debian's packages by mmdebstrap and `docker import`. The services' image holds one static binary:
//! with a registry it is compiled in a builder image, without one by this machine's cargo. What is built already, from the
//! same files, is not built again.

mod base;
mod binary;
mod build;
mod child;
mod digest;
mod docker;
mod files;
mod image;
mod registry;
#[cfg(test)]
mod tests;
mod wheel;

pub use build::{Built, Request, build};
pub use files::Files;
pub use image::PREFIX;
pub use registry::Source;

use std::fmt;

/// What went wrong while building, ready to be shown: what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// The message.
    pub message: String,
    /// The end of what the failing command wrote.
    pub context: Vec<String>,
}

impl BuildError {
    fn new(message: impl Into<String>) -> BuildError {
        BuildError { message: message.into(), context: Vec::new() }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for line in &self.context {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

/// Who is told what is being done, a line at a time; called from several threads.
pub type Tell<'a> = &'a (dyn Fn(&str) + Sync);
