//! The data behind a chart: every number that it draws.

use super::super::figures;
use super::super::part::wide;
use super::{Frame, Line, Unit};
use maud::{Markup, html};

/// The data of lines over time, a row for each bin, folded away.
pub fn data(title: &str, frame: &Frame, unit: Unit, lines: &[Line]) -> Markup {
    let bins = &frame.bins;
    let rows = (0..bins.count).map(|place| {
        let mut cells = vec![figures::tenths(bins.from(place))];
        for line in lines {
            cells.push(unit.point(line.points.get(place).copied().unwrap_or_default()));
            if let Some(range) = line.range.get(place) {
                cells.push(range.map_or(unit.point(super::Point::Gap), |(low, high)| {
                    format!("{} … {}", unit.point(low), unit.point(high))
                }));
            }
        }
        cells
    });
    let mut head = vec!["from".to_owned()];
    for line in lines {
        head.push(line.name.clone());
        if !line.range.is_empty() {
            head.push(format!("{}, single seconds", line.name));
        }
    }
    folded(title, &head, rows)
}

/// A table that is folded away.
pub fn folded(title: &str, head: &[String], rows: impl Iterator<Item = Vec<String>>) -> Markup {
    html! {
        details class="data" {
            summary { "Data" }
            (wide(&format!("Data: {title}"), html! {
                table {
                    caption { (title) }
                    thead { tr { @for name in head { th scope="col" { (name) } } } }
                    tbody {
                        @for row in rows { tr { @for cell in &row { td { (cell) } } } }
                    }
                }
            }))
        }
    }
}
