//! The final state: the rows that were read after everything had settled.

use super::{Text, Texts};

/// What is known of the rows that were there before the load.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Before {
    /// The record has no baseline of the read.
    #[default]
    NotRecorded,
    /// It could not be read, or rows of it changed or vanished while it was read: why nothing is known.
    Open(String),
    /// The rows, and how many of them were added while they were read.
    Rows {
        /// The rows.
        state: Box<State>,
        /// How many were added between the last two snapshots.
        grown: u64,
    },
}

/// One final read through one endpoint: the last snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The plan's name of the final read.
    pub name: String,
    /// Through which endpoint; empty where there is only one.
    pub endpoint: String,
    /// Whether two snapshots in a row were equal.
    pub settled: bool,
    /// Whether the rows with a key of the run's effects had settled, though others may not.
    pub ours_settled: bool,
    /// Whether it holds only what came after the baseline.
    pub continued: bool,
    /// What was there before the load.
    pub before: Before,
    /// Why it could not be read, or not to its end.
    pub trouble: Option<String>,
    /// How many rows there are.
    pub rows: usize,
    columns: Vec<(String, Vec<Option<Text>>)>,
    /// Every column of the read, also those that nobody asked for.
    known: Vec<String>,
}

impl State {
    /// A state without rows.
    pub fn new(name: &str, endpoint: &str, settled: bool) -> State {
        State {
            name: name.to_owned(),
            endpoint: endpoint.to_owned(),
            settled,
            ours_settled: settled,
            ..State::default()
        }
    }

    /// The same with these of its rows alone.
    pub fn only(&self, keep: &[bool]) -> State {
        let kept = |cells: &Vec<Option<Text>>| {
            cells.iter().zip(keep).filter(|(_, keep)| **keep).map(|(cell, _)| *cell).collect()
        };
        State {
            name: self.name.clone(),
            endpoint: self.endpoint.clone(),
            trouble: self.trouble.clone(),
            rows: keep.iter().filter(|keep| **keep).count(),
            columns: self.columns.iter().map(|(name, cells)| (name.clone(), kept(cells))).collect(),
            known: self.known.clone(),
            before: Before::NotRecorded,
            ..*self
        }
    }

    /// Adds a column; a cell may be empty.
    pub fn column<'a>(
        &mut self,
        texts: &mut Texts,
        name: &str,
        cells: impl Iterator<Item = Option<&'a str>>,
    ) {
        let cells: Vec<Option<Text>> = cells.map(|cell| cell.map(|cell| texts.add(cell))).collect();
        self.rows = self.rows.max(cells.len());
        self.columns.push((name.to_owned(), cells));
        self.known.push(name.to_owned());
    }

    /// Names a column that is there and that nobody asks for.
    pub fn unread(&mut self, rows: usize, name: &str) {
        self.rows = self.rows.max(rows);
        self.known.push(name.to_owned());
    }

    /// The cells of a column.
    ///
    /// # Errors
    /// If there is none; says which there are.
    pub fn cells(&self, column: &str) -> Result<&[Option<Text>], String> {
        self.cells_if_any(column).ok_or_else(|| {
            format!(
                "the final read {} has no column `{column}` (it has {})",
                self.title(),
                match self.known.as_slice() {
                    [] => "none: it gave no row".to_owned(),
                    names => names.join(", "),
                }
            )
        })
    }

    /// The cells of a column that need not be there. A read without rows has every column, empty.
    pub fn cells_if_any(&self, column: &str) -> Option<&[Option<Text>]> {
        let found = self.columns.iter().find(|(name, _)| name == column);
        match found {
            Some((_, cells)) => Some(cells),
            None if self.rows == 0 => Some(&[]),
            None => None,
        }
    }

    /// How it is called in messages.
    pub fn title(&self) -> String {
        match self.endpoint.as_str() {
            "" => format!("`{}`", self.name),
            endpoint => format!("`{}` through {endpoint}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_is_told_with_those_that_are_there() {
        let mut texts = Texts::default();
        let mut state = State::new("orders", "", true);
        state.column(&mut texts, "id", ["a"].into_iter().map(Some));
        state.unread(1, "at");
        assert_eq!(state.cells("id").map(<[_]>::len), Ok(1));
        assert_eq!(
            state.cells("key").unwrap_err(),
            "the final read `orders` has no column `key` (it has id, at)"
        );
    }

    #[test]
    fn a_read_without_rows_has_every_column() {
        assert_eq!(State::new("orders", "", true).cells("key").map(<[_]>::len), Ok(0));
    }
}
