//! Reads `run.json`, the format's version first.

use crate::event::Nanos;
use crate::record::folder::MANIFEST;
use crate::record::seal::is_as_sealed;
use crate::record::{FORMAT, Manifest, RecordError, sha256};
use serde_json::Value;
use std::io;
use std::path::Path;

/// A run lasts at most so long: what says otherwise was not written by one.
pub(super) const LONGEST: Nanos = Nanos(1_000 * 86_400 * 1_000_000_000);

/// The manifest, and what is wrong with it: it was changed after it was written.
pub(super) fn read(folder: &Path) -> Result<(Manifest, Option<String>), RecordError> {
    let not_a_run = |reason: String| RecordError::NotARun { path: folder.to_owned(), reason };
    if !folder.is_dir() {
        let reason = if folder.exists() { "it is a file" } else { "there is no such folder" };
        return Err(not_a_run(reason.to_owned()));
    }
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => not_a_run(format!("it has no {MANIFEST}")),
        _ => RecordError::io("read", &path, &error),
    })?;
    let value: Value = serde_json::from_slice(&text)
        .map_err(|error| not_a_run(format!("its {MANIFEST} is not JSON ({error})")))?;
    let format = value.get("format").and_then(Value::as_u64).filter(|format| *format > 0);
    match format {
        None => return Err(not_a_run(format!("its {MANIFEST} names no format"))),
        Some(format) if format > u64::from(FORMAT) => {
            let version = value.get("version").and_then(Value::as_str).unwrap_or("(unknown)").to_owned();
            return Err(RecordError::Newer { path: folder.to_owned(), format, version });
        }
        Some(_) => {}
    }
    let has_seal = value.get("seal").is_some();
    let manifest: Manifest = serde_json::from_value(value)
        .map_err(|error| not_a_run(format!("its {MANIFEST} is not a manifest ({error})")))?;
    if let Some(nonsense) = nonsense(&manifest) {
        return Err(not_a_run(format!("its {MANIFEST} makes no sense: {nonsense}")));
    }
    let changed = has_seal && std::str::from_utf8(&text).ok().and_then(is_as_sealed) != Some(true);
    let other_plan =
        !manifest.plan_sha256.is_empty() && sha256(manifest.plan.as_bytes()) != manifest.plan_sha256;
    let wrong = if changed {
        Some(format!("{MANIFEST} was changed after the run (it is not what was sealed)"))
    } else {
        other_plan.then(|| format!("the plan in {MANIFEST} is not the one that was run (its hash differs)"))
    };
    Ok((manifest, wrong))
}

/// A time that no run can reach.
fn nonsense(manifest: &Manifest) -> Option<String> {
    let phases = manifest.phases.iter().flat_map(|phase| [("a phase", phase.from), ("a phase", phase.to)]);
    let bounds = [
        ("`load_start`", manifest.load_start),
        ("`load_end`", manifest.load_end),
        ("`warmup_end`", manifest.warmup_end),
    ];
    let (name, at) =
        bounds.into_iter().chain(phases).find(|(_, at)| !(Nanos::ZERO..=LONGEST).contains(at))?;
    Some(format!("{name} is at {at} of the run's clock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content: Option<&str>) -> String {
        let folder = tempfile::tempdir().expect("temporary folder");
        if let Some(content) = content {
            std::fs::write(folder.path().join(MANIFEST), content).expect("written");
        }
        let text = read(folder.path()).expect_err("no manifest").to_string();
        text.replace(&folder.path().display().to_string(), "DIR")
    }

    #[test]
    fn whatever_is_no_run_folder_is_told_with_advice() {
        let advice = "; give a folder that `shakedown run` made, such as reports/<plan>-<UTC time>";
        assert_eq!(told(None), format!("DIR is not a run folder: it has no run.json{advice}"));
        assert!(told(Some("{")).starts_with("DIR is not a run folder: its run.json is not JSON (EOF"));
        assert_eq!(
            told(Some("{}")),
            format!("DIR is not a run folder: its run.json names no format{advice}")
        );
        assert!(told(Some(r#"{"format":1}"#)).contains("is not a manifest (missing field"));
        let missing = read(Path::new("/no/such")).expect_err("missing").to_string();
        assert!(missing.starts_with("/no/such is not a run folder: there is no such folder; give"));
    }

    #[test]
    fn a_newer_format_is_told_whatever_else_is_in_it() {
        let text = told(Some(r#"{"format":2,"version":"3.1.0","new":[]}"#));
        assert_eq!(
            text,
            "DIR has format 2, written by shakedown 3.1.0; this program reads up to format 1: use shakedown 3.1.0 or newer"
        );
    }
}
