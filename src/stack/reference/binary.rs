//! The services' binary, made by this machine's cargo: static, so that an image needs nothing else.

use super::child::{answer, run};
use super::{BuildError, Files, Tell};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A cold build on two cores.
const LIMIT: Duration = Duration::from_secs(3600);

/// The folder that holds the binary alone: the context of the image.
///
/// # Errors
/// If cargo is missing or fails.
pub(super) fn made(files: &Files, tell: Tell<'_>) -> Result<PathBuf, BuildError> {
    let target = triple()?;
    tell("services: cargo builds the static binary (the first time takes minutes)");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--locked", "--package", "refshop", "--target", &target])
        .env("RUSTFLAGS", "-C target-feature=+crt-static")
        .env("CARGO_TARGET_DIR", files.root.join("target"))
        .current_dir(&files.root);
    run("building the services", &mut cargo, &files.cache.join("logs/cargo.txt"), LIMIT)?;
    let binary = files.root.join("target").join(&target).join("release/refshop");
    let context = files.cache.join("services");
    copied(&binary, &context)?;
    Ok(context)
}

fn copied(binary: &Path, context: &Path) -> Result<(), BuildError> {
    let trouble = |error: std::io::Error| BuildError::new(format!("{}: {error}", binary.display()));
    std::fs::create_dir_all(context).map_err(trouble)?;
    std::fs::copy(binary, context.join("refshop")).map_err(trouble)?;
    Ok(())
}

/// The target: glibc of this machine's processor. Named explicitly, so that the flags reach no build script.
fn triple() -> Result<String, BuildError> {
    let machine = std::env::consts::ARCH;
    if answer(Command::new("cargo").arg("--version")).is_none() {
        return Err(BuildError::new("cargo is needed to build the services and was not found in the path"));
    }
    Ok(format!("{machine}-unknown-linux-gnu"))
}
