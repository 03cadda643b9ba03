//! `shakedown stack up`.

use super::super::{Stop, output};
use super::subject::Subject;
use super::{Which, reference, status};
use crate::stack::Stack;
use crate::stack::reference::Source;

/// What is brought up.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which deployment.
    #[command(flatten)]
    pub which: Which,
    /// Where the reference stack's base images come from.
    #[arg(long, value_enum, default_value = "auto")]
    pub images: Images,
}

/// Where base images come from.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Images {
    /// From a registry if one answers, else from Debian's packages.
    Auto,
    /// From a registry.
    Registry,
    /// From Debian's packages.
    Packages,
}

impl From<Images> for Source {
    fn from(images: Images) -> Source {
        match images {
            Images::Auto => Source::Either,
            Images::Registry => Source::Registry,
            Images::Packages => Source::Packages,
        }
    }
}

/// Brings it up and shows what is there.
pub(super) async fn main(arguments: &Arguments) -> Result<(), Stop> {
    let which = &arguments.which;
    let subject = Subject::of(which)?;
    let _lock = subject.lock()?;
    if which.stack == reference::NAME {
        reference::prepare(&subject, arguments.images.into()).await?;
    }
    let stack = subject.driver().await?;
    stack.up().await.map_err(Stop::deployment)?;
    output::result(&status::table(&stack.instances()));
    Ok(())
}
