//! `report.html`: the whole story of a run in one file. No verdict is made here.

pub mod bar;
mod base64;
mod bins;
pub mod chart;
pub mod figures;
pub mod page;
pub mod part;
pub mod said;
mod section;
pub(super) mod series;
pub mod slug;
pub mod spark;

use super::terminal::title;
use super::{ReportError, Reporter, Source};
use bins::Bins;
use chart::{Frame, bands};
use maud::html;
use page::page;
use series::Everything;
use slug::Anchors;
use std::io::Write;

/// The file's name.
pub const FILE: &str = "report.html";

/// `report.html`.
pub struct Html;

/// What every section draws from.
struct Story<'a> {
    source: &'a Source<'a>,
    frame: Frame,
    series: Everything,
    anchors: Anchors,
}

/// The sections in their order: anchor and name. The navigation shows them.
const SECTIONS: [(&str, &str); 12] = [
    ("verdict", "Verdict"),
    ("objectives", "Objectives"),
    ("invariants", "Invariants"),
    ("faults", "Faults"),
    ("latency", "Latency"),
    ("load", "Load"),
    ("instances", "Instances"),
    ("percentiles", "Percentiles"),
    ("steps", "Steps"),
    ("errors", "Errors"),
    ("balance", "Balance"),
    ("environment", "Environment"),
];

impl Reporter for Html {
    fn file(&self) -> &'static str {
        FILE
    }

    fn write(&self, source: &Source, out: &mut dyn Write) -> Result<(), ReportError> {
        let manifest = &source.record.manifest;
        let bins = Bins::of(manifest);
        let story = Story {
            source,
            frame: Frame { bins, bands: bands(manifest, &source.assessment.faults, &bins) },
            series: Everything::read(source, &bins)?,
            anchors: Anchors::of(source.assessment),
        };
        let content = html! {
            (section::verdict(&story))
            (section::objectives(&story))
            (section::invariants(&story))
            (section::faults(&story))
            (section::latency(&story))
            (section::load(&story))
            (section::instances(&story))
            (section::percentiles(&story))
            (section::steps(&story))
            (section::errors(&story))
            (section::balance(&story))
            (section::environment(&story))
        };
        let title = format!("{}: {}", part::word(source.assessment.verdict), title(source.assessment));
        out.write_all(page(&title, &SECTIONS, content).into_string().as_bytes())?;
        Ok(())
    }
}
