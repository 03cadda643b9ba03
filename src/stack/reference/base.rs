//! The base image where there is no registry: a minimal Debian, made of packages and imported.

use super::child::{answer, run};
use super::docker::{docker, id_of};
use super::image::reference;
use super::{BuildError, Files, Tell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The release, as in the pulled image.
const RELEASE: &str = "bookworm";

/// How long it may take.
const LIMIT: Duration = Duration::from_secs(900);

/// The base image's name, made first if it is not here.
///
/// # Errors
/// If there is no mmdebstrap and no way to get it, or a step fails.
pub(super) fn made(files: &Files, prefix: &str, tell: Tell<'_>) -> Result<String, BuildError> {
    let name = reference(prefix, "base");
    if id_of(&name).is_some() {
        tell(&format!("base image: {name} is here"));
        return Ok(name);
    }
    let program = mmdebstrap(files, tell)?;
    let archive = files.cache.join("base.tar");
    tell(&format!("base image: making Debian {RELEASE} from packages (about a minute)"));
    let mut command = program.command();
    command.args(["--variant=minbase", "--include=ca-certificates"]);
    for folder in ["doc", "man", "info", "locale"] {
        command.arg(format!("--dpkgopt=path-exclude=/usr/share/{folder}/*"));
    }
    command.arg(RELEASE).arg(&archive);
    run("making the base image", &mut command, &files.cache.join("logs/base.txt"), LIMIT)?;
    let mut import = docker();
    import.arg("import").arg(&archive).arg(&name);
    run("importing the base image", &mut import, &files.cache.join("logs/import.txt"), LIMIT)?;
    // The engine has its own copy now; a file that stays would only take room.
    let _ = std::fs::remove_file(&archive);
    Ok(name)
}

/// How mmdebstrap is called.
enum Program {
    Installed,
    /// The script of a package that was unpacked and not installed.
    Unpacked(PathBuf),
}

impl Program {
    fn command(&self) -> Command {
        match self {
            Program::Installed => Command::new("mmdebstrap"),
            Program::Unpacked(script) => {
                let mut command = Command::new("perl");
                command.arg(script);
                // It calls a second program of its package.
                if let Some(folder) = script.parent() {
                    let path = std::env::var("PATH").unwrap_or_default();
                    command.env("PATH", format!("{}:{path}", folder.display()));
                }
                command
            }
        }
    }
}

/// mmdebstrap as installed; else from its package, unpacked below the cache: nothing is installed on the machine.
fn mmdebstrap(files: &Files, tell: Tell<'_>) -> Result<Program, BuildError> {
    if answer(Command::new("mmdebstrap").arg("--version")).is_some() {
        return Ok(Program::Installed);
    }
    let folder = files.cache.join("mmdebstrap");
    let script = folder.join("usr/bin/mmdebstrap");
    if !script.is_file() {
        tell("base image: getting mmdebstrap by apt, into the cache (nothing is installed)");
        unpacked(&folder, files).map_err(|error| BuildError {
            message: format!(
                "mmdebstrap is not installed and could not be got: {}. Install it (`apt-get install mmdebstrap`), or make \
                 the image debian:12-slim available (`docker load`, or a registry)",
                error.message
            ),
            context: error.context,
        })?;
    }
    Ok(Program::Unpacked(script))
}

fn unpacked(folder: &Path, files: &Files) -> Result<(), BuildError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| BuildError::new(format!("{}: {error}", folder.display())))?;
    let log = files.cache.join("logs/mmdebstrap.txt");
    let mut download = Command::new("apt-get");
    download.args(["download", "mmdebstrap"]).current_dir(folder);
    run("downloading mmdebstrap", &mut download, &log, LIMIT)?;
    let mut unpack = Command::new("sh");
    unpack.args(["-c", "dpkg-deb -x mmdebstrap_*.deb ."]).current_dir(folder);
    run("unpacking mmdebstrap", &mut unpack, &log, LIMIT)
}
