//! SQLite: the file is opened to be read only.

use crate::json::Number;
use crate::record::FinalTable;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a lock is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// Interrupts the query when nobody waits for it any more.
struct Waiting(Option<InterruptHandle>);

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.interrupt();
        }
    }
}

/// Adds the rows of a query.
pub(super) async fn rows(path: PathBuf, sql: String, table: FinalTable) -> Result<FinalTable, String> {
    let (tell, handle) = oneshot::channel();
    let query = tokio::task::spawn_blocking(move || read(&path, &sql, table, tell));
    let mut waiting = Waiting(handle.await.ok());
    let read = query.await.map_err(|error| format!("reading the database ended badly: {error}"))?;
    waiting.0 = None;
    read
}

fn read(
    path: &Path,
    sql: &str,
    mut table: FinalTable,
    tell: oneshot::Sender<InterruptHandle>,
) -> Result<FinalTable, String> {
    let told = |error: rusqlite::Error| format!("{}: {error}", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(told)?;
    connection.busy_timeout(BUSY).map_err(told)?;
    // Whoever asked may have gone.
    let _ = tell.send(connection.get_interrupt_handle());
    let mut statement = connection.prepare(sql).map_err(told)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    for column in &columns {
        table.add_column(column)?;
    }
    let mut rows = statement.query([]).map_err(told)?;
    let mut cells: Vec<(bool, String)> = vec![(false, String::new()); columns.len()];
    while let Some(row) = rows.next().map_err(told)? {
        for (place, (present, cell)) in cells.iter_mut().enumerate() {
            let value = row.get_ref(place).map_err(told)?;
            cell.clear();
            *present = !matches!(value, ValueRef::Null);
            write(value, cell);
        }
        let named = columns.iter().zip(&cells);
        table.push(named.map(|(name, (present, cell))| (name.as_str(), present.then_some(cell.as_str()))))?;
    }
    Ok(table)
}

/// The value as text; a blob in hexadecimal.
fn write(value: ValueRef<'_>, cell: &mut String) {
    let written = match value {
        ValueRef::Null => Ok(()),
        ValueRef::Integer(number) => write!(cell, "{number}"),
        ValueRef::Real(number) => match Number::parse(&format!("{number:?}")) {
            Some(exact) => write!(cell, "{}", exact.canonical()),
            None => write!(cell, "{number}"),
        },
        ValueRef::Text(text) => cell.write_str(&String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => bytes.iter().try_for_each(|byte| write!(cell, "{byte:02x}")),
    };
    written.expect("writing to a String does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.db");
        let connection = Connection::open(&path).expect("made");
        connection
            .execute_batch(
                "CREATE TABLE orders (id INTEGER, key TEXT, price REAL, raw BLOB);
                 INSERT INTO orders VALUES (1, 'a', 1.5, x'00ff'), (2, NULL, 2, NULL);",
            )
            .expect("filled");
        (folder, path)
    }

    async fn ask(path: &Path, sql: &str) -> Result<FinalTable, String> {
        rows(path.to_owned(), sql.to_owned(), FinalTable::default()).await
    }

    #[tokio::test]
    async fn every_type_becomes_text() {
        let (_folder, path) = shop();
        let table = ask(&path, "SELECT id, key, price, raw FROM orders ORDER BY id").await.expect("rows");
        assert_eq!(table.columns, ["id", "key", "price", "raw"]);
        let row = |row| (0..4).map(|column| table.text(row, column)).collect::<Vec<_>>();
        assert_eq!(row(0), [Some("1"), Some("a"), Some("1.5"), Some("00ff")]);
        assert_eq!(row(1), [Some("2"), None, Some("2"), None]);
    }

    #[tokio::test]
    async fn a_query_without_rows_still_has_columns() {
        let (_folder, path) = shop();
        let table = ask(&path, "SELECT id FROM orders WHERE id > 5").await.expect("rows");
        assert_eq!((table.len(), table.columns), (0, vec!["id".to_owned()]));
    }

    #[tokio::test]
    async fn nothing_can_be_changed_and_what_is_wrong_is_told() {
        let (_folder, path) = shop();
        for (sql, word) in [
            ("DELETE FROM orders RETURNING id", "readonly"),
            ("SELECT nope FROM orders", "no such column: nope"),
        ] {
            let error = ask(&path, sql).await.expect_err(sql);
            assert!(error.contains(word) && error.contains("shop.db"), "{error}");
        }
        let error = ask(&path.with_file_name("none.db"), "SELECT 1").await.expect_err("no file");
        assert!(error.contains("none.db"), "{error}");
        assert_eq!(ask(&path, "SELECT id FROM orders").await.expect("rows").len(), 2);
    }

    #[tokio::test]
    async fn a_query_that_nobody_waits_for_ends() {
        let (_folder, path) = shop();
        let endless =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let asked = tokio::time::timeout(Duration::from_millis(50), ask(&path, endless)).await;
        assert!(asked.is_err(), "it would never end");
        // The runtime waits for blocking tasks when the test ends: this test hangs if the query goes on.
    }
}
