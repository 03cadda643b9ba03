//! A page that lists runs: a row per plan, with its newest run as a sparkline and a link to the report of each run.

mod entry;
mod sparkline;

#[cfg(test)]
mod tests;

pub use entry::Entry;

use crate::report::html::page::page;
use crate::report::html::part::{badge, wide};
use crate::verify::Verdict;
use maud::{Markup, html};
use sparkline::sparkline;
use std::path::{Component, Path, PathBuf};

/// The page's file.
pub const FILE: &str = "index.html";

/// The page, to be written into `folder`: links lead from there to the runs.
pub fn html(entries: &[Entry], folder: &Path) -> String {
    let rows = by_plan(entries);
    let count = |verdict| rows.iter().filter(|(_, runs)| newest(runs).verdict == verdict).count();
    let content = html! {
        h1 { "Runs" }
        p {
            (rows.len()) " plans, " (entries.len()) " runs. Of the newest run of each plan: "
            (count(Verdict::Pass)) " passed, " (count(Verdict::Fail)) " failed, "
            (count(Verdict::Unknown)) " could not say."
        }
        (wide("Runs", html! { table class="sortable" {
            thead {
                tr {
                    @for head in ["verdict", "plan", "p99 by second", "why", "bad", "operations", "runs"] {
                        th scope="col" { (head) }
                    }
                }
            }
            tbody { @for (plan, runs) in &rows { (row(plan, runs, folder)) } }
        } }))
        p {
            "The sparkline is the newest run: its p99 from the intended start, second by second; grey bands are faults "
            "in force, red marks are seconds with bad operations."
        }
    };
    page("Runs", &[], content).into_string()
}

/// Plans in the order in which their first run was named; a counter-run is a row of its own.
fn by_plan(entries: &[Entry]) -> Vec<(String, Vec<&Entry>)> {
    let mut rows: Vec<(String, Vec<&Entry>)> = Vec::new();
    for entry in entries {
        let name = entry.title();
        match rows.iter_mut().find(|(plan, _)| *plan == name) {
            Some((_, runs)) => runs.push(entry),
            None => rows.push((name, vec![entry])),
        }
    }
    rows
}

fn newest<'a>(runs: &[&'a Entry]) -> &'a Entry {
    runs.iter().max_by_key(|run| run.started).copied().unwrap_or(runs[0])
}

fn row(plan: &str, runs: &[&Entry], folder: &Path) -> Markup {
    let shown = newest(runs);
    html! {
        tr {
            td { (badge(shown.verdict)) }
            th scope="row" { (plan) @if let Some(claim) = &shown.claim { br; small { (claim) } } }
            td { (sparkline(shown)) }
            td { (shown.reason) }
            td class="number" { (shown.bad) }
            td class="number" { (shown.operations) }
            td {
                @for run in runs {
                    a href=(href(folder, &run.folder)) { (run.when()) } " " (badge(run.verdict)) br;
                }
            }
        }
    }
}

/// The address of a run's report as a link from a page in `folder`: relative, each name percent-encoded.
fn href(folder: &Path, run: &Path) -> String {
    let target = run.join("report.html");
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), target.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up =
        from[shared..].iter().filter(|part| matches!(part, Component::Normal(_))).map(|_| "..".to_owned());
    let down = to[shared..].iter().filter_map(|part| match part {
        Component::Normal(name) => Some(encoded(&name.to_string_lossy())),
        _ => None,
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A name in a path of an address (RFC 3986): what is not unreserved is percent-encoded.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The folder that holds all of these: the nearest one around them.
pub fn common_folder(runs: &[PathBuf]) -> PathBuf {
    let mut parents = runs.iter().map(|run| run.parent().unwrap_or(Path::new("")).to_owned());
    let Some(mut common) = parents.next() else { return PathBuf::new() };
    for parent in parents {
        while !parent.starts_with(&common) {
            if !common.pop() {
                return PathBuf::new();
            }
        }
    }
    common
}
