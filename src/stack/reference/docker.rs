//! What is asked of the Docker engine, by its command line.

use super::child::answer;
use super::{BuildError, child};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// The label that says from which files an image was built.
const DIGEST: &str = "io.shakedown.digest";

/// How long one image may take: a slow mirror, two cores.
const LIMIT: Duration = Duration::from_secs(900);

/// A `docker` command. The builder of the engine itself, which every engine has: the newer one needs a plug-in.
pub(super) fn docker() -> Command {
    let mut command = Command::new("docker");
    command.env("DOCKER_BUILDKIT", "0");
    command
}

/// Looks whether the engine answers.
///
/// # Errors
/// If it does not.
pub(super) fn engine() -> Result<String, BuildError> {
    answer(docker().args(["version", "--format", "{{.Server.Version}}"])).ok_or_else(|| {
        BuildError::new("the Docker engine does not answer; is it installed and running, and may you use it? (`docker version`)")
    })
}

/// The hash that the image was built from, if it is there.
pub(super) fn digest_of(image: &str) -> Option<String> {
    let format = format!("{{{{index .Config.Labels \"{DIGEST}\"}}}}");
    answer(docker().args(["image", "inspect", "--format", &format, image]))
}

/// The image's id, if it is there.
pub(super) fn id_of(image: &str) -> Option<String> {
    answer(docker().args(["image", "inspect", "--format", "{{.Id}}", image]))
}

/// One build.
pub(super) struct Build<'a> {
    pub(super) image: &'a str,
    pub(super) dockerfile: &'a Path,
    pub(super) context: &'a Path,
    pub(super) arguments: &'a [(&'a str, &'a str)],
    pub(super) digest: &'a str,
}

impl Build<'_> {
    /// Builds and tags the image.
    ///
    /// # Errors
    /// If the build fails; the end of its log comes with it.
    pub(super) fn run(&self, log: &Path) -> Result<(), BuildError> {
        let mut command = docker();
        command.arg("build").arg("--file").arg(self.dockerfile);
        command.args(["--tag", self.image, "--label", &format!("{DIGEST}={}", self.digest)]);
        for (name, value) in self.arguments {
            command.args(["--build-arg", &format!("{name}={value}")]);
        }
        command.arg(self.context);
        child::run(&format!("building {}", self.image), &mut command, log, LIMIT)
    }
}
