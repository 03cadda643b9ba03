//! Where locks and journals lie: `$XDG_STATE_HOME/shakedown/<project>/`.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The folder of all projects' state on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir(PathBuf);

const LONGEST: usize = 64;

impl StateDir {
    /// This folder itself: for tests, and for whoever knows better.
    pub fn at(path: impl Into<PathBuf>) -> StateDir {
        StateDir(path.into())
    }

    /// `$XDG_STATE_HOME/shakedown`, or `~/.local/state/shakedown`; the error says what to set.
    pub fn from_environment(variable: &dyn Fn(&str) -> Option<String>) -> Result<StateDir, String> {
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base =
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")));
        base.map(|base| StateDir(base.join("shakedown"))).ok_or_else(|| {
            "there is no place for locks and journals: neither XDG_STATE_HOME nor HOME is set to an absolute path"
                .to_owned()
        })
    }

    /// The folder of one project. Different names have different folders, whatever characters they are made of.
    pub fn project(&self, name: &str) -> PathBuf {
        self.0.join(folder_name(name))
    }

    /// The project's journal.
    pub fn journal(&self, project: &str) -> PathBuf {
        self.project(project).join("journal.jsonl")
    }

    /// The project's lock.
    pub fn lock(&self, project: &str) -> PathBuf {
        self.project(project).join("lock")
    }

    /// The folder names of all projects that have a journal, in order. Each stands for its project where one is named.
    pub fn projects(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.path().join("journal.jsonl").is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// Letters, digits, `-`, `_` and `.` stay; a name that has to be changed gets a piece of its hash, so that it stays apart
/// from others. A folder's name is its own folder's name.
fn folder_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.len() <= LONGEST && !name.starts_with('.') && name.chars().all(fits) {
        return name.to_owned();
    }
    let plain: String = name.chars().map(|c| if fits(c) { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let readable: String = words.join("-").trim_start_matches('.').chars().take(LONGEST - 9).collect();
    let hash: String =
        Sha256::digest(name.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    if readable.is_empty() { format!("project-{hash}") } else { format!("{readable}-{hash}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_safe_and_stay_apart() {
        assert_eq!(folder_name("shop"), "shop");
        let names = [
            "A node dies",
            "A node dies!",
            "a node dies",
            "../../etc",
            "..",
            ".",
            "",
            "/",
            "Ä",
            &"x".repeat(300),
        ];
        let mut folders: Vec<String> = names.iter().map(|name| folder_name(name)).collect();
        for folder in &folders {
            assert!(folder.len() <= LONGEST && !folder.starts_with('.') && !folder.contains('/'), "{folder}");
            assert_eq!(folder_name(folder), *folder, "a folder's name names itself");
        }
        folders.sort();
        folders.dedup();
        assert_eq!(folders.len(), names.len());
    }

    #[test]
    fn the_place_follows_the_standard() {
        let at = |pairs: &[(&str, &str)]| {
            StateDir::from_environment(&|name| {
                pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(at(&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")]), Ok(StateDir::at("/s/shakedown")));
        assert_eq!(at(&[("HOME", "/h")]), Ok(StateDir::at("/h/.local/state/shakedown")));
        assert_eq!(at(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")]), at(&[("HOME", "/h")]));
        assert!(at(&[]).expect_err("nowhere").contains("HOME"));
    }
}
