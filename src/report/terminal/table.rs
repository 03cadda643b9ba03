//! A table that fits a width.

use super::text::{fold, one_line, wrap};

/// Rows of cells under a head; each row may be followed by lines of its own.
pub struct Table {
    right: Vec<usize>,
    rows: Vec<(Vec<String>, Vec<String>)>,
}

const GAP: usize = 2;

impl Table {
    /// One with this head.
    pub fn new(head: &[&str]) -> Table {
        Table {
            right: Vec::new(),
            rows: vec![(head.iter().map(|cell| (*cell).to_owned()).collect(), Vec::new())],
        }
    }

    /// The columns whose cells stand at the right: numbers.
    #[must_use]
    pub fn right(mut self, columns: &[usize]) -> Table {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row, and the lines that follow it.
    pub fn row(&mut self, cells: Vec<String>, notes: Vec<String>) {
        let cells = cells.iter().map(|cell| one_line(cell)).collect();
        self.rows.push((cells, notes));
    }

    /// The table's text. What is too wide is taken from the columns `shrinks`, the widest first; their cells go on in the
    /// lines below, and nothing is cut. `dress` may colour a line of a cell.
    pub fn print(&self, width: usize, shrinks: &[usize], dress: impl Fn(usize, &str) -> String) -> String {
        let widths = self.widths(width, shrinks);
        let mut out = String::new();
        for (cells, notes) in &self.rows {
            let folded: Vec<Vec<String>> =
                cells.iter().zip(&widths).map(|(cell, width)| fold(cell, *width)).collect();
            for place in 0..folded.iter().map(Vec::len).max().unwrap_or(0) {
                let mut line = String::new();
                for (column, lines) in folded.iter().enumerate() {
                    let text = lines.get(place).map_or("", String::as_str);
                    let padding = " ".repeat(widths[column] - text.chars().count());
                    let right = self.right.contains(&column);
                    if right {
                        line.push_str(&padding);
                    }
                    line.push_str(&dress(column, text));
                    if !right {
                        line.push_str(&padding);
                    }
                    line.push_str(&" ".repeat(GAP));
                }
                out.push_str(line.trim_end());
                out.push('\n');
            }
            out.extend(notes.iter().map(|note| wrap(note, width, "         ")));
        }
        out
    }

    fn widths(&self, width: usize, shrinks: &[usize]) -> Vec<usize> {
        let columns = self.rows.iter().map(|(cells, _)| cells.len()).max().unwrap_or(0);
        let mut widths = vec![0; columns];
        for (cells, _) in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(cells) {
                *widest = (*widest).max(cell.chars().count());
            }
        }
        let room = width.saturating_sub(GAP * columns.saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let Some(widest) = shrinks.iter().copied().max_by_key(|column| widths[*column]) else { break };
            if widths[widest] <= 4 {
                break;
            }
            widths[widest] -= 1;
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_needed_and_shrink_where_they_may() {
        let mut table = Table::new(&["a", "b"]).right(&[1]);
        table.row(vec!["a long cell indeed".into(), "1234567890".into()], vec!["and a note".into()]);
        let plain = |_: usize, cell: &str| cell.to_owned();
        assert_eq!(table.print(80, &[0], plain).lines().nth(1), Some("a long cell indeed  1234567890"));
        let narrow = table.print(20, &[0], plain);
        let narrow: Vec<&str> = narrow.lines().skip(1).take(3).collect();
        assert_eq!(narrow, ["a long    1234567890", "cell", "indeed"], "nothing is cut");
        assert_eq!(table.print(80, &[0], plain).lines().next(), Some("a                            b"));
        assert_eq!(table.print(80, &[0], plain).lines().nth(2), Some("         and a note"));
    }
}
