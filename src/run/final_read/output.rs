//! Rows out of a command's output: CSV, JSON or lines.

use super::rows;
use crate::json::{JsonPath, Value, values};
use crate::record::FinalTable;
use crate::tabular;

/// Adds the rows of `text`. CSV has a line of column names; JSON is a list of rows, one value after another, or whatever
/// the path says; of lines each is a row with the column `value`.
pub(super) fn rows(
    text: &str,
    format: Option<&str>,
    path: Option<&JsonPath>,
    table: &mut FinalTable,
) -> Result<(), String> {
    match format {
        Some("csv") => csv(text, table),
        Some("json") => json(text, path, table),
        _ => text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .lines()
            .try_for_each(|line| table.push([("value", Some(line))])),
    }
}

fn csv(text: &str, table: &mut FinalTable) -> Result<(), String> {
    let records = tabular::csv(text.as_bytes()).map_err(|error| format!("its output is not CSV: {error}"))?;
    let Some((names, records)) = records.split_first() else { return Ok(()) };
    for name in &names.fields {
        table.add_column(name)?;
    }
    records.iter().try_for_each(|record| {
        let cells = record.fields.iter().map(|field| Some(field.as_str()));
        table.push(names.fields.iter().map(String::as_str).zip(cells))
    })
}

fn json(text: &str, path: Option<&JsonPath>, table: &mut FinalTable) -> Result<(), String> {
    for value in values(text.as_bytes()).map_err(|error| format!("its output is not JSON: {error}"))? {
        match (path, &value) {
            (Some(path), value) => path.query(value).iter().try_for_each(|row| rows::push(row, table))?,
            (None, Value::Array(list)) => list.iter().try_for_each(|row| rows::push(row, table))?,
            (None, row) => rows::push(row, table)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: &str, path: Option<&str>) -> Result<FinalTable, String> {
        let path = path.map(|path| JsonPath::parse(path).expect("a path"));
        let mut table = FinalTable::default();
        rows(text, Some(format), path.as_ref(), &mut table).map(|()| table)
    }

    fn cells(table: &FinalTable) -> Vec<Vec<Option<&str>>> {
        let row = |row| (0..table.columns.len()).map(|column| table.text(row, column)).collect();
        (0..table.len()).map(row).collect()
    }

    #[test]
    fn csv_has_its_names_in_the_first_line() {
        let table = read("id,note\n1,\"a, b\"\n2,\n", "csv", None).expect("rows");
        assert_eq!(table.columns, ["id", "note"]);
        assert_eq!(cells(&table), [[Some("1"), Some("a, b")], [Some("2"), Some("")]]);
        assert_eq!(read("id,note\n", "csv", None).expect("no rows").columns, ["id", "note"]);
        assert!(read("id,note\n1\n", "csv", None).expect_err("too short").contains("not CSV"));
        assert!(read("id,note\n1,\"x\n", "csv", None).expect_err("open").contains("2:3: the quotation mark"));
    }

    #[test]
    fn json_is_a_list_or_lines_or_what_the_path_says() {
        let one = |text, path| cells(&read(text, "json", path).expect("rows")).concat().len();
        assert_eq!(one("[{\"a\": 1}, {\"a\": 2}]", None), 2);
        assert_eq!(one("{\"a\": 1}\n{\"a\": 2}\n", None), 2);
        assert_eq!(one("{\"rows\": [1, 2, 3]}", Some("$.rows[*]")), 3);
        assert_eq!(one("", None), 0);
        assert!(read("[1,", "json", None).expect_err("cut").contains("not JSON"));
    }

    #[test]
    fn lines_are_values() {
        assert_eq!(
            cells(&read("a\r\n\nb\n", "lines", None).expect("rows")),
            [[Some("a")], [Some("")], [Some("b")]]
        );
    }
}
