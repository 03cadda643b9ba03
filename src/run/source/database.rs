//! A database that speaks SQL, by its address.

use super::postgres::Postgres;
use super::sqlite;
use crate::record::FinalTable;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// A database that speaks SQL. It is only read: what a plan asks of it cannot change it.
#[derive(Clone, Debug)]
pub(in crate::run) enum Database {
    /// `postgres://user:password@host:port/name`, without TLS.
    Postgres(Box<Postgres>),
    /// `sqlite:path`.
    Sqlite(PathBuf),
}

impl Database {
    /// From its address; a relative path of SQLite starts at `directory`.
    pub(in crate::run) fn parse(address: &str, directory: &Path) -> Result<Database, String> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err("`sqlite:` names no file; write `sqlite:shop.db`".to_owned());
            }
            return Ok(Database::Sqlite(directory.join(path)));
        }
        if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            return Postgres::parse(address).map(Box::new).map(Database::Postgres);
        }
        let scheme = address.split_once(':').map_or("none", |(scheme, _)| scheme);
        Err(format!("SQL goes to `postgres://…` and `sqlite:…`, and the address has the scheme `{scheme}`"))
    }

    /// Adds the rows that this query gives to the table.
    pub(in crate::run) async fn rows(&self, sql: &str, table: FinalTable) -> Result<FinalTable, String> {
        match self {
            Database::Postgres(postgres) => postgres.rows(sql, table).await,
            Database::Sqlite(path) => sqlite::rows(path.clone(), sql.to_owned(), table).await,
        }
    }

    /// The number that this query gives: one row of one column.
    pub(in crate::run) async fn number(&self, sql: &str) -> Result<f64, String> {
        let table = self.rows(sql, FinalTable::default()).await?;
        if (table.len(), table.columns.len()) != (1, 1) {
            let (rows, columns) = (table.len(), table.columns.len());
            return Err(format!(
                "the query gave {rows} rows of {columns} columns; a probe's gives one of one"
            ));
        }
        let text = table.text(0, 0).ok_or("the query gave NULL")?;
        match text {
            "true" => Ok(1.0),
            "false" => Ok(0.0),
            text => text.trim().parse().map_err(|_| format!("the query gave `{text}`, which is no number")),
        }
    }
}

/// The address of the same database on another host and port.
pub(in crate::run) fn moved(address: &str, to: SocketAddr) -> Result<String, String> {
    let wrong = || "an address without a host cannot be asked of every instance of a service".to_owned();
    let mut url = Url::parse(address).map_err(|error| format!("the address is not a URL ({error})"))?;
    // Not `set_ip_host`: it refuses schemes that it does not know.
    url.set_host(Some(&to.ip().to_string())).map_err(|_| wrong())?;
    url.set_port(Some(to.port())).map_err(|()| wrong())?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_by_their_schemes() {
        let directory = Path::new("/plans");
        let path = |address| match Database::parse(address, directory) {
            Ok(Database::Sqlite(path)) => path,
            other => panic!("{other:?}"),
        };
        assert_eq!(path("sqlite:shop.db"), Path::new("/plans/shop.db"));
        assert_eq!(path("sqlite:/run/shop.db"), Path::new("/run/shop.db"));
        assert_eq!(path("sqlite:///run/shop.db"), Path::new("/run/shop.db"));
        let postgres = Database::parse("postgres://me:pw@h:5/shop", directory);
        assert!(matches!(postgres, Ok(Database::Postgres(_))), "{postgres:?}");
        for wrong in ["mysql://h/shop", "shop.db", "sqlite:", "postgres://"] {
            let error = Database::parse(wrong, directory).expect_err(wrong);
            assert!(!error.is_empty());
        }
    }

    #[test]
    fn an_address_keeps_all_but_its_place() {
        let to = "127.0.0.1:77".parse().expect("an address");
        assert_eq!(
            moved("postgres://me:pw@h/shop?x=1", to),
            Ok("postgres://me:pw@127.0.0.1:77/shop?x=1".into())
        );
        assert_eq!(moved("redis://h:1/2", to), Ok("redis://127.0.0.1:77/2".into()));
        assert!(moved("sqlite:shop.db", to).is_err());
    }
}
