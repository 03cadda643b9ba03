//! The helper's image: this very program with the libraries that it is linked to, and nothing else.
//!
//! It is made from what runs here: no registry, no package and no compiler is needed, and helper and harness are always the
//! same program.

use super::tar::Archive;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

/// The image's name; the tag tells the program.
pub const IMAGE: &str = "shakedown-helper";

/// The tag for this program: its version, its length and when it was written. A program that was built anew gets a new image.
pub fn helper_tag(program: &Path) -> io::Result<String> {
    let about = std::fs::metadata(program)?;
    let written = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!("{IMAGE}:{version}-{:x}-{:x}", about.len(), written.as_millis()))
}

/// Writes the image's file system as a tar archive to `to`, and returns the image's entry point.
pub fn helper_archive(program: &Path, to: &Path) -> io::Result<Vec<String>> {
    let mut archive = Archive::new(io::BufWriter::new(File::create(to)?));
    archive.add("shakedown", program)?;
    let libraries = libraries(program)?;
    for library in &libraries {
        archive.add(&format!("lib/{}", library.name), &library.path)?;
    }
    archive.finish()?;
    // By the loader itself, wherever the program expects it: the image's folders need not be those of this machine.
    let loader = libraries.iter().find(|library| library.is_loader);
    let loader =
        loader.map(|loader| [format!("/lib/{}", loader.name), "--library-path".into(), "/lib".into()]);
    let mut entry: Vec<String> = loader.into_iter().flatten().collect();
    entry.extend(["/shakedown".to_owned(), "net-helper".to_owned()]);
    Ok(entry)
}

#[derive(Debug, PartialEq, Eq)]
struct Library {
    name: String,
    path: PathBuf,
    is_loader: bool,
}

/// The libraries of a program, by its own loader. A program that is linked statically has no loader and needs none; it
/// prints its version then.
fn libraries(program: &Path) -> io::Result<Vec<Library>> {
    let told = Command::new(program).arg("--version").env("LD_TRACE_LOADED_OBJECTS", "1").output()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    if let Some(missing) = told.lines().find(|line| line.contains("not found")) {
        return Err(io::Error::other(format!("a library is missing: {}", missing.trim())));
    }
    Ok(told.lines().filter_map(library).collect())
}

/// `libc.so.6 => /lib/libc.so.6 (0x7f…)`, or `/lib64/ld-linux-x86-64.so.2 (0x7f…)` for the loader. The kernel's own
/// `linux-vdso.so.1 (0x7f…)` is no file.
fn library(line: &str) -> Option<Library> {
    let (line, _) = line.trim().rsplit_once(" (0x")?;
    let (name, path) = match line.split_once(" => ") {
        Some((name, path)) => (name, Path::new(path)),
        None => (line.rsplit('/').next()?, Path::new(line)),
    };
    let name = name.rsplit('/').next()?.to_owned();
    path.is_absolute().then(|| Library { is_loader: name.starts_with("ld-"), name, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaders_list_is_read() {
        let told = "\tlinux-vdso.so.1 (0x00007ffd)\n\tlibc.so.6 => /usr/lib/libc-2.31.so (0x00007f00)\n\
                    \t/lib64/ld-linux-x86-64.so.2 (0x00007f11)\nshakedown 0.1.0\n";
        let found: Vec<Library> = told.lines().filter_map(library).collect();
        let expected =
            |name: &str, path: &str, is_loader| Library { name: name.into(), path: path.into(), is_loader };
        assert_eq!(
            found,
            [
                expected("libc.so.6", "/usr/lib/libc-2.31.so", false),
                expected("ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2", true),
            ]
        );
        assert_eq!(library("shakedown 0.1.0"), None);
    }
}
