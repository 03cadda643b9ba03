//! `--github`: annotations beside the plan's lines, and the summary on the job's page.

use super::output;
use super::run::Output;
use crate::plan::Plan;
use crate::record::{PlanPlace, Record};
use crate::report::{self, Place, STEP_SUMMARY_BYTES};
use crate::verify::Assessment;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Less room than this for a summary is none.
const LEAST_BYTES: usize = 1_000;

/// Prints the annotations and adds the summary, where that was asked for. A record that does not hold where its plan's
/// parts stood (an older one) gives annotations without a line.
pub fn annotate(plan: &Plan, record: &Record, assessment: &Assessment, output: &Output) {
    if !output.github {
        return;
    }
    let here = std::env::current_dir().unwrap_or_default();
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let place =
        |path: &str| record.manifest.places.get(path).map(|at| place(at, &here, workspace.as_deref()));
    let found = report::annotations(plan, assessment, &place);
    // GitHub reads both; standard output belongs to the JSON where that was asked for.
    if output.json {
        output::line(found.text.trim_end())
    } else {
        output::result(&found.text)
    }
    if found.left_out > 0 {
        output::line(&format!(
            "shakedown: {} more findings have no annotation: GitHub shows ten",
            found.left_out
        ));
    }
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())
        && let Err(trouble) = append(Path::new(&path), record, assessment)
    {
        output::line(&format!("shakedown: no step summary: {trouble}"));
    }
}

/// The same place with the file as a path in the repository.
fn place(at: &PlanPlace, here: &Path, workspace: Option<&Path>) -> Place {
    let whole = here.join(&at.file);
    let inside = workspace.and_then(|workspace| whole.strip_prefix(workspace).ok());
    let file = inside.unwrap_or(Path::new(&at.file)).display().to_string();
    Place { file, line: at.line, column: at.column }
}

/// Adds the summary to what earlier commands of the step wrote, in the room that is left.
fn append(path: &Path, record: &Record, assessment: &Assessment) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = OpenOptions::new().append(true).create(true).open(path).map_err(cannot)?;
    let used = usize::try_from(file.metadata().map_err(cannot)?.len()).unwrap_or(usize::MAX);
    let room = STEP_SUMMARY_BYTES.saturating_sub(used);
    if room < LEAST_BYTES {
        return Err(format!("{} has only {room} bytes of room left", path.display()));
    }
    let text = report::summary(assessment, &record.manifest, room);
    file.write_all(text.as_bytes()).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_repository() {
        let at = |file: &str| PlanPlace { file: file.into(), line: 3, column: 1 };
        let named = |file: &str, workspace: Option<&str>| {
            place(&at(file), Path::new("/w/repo/sub"), workspace.map(Path::new)).file
        };
        assert_eq!(named("plans/a.toml", Some("/w/repo")), "sub/plans/a.toml");
        assert_eq!(named("/w/repo/plans/a.toml", Some("/w/repo")), "plans/a.toml");
        assert_eq!(named("plans/a.toml", Some("/elsewhere")), "plans/a.toml");
        assert_eq!(named("plans/a.toml", None), "plans/a.toml");
    }
}
