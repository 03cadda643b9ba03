//! The stack that comes with shakedown.

use super::super::{Stop, output};
use super::subject::Subject;
use crate::plan::model::{StackKind, StackSpec};
use crate::plan::units::Time;
use crate::stack::reference::{Files, PREFIX, Request, Source, build};

/// The word for it.
pub(super) const NAME: &str = "reference";

/// Its project; the plans of its claims name it.
const PROJECT: &str = "shakedown-shop";

/// The profile that is brought up unless another one is named.
const PROFILE: &str = "core";

/// The reference stack as its compose file says; nothing is built.
pub(super) fn subject(profiles: &[String]) -> Result<Subject, Stop> {
    let files = files()?;
    let profiles = if profiles.is_empty() { vec![PROFILE.to_owned()] } else { Vec::new() };
    let spec = StackSpec {
        kind: StackKind::Compose,
        project: Some(PROJECT.to_owned()),
        file: Some(files.compose().to_string_lossy().into_owned()),
        profiles,
        ready_within: Time::from_secs(180),
        ..StackSpec::default()
    };
    Ok(Subject { spec, name: PROJECT.to_owned(), directory: files.root })
}

/// Makes its images, where they are missing or older than their files.
pub(super) async fn prepare(subject: &Subject, source: Source) -> Result<(), Stop> {
    let request = Request {
        files: files()?,
        source,
        full: subject.spec.profiles.iter().any(|profile| profile == "full"),
        prefix: std::env::var("SHOP_IMAGES").unwrap_or_else(|_| PREFIX.to_owned()),
    };
    let built = tokio::task::spawn_blocking(move || build(&request, &|text| output::line(text)));
    let built = built.await.map_err(Stop::deployment)?.map_err(Stop::deployment)?;
    output::line(&format!("images: {} built, {} were up to date", built.built.len(), built.kept.len()));
    Ok(())
}

fn files() -> Result<Files, Stop> {
    let here = std::env::current_dir().map_err(Stop::deployment)?;
    Files::find(&here).map_err(Stop::usage)
}
