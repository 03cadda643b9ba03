//! One snapshot of one final read through one endpoint: rows of text, kept column by column.

use std::hash::{DefaultHasher, Hash, Hasher};

/// So many columns a table has at most: rows whose field names are data must not fill the memory.
const MOST_COLUMNS: usize = 1_000;
/// Marks a cell without a value in [`Cells::ends`].
const ABSENT: u64 = 1 << 63;

/// A snapshot. Every cell is text, as the deployment gave it: texts as they are, numbers and booleans printed plainly,
/// lists and objects as JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FinalTable {
    /// The plan's name of the final read.
    pub name: String,
    /// Through which endpoint; empty for the target of a plan that names none.
    pub endpoint: String,
    /// The number of the snapshot, from 1.
    pub snapshot: u32,
    /// Whether it was taken before the load: what it holds is not this run's.
    pub baseline: bool,
    /// Whether it holds only what came after the baseline's end: the read went on from its cursor.
    pub continued: bool,
    /// Whether this snapshot and the one before it hold the same rows, in whatever order.
    pub settled: bool,
    /// Whether the rows with a key of this run's effects have settled, though others may not.
    pub ours_settled: bool,
    /// Of a baseline: how many rows were added since the snapshot before, if none vanished or changed.
    pub grown: Option<u64>,
    /// Why it could not be read, or not to its end.
    pub trouble: Option<String>,
    /// The columns, in the order in which they were first seen.
    pub columns: Vec<String>,
    cells: Vec<Cells>,
    rows: usize,
    digest: u64,
}

/// The cells of one column, one text behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cells {
    text: String,
    /// Where each cell's text ends; with [`ABSENT`] if it has none.
    ends: Vec<u64>,
}

impl FinalTable {
    /// A table without rows.
    pub fn new(name: &str, endpoint: &str, snapshot: u32) -> FinalTable {
        FinalTable { name: name.to_owned(), endpoint: endpoint.to_owned(), snapshot, ..FinalTable::default() }
    }

    /// Adds a column, unless it is there already; for rows that may not name all of theirs. Returns its place.
    ///
    /// # Errors
    /// If there would be more than 1,000.
    pub fn add_column(&mut self, name: &str) -> Result<usize, String> {
        if let Some(place) = self.column(name) {
            return Ok(place);
        }
        if self.columns.len() == MOST_COLUMNS {
            return Err(format!("the rows have more than {MOST_COLUMNS} different columns"));
        }
        let mut cells = Cells::default();
        cells.pad(self.rows);
        self.columns.push(name.to_owned());
        self.cells.push(cells);
        Ok(self.columns.len() - 1)
    }

    /// Adds a row of named cells; a column that it does not name is empty in it.
    ///
    /// # Errors
    /// If there would be more than 1,000 columns. The row is then not added.
    pub fn push<'a>(
        &mut self,
        row: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<(), String> {
        let mut sum = 0_u64;
        for (guess, (name, cell)) in row.into_iter().enumerate() {
            // Rows mostly have the same columns in the same order.
            let place = match self.columns.get(guess) {
                Some(column) if column == name => guess,
                _ => match self.add_column(name) {
                    Ok(place) => place,
                    Err(reason) => {
                        self.cells.iter_mut().for_each(|cells| cells.cut(self.rows));
                        return Err(reason);
                    }
                },
            };
            let cells = &mut self.cells[place];
            // Of two cells with one name the last counts, as in JSON.
            if let Some(before) = cells.get(self.rows) {
                sum = sum.wrapping_sub(hash(&(name, before)));
            }
            cells.cut(self.rows);
            cells.push(cell);
            sum = sum.wrapping_add(cell.map_or(0, |cell| hash(&(name, cell))));
        }
        self.rows += 1;
        let rows = self.rows;
        self.cells.iter_mut().for_each(|cells| cells.pad(rows));
        self.digest = self.digest.wrapping_add(hash(&sum));
        Ok(())
    }

    /// Adds the rows of another table.
    ///
    /// # Errors
    /// As for [`FinalTable::push`].
    pub fn append(&mut self, other: &FinalTable) -> Result<(), String> {
        for row in 0..other.rows {
            let named =
                other.columns.iter().enumerate().map(|(place, name)| (name.as_str(), other.text(row, place)));
            self.push(named)?;
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The text of a cell; nothing if it is empty, or not there.
    pub fn text(&self, row: usize, column: usize) -> Option<&str> {
        self.cells.get(column)?.get(row)
    }

    /// The cells of a row that are not empty.
    pub fn cells(&self, row: usize) -> impl Iterator<Item = &str> {
        self.cells.iter().filter_map(move |cells| cells.get(row))
    }

    /// The same for rows with the same cells under the same names; as good as [`FinalTable::digest`].
    pub fn row_digest(&self, row: usize) -> u64 {
        let named = self
            .columns
            .iter()
            .zip(&self.cells)
            .filter_map(|(name, cells)| Some((name.as_str(), cells.get(row)?)));
        hash(&named.map(|cell| hash(&cell)).fold(0_u64, u64::wrapping_add))
    }

    /// Bytes of text in a row.
    pub(super) fn row_bytes(&self, row: usize) -> usize {
        self.cells.iter().filter_map(|cells| cells.get(row)).map(str::len).sum()
    }

    /// The same for tables with the same rows, in whatever order; else almost certainly (1 − 2⁻⁶⁴) different. Good
    /// within one process only.
    pub fn digest(&self) -> u64 {
        hash(&(self.digest, self.rows))
    }
}

impl Cells {
    fn push(&mut self, cell: Option<&str>) {
        self.text.push_str(cell.unwrap_or_default());
        self.ends.push(self.text.len() as u64 | if cell.is_some() { 0 } else { ABSENT });
    }

    fn pad(&mut self, rows: usize) {
        if self.ends.len() < rows {
            self.ends.resize(rows, self.text.len() as u64 | ABSENT);
        }
    }

    /// Keeps so many cells.
    fn cut(&mut self, rows: usize) {
        if self.ends.len() > rows {
            self.ends.truncate(rows);
            self.text.truncate(self.end(rows));
        }
    }

    /// Where the text of the cells before this row ends.
    fn end(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| (self.ends[before] & !ABSENT) as usize)
    }

    fn get(&self, row: usize) -> Option<&str> {
        let end = *self.ends.get(row)?;
        (end & ABSENT == 0).then(|| &self.text[self.end(row)..end as usize])
    }
}

fn hash(value: &impl Hash) -> u64 {
    // Without a key of its own, unlike a `HashMap`'s: two tables of one process must agree.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[(&str, Option<&str>)]]) -> FinalTable {
        let mut table = FinalTable::new("orders", "", 1);
        rows.iter().for_each(|row| table.push(row.iter().copied()).expect("few columns"));
        table
    }

    #[test]
    fn rows_need_not_have_the_same_columns() {
        let table = table(&[
            &[("a", Some("1")), ("b", Some(""))],
            &[("c", Some("x")), ("a", Some("2"))],
            &[],
            &[("b", None), ("c", Some("y"))],
        ]);
        assert_eq!(table.columns, ["a", "b", "c"]);
        let texts: Vec<Vec<Option<&str>>> =
            (0..table.len()).map(|row| (0..3).map(|column| table.text(row, column)).collect()).collect();
        assert_eq!(texts[0], [Some("1"), Some(""), None]);
        assert_eq!(texts[1], [Some("2"), None, Some("x")]);
        assert_eq!(texts[2], [None, None, None]);
        assert_eq!(texts[3], [None, None, Some("y")]);
        assert_eq!((table.text(4, 0), table.text(0, 3)), (None, None));
        assert_eq!(table.row_bytes(1), 2);
    }

    #[test]
    fn of_two_cells_with_one_name_the_last_counts() {
        let twice = table(&[&[("a", Some("first")), ("a", Some("2"))], &[("a", Some("3"))]]);
        assert_eq!((twice.text(0, 0), twice.text(1, 0)), (Some("2"), Some("3")));
        assert_eq!(twice.digest(), table(&[&[("a", Some("2"))], &[("a", Some("3"))]]).digest());
    }

    #[test]
    fn the_digest_sees_rows_and_not_their_order() {
        let (one, two) = ([("a", Some("1")), ("b", Some("2"))], [("a", Some("2")), ("b", Some("1"))]);
        let both = table(&[&one, &two]).digest();
        assert_eq!(both, table(&[&two, &one]).digest());
        let turned = [("b", Some("2")), ("a", Some("1"))];
        assert_eq!(both, table(&[&turned, &two]).digest(), "the order of columns means nothing");
        for other in [
            table(&[&one]),
            table(&[&one, &one]),
            table(&[&one, &two, &two]),
            table(&[&one, &two, &[]]),
            table(&[&[("a", Some("1")), ("b", Some("1"))], &[("a", Some("2")), ("b", Some("2"))]]),
            table(&[&[("a", Some("1")), ("b", None)], &two]),
        ] {
            assert_ne!(other.digest(), both, "{other:?}");
        }
        assert_ne!(table(&[]).digest(), table(&[&[]]).digest());
    }

    #[test]
    fn field_names_that_are_data_do_not_fill_the_memory() {
        let mut table = FinalTable::new("x", "", 1);
        for i in 0..MOST_COLUMNS {
            table.push([(format!("c{i}").as_str(), Some("1"))]).expect("few columns");
        }
        let before = table.digest();
        let error = table.push([("c0", Some("2")), ("more", Some("1"))]).expect_err("too many");
        assert_eq!(error, "the rows have more than 1000 different columns");
        assert_eq!((table.len(), table.digest()), (MOST_COLUMNS, before));
        table.push([("c0", Some("3"))]).expect("known columns are fine");
        assert_eq!(table.text(MOST_COLUMNS, 0), Some("3"));
    }
}
