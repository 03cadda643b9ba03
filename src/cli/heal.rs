//! `shakedown heal`: the last resort.

use super::{Exit, Stop, output};
use crate::chaos::{self, HealReport, Lock, StateDir};

/// Undo whatever an earlier run left broken.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only this project (a plan's `stack.project`, or its name). Default: all.
    pub project: Option<String>,
}

/// Heals, and tells what it did.
pub fn main(arguments: &Arguments) -> Result<Exit, Stop> {
    let state = state()?;
    let projects = match &arguments.project {
        Some(project) => vec![project.clone()],
        None => state.projects(),
    };
    if projects.is_empty() {
        output::result("no run has left a journal: nothing to heal\n");
    }
    let mut exit = Exit::Pass;
    for project in projects {
        match heal(&state, &project) {
            Ok(report) => {
                output::result(&text(&project, &report));
                if !report.left.is_empty() {
                    exit = Exit::Deployment;
                }
            }
            Err(trouble) => {
                output::line(&format!("shakedown: {project}: {trouble}"));
                exit = Exit::Deployment;
            }
        }
    }
    Ok(exit)
}

/// Where locks and journals are kept.
pub(super) fn state() -> Result<StateDir, Stop> {
    StateDir::from_environment(&|name| std::env::var(name).ok()).map_err(Stop::deployment)
}

/// Heals one project that no run holds.
pub(super) fn heal(state: &StateDir, project: &str) -> Result<HealReport, String> {
    let lock = Lock::acquire(state, project, "heal")?;
    chaos::heal(state, &lock, &|text| output::line(&format!("shakedown: {project}: {text}")))
}

/// What was done, a line each.
pub(super) fn text(project: &str, report: &HealReport) -> String {
    if report.did.is_empty() && report.left.is_empty() {
        return format!("{project}: nothing to heal\n");
    }
    let did = report.did.iter().map(|did| format!("{project}: {did}\n"));
    let left = report.left.iter().map(|left| format!("{project}: LEFT: {left}\n"));
    did.chain(left).collect()
}
