//! `--github`: annotations beside the plan's lines, and the summary on the job's page.

use super::output;
use super::run::Output;
use crate::plan::{self, Loaded, Origin, Plan, Sources};
use crate::record::Record;
use crate::report::{self, Place, STEP_SUMMARY_BYTES};
use crate::verify::Assessment;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Less room than this for a summary is none.
const LEAST_BYTES: usize = 1_000;

/// For a run that has just ended.
pub fn after_run(loaded: &Loaded, record: &Record, assessment: &Assessment, output: &Output) {
    if output.github {
        tell(&loaded.plan, Some(&loaded.sources), record, assessment, output);
    }
}

/// For a record. What its plan was made of by overrides or includes stands in no file.
pub(super) fn again(plan: &Plan, record: &Record, assessment: &Assessment, output: &Output) {
    if output.github {
        let manifest = &record.manifest;
        let as_written =
            manifest.overrides.is_empty() && manifest.counter.is_none() && plan.include.is_empty();
        let sources = as_written.then(|| plan::places(&manifest.plan_file, &manifest.plan)).flatten();
        tell(plan, sources.as_ref(), record, assessment, output);
    }
}

fn tell(plan: &Plan, sources: Option<&Sources>, record: &Record, assessment: &Assessment, output: &Output) {
    let here = std::env::current_dir().unwrap_or_default();
    let workspace = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from);
    let place = |path: &str| place(sources?.origin(path), &here, workspace.as_deref());
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

/// Where a value stands, as a path in the repository.
fn place(origin: &Origin, here: &Path, workspace: Option<&Path>) -> Option<Place> {
    let Origin::File { file, line, column } = origin else { return None };
    let whole = here.join(Path::new(&**file));
    let inside = workspace.and_then(|workspace| whole.strip_prefix(workspace).ok());
    let file = inside.unwrap_or(Path::new(&**file)).display().to_string();
    Some(Place { file, line: *line, column: *column })
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
        let origin = |file: &str| Origin::File { file: file.into(), line: 3, column: 1 };
        let named = |file: &str, workspace: Option<&str>| {
            place(&origin(file), Path::new("/w/repo/sub"), workspace.map(Path::new)).map(|place| place.file)
        };
        assert_eq!(named("plans/a.toml", Some("/w/repo")).as_deref(), Some("sub/plans/a.toml"));
        assert_eq!(named("/w/repo/plans/a.toml", Some("/w/repo")).as_deref(), Some("plans/a.toml"));
        assert_eq!(named("plans/a.toml", Some("/elsewhere")).as_deref(), Some("plans/a.toml"));
        assert_eq!(named("plans/a.toml", None).as_deref(), Some("plans/a.toml"));
        assert_eq!(place(&Origin::Set("a=b".into()), Path::new("/"), None), None);
    }
}
