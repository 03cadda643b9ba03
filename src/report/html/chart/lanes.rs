//! Lanes over time: what was in force from when to when, one lane below the other.

use super::frame::{HEAD, Plot};
use super::path::{bars, short};
use super::{Frame, WIDTH};
use maud::{Markup, html};

/// A stretch of a lane. Times in seconds from the start of the load.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its beginning.
    pub from: f64,
    /// Its end.
    pub to: f64,
    /// Its class: `planned`, `applied`, `hurt`, `maybe`, `up` or `down`.
    pub kind: &'static str,
}

/// One lane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// Its stretches.
    pub pieces: Vec<Piece>,
    /// Moments that are marked: time and kind (`struck`, `healed`, `ready`, `exited`).
    pub marks: Vec<(f64, &'static str)>,
}

/// Lanes over time; above them, on request, bars of a share from 0 to 1 for each bin.
pub struct LaneChart<'a> {
    /// Unique in the page.
    pub id: &'a str,
    /// What it is.
    pub title: &'a str,
    /// What it shows in words.
    pub describe: String,
    /// The name of the bars, and their heights.
    pub head: Option<(&'a str, Vec<Option<f64>>)>,
    /// The lanes.
    pub lanes: Vec<Lane>,
}

const LANE: f64 = 36.0;
const BARS: f64 = 46.0;

/// The place in its lane, the thickness, and the colour of a kind of stretch.
fn look(kind: &str) -> (f64, f64, &'static str) {
    match kind {
        "planned" => (16.0, 12.0, "none"),
        "applied" => (18.0, 8.0, "#b8400e"),
        "hurt" => (30.0, 4.0, "#9b1c14"),
        "maybe" => (31.0, 2.0, "#9b1c14"),
        "down" => (21.0, 4.0, "#9b1c14"),
        _ => (18.0, 10.0, "#0f766e"),
    }
}

impl LaneChart<'_> {
    /// The SVG.
    pub fn draw(&self, frame: &Frame) -> Markup {
        let head = if self.head.is_some() { BARS } else { 0.0 };
        let top = |number: usize| head + number as f64 * LANE;
        let inside = html! {
            @if let Some((_, shares)) = &self.head {
                @let heights: Vec<_> = shares.iter().map(|share| share.and_then(standing)).collect();
                path class="bad fill" d=(bars(&heights, |place| frame.edges(place))) fill="#b3261e" {}
                path class="grid" d={ "M0 " (BARS - 4.0) "H1000" } stroke="#c4cad1" fill="none"
                    vector-effect="non-scaling-stroke" {}
            }
            @for (number, lane) in self.lanes.iter().enumerate() {
                @for piece in &lane.pieces { (stretch(piece, frame, top(number))) }
            }
        };
        let over = html! {
            @if let Some((name, _)) = &self.head { (label(name, HEAD + 11.0)) }
            @for (number, lane) in self.lanes.iter().enumerate() {
                (label(&lane.name, HEAD + top(number) + 11.0))
                @for (time, kind) in &lane.marks { (mark(frame, *time, kind, HEAD + top(number) + 22.0)) }
            }
        };
        frame.plot(Plot {
            id: self.id,
            title: self.title,
            describe: &self.describe,
            height: top(self.lanes.len()).max(1.0),
            ticks: Vec::new(),
            inside,
            over,
        })
    }
}

/// The bar of a share; of a share that is not none, two pixels at least.
fn standing(share: f64) -> Option<(f64, f64)> {
    let ground = BARS - 4.0;
    (share > 0.0).then(|| (ground, ground - (share * (BARS - 20.0)).max(2.0)))
}

fn stretch(piece: &Piece, frame: &Frame, top: f64) -> Markup {
    let (below, thick, color) = look(piece.kind);
    let from = frame.x(piece.from).clamp(0.0, WIDTH);
    let to = frame.x(piece.to).clamp(from, WIDTH);
    rectangle(piece.kind, from, top + below, (to - from).max(1.5), thick, color)
}

/// A stretch of a kind as a legend shows it, in the middle of 12 pixels.
pub fn sample(kind: &str, width: f64, thick: f64) -> Markup {
    let (_, _, color) = look(kind);
    rectangle(kind, 1.0, 6.0 - thick / 2.0, width, thick, color)
}

fn rectangle(kind: &str, x: f64, y: f64, width: f64, height: f64, color: &str) -> Markup {
    let outline = kind == "planned";
    html! {
        rect class={ "piece " (kind) } x=(short(x)) y=(short(y)) width=(short(width)) height=(height) fill=(color)
            stroke=[outline.then_some("#57606a")] stroke-dasharray=[outline.then_some("3 2")]
            vector-effect=[outline.then_some("non-scaling-stroke")] {}
    }
}

fn label(text: &str, y: f64) -> Markup {
    html! {
        text class="lane" x="3" y=(short(y)) fill="#1b1f24" stroke="#ffffff" stroke-width="3"
            stroke-linejoin="round" paint-order="stroke" { (text) }
    }
}

/// A mark that keeps its shape however wide the page is.
fn mark(frame: &Frame, time: f64, kind: &str, y: f64) -> Markup {
    let path = match kind {
        "struck" => "M-5 -7h10l-5 8z",
        "healed" => "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0",
        "exited" => "M-4-4l8 8M4-4l-8 8",
        _ => "M-4 3l4-7 4 7z",
    };
    html! {
        svg class={ "mark " (kind) } role="presentation" x=(frame.percent(time)) y=(short(y))
            data-t=(short(time)) overflow="visible" width="1" height="1" {
            path d=(path) fill="#ffffff" stroke="#1b1f24" stroke-width="1.6" {}
        }
    }
}
