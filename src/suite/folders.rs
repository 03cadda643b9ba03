//! Which run folders are meant.

use crate::record::MANIFEST;
use std::path::{Path, PathBuf};

/// The run folders that paths name: a run folder names itself, any other folder the run folders right below it, in the
/// order of their names (of one plan: of their times). What comes twice is taken once.
///
/// # Errors
/// If a path is no folder, or there is no run in it.
pub fn folders(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut all: Vec<PathBuf> = Vec::new();
    for path in paths {
        for folder in of(path)? {
            if !all.contains(&folder) {
                all.push(folder);
            }
        }
    }
    Ok(all)
}

fn of(path: &Path) -> Result<Vec<PathBuf>, String> {
    if is_run(path) {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path)
        .map_err(|error| format!("{}: no run folder, and it cannot be listed: {error}", path.display()))?;
    let mut inside: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_run(path)).collect();
    inside.sort();
    if inside.is_empty() {
        return Err(format!(
            "{}: neither a run folder (it has no {MANIFEST}) nor a folder of runs; name what `shakedown run` printed last",
            path.display()
        ));
    }
    Ok(inside)
}

fn is_run(path: &Path) -> bool {
    path.join(MANIFEST).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_names_itself_and_a_folder_its_runs() {
        let desk = tempfile::tempdir().expect("a folder");
        let run = |name: &str| {
            let path = desk.path().join(name);
            std::fs::create_dir_all(&path).expect("made");
            std::fs::write(path.join(MANIFEST), "{}").expect("written");
            path
        };
        let (second, first) = (run("b"), run("a"));
        std::fs::create_dir(desk.path().join("c")).expect("made");
        let all = folders(&[second.clone(), desk.path().to_owned()]).expect("runs");
        assert_eq!(all, [second, first]);
        let wrong = folders(&[desk.path().join("c")]).expect_err("no run");
        assert!(wrong.contains("neither a run folder"), "{wrong}");
        assert!(folders(&[desk.path().join("none")]).is_err());
    }
}
