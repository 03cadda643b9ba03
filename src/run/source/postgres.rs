//! Postgres: through a cursor in a transaction that can only read.

use crate::json::Number;
use crate::record::FinalTable;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_postgres::config::Host;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

const CONNECT: Duration = Duration::from_secs(5);
/// Rows that are fetched at once.
const FETCH: &str = "FETCH 5000 FROM shakedown_rows";

/// A Postgres server and a database in it.
#[derive(Clone)]
pub(in crate::run) struct Postgres {
    config: Config,
    host: String,
    port: u16,
}

impl fmt::Debug for Postgres {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Postgres({}:{})", self.host, self.port)
    }
}

impl Postgres {
    pub(super) fn parse(address: &str) -> Result<Postgres, String> {
        let config: Config =
            address.parse().map_err(|error| format!("the address of the database is wrong: {error}"))?;
        let host = config.get_hosts().iter().find_map(|host| match host {
            Host::Tcp(name) => Some(name.clone()),
            #[cfg(unix)]
            Host::Unix(_) => None,
        });
        let host = host.ok_or("the address of the database names no host")?;
        let port = config.get_ports().first().copied().unwrap_or(5432);
        Ok(Postgres { config, host, port })
    }

    pub(super) async fn rows(&self, sql: &str, mut table: FinalTable) -> Result<FinalTable, String> {
        let session = self.session().await?;
        let client = &session.client;
        client.batch_execute("BEGIN READ ONLY").await.map_err(told)?;
        let sql = sql.trim().trim_end_matches(';');
        let statement = client.prepare(sql).await.map_err(told)?;
        let types: Vec<Type> = statement.columns().iter().map(|column| column.type_().clone()).collect();
        for column in statement.columns() {
            table.add_column(column.name())?;
        }
        let declare = format!("DECLARE shakedown_rows NO SCROLL CURSOR FOR {sql}");
        client.batch_execute(&declare).await.map_err(told)?;
        loop {
            let before = table.len();
            for message in client.simple_query(FETCH).await.map_err(told)? {
                let SimpleQueryMessage::Row(row) = message else { continue };
                let cells: Vec<Option<Cow<'_, str>>> = types
                    .iter()
                    .enumerate()
                    .map(|(place, of)| row.get(place).map(|text| cell(of, text)))
                    .collect();
                let columns = row.columns().iter().zip(&cells);
                table.push(columns.map(|(column, cell)| (column.name(), cell.as_deref())))?;
            }
            if table.len() == before {
                return Ok(table);
            }
        }
    }

    async fn session(&self) -> Result<Session, String> {
        let to = format!("{}:{}", self.host, self.port);
        let connected = tokio::time::timeout(CONNECT, async {
            let stream =
                TcpStream::connect(&to).await.map_err(|error| format!("Postgres at {to}: {error}"))?;
            let connected = self.config.connect_raw(stream, NoTls).await;
            connected.map_err(|error| format!("Postgres at {to}: {}", told(error)))
        });
        let (client, connection) = connected
            .await
            .map_err(|_| format!("Postgres at {to}: no connection within {} s", CONNECT.as_secs()))??;
        // What goes wrong with it the client tells, too.
        let driver = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Session { client, driver })
    }
}

/// A cell's text: truths in words, numbers in canonical form (`1.1` for `1.10`), all else as the server writes it.
fn cell<'a>(of: &Type, text: &'a str) -> Cow<'a, str> {
    match *of {
        Type::BOOL => Cow::Borrowed(match text {
            "t" => "true",
            "f" => "false",
            other => other,
        }),
        Type::NUMERIC | Type::FLOAT4 | Type::FLOAT8 => match Number::parse(text) {
            Some(number) => Cow::Owned(number.canonical().to_string()),
            None => Cow::Borrowed(text),
        },
        _ => Cow::Borrowed(text),
    }
}

/// A connection; it is closed when this is dropped.
struct Session {
    client: Client,
    driver: tokio::task::JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What the server says, where it says something.
fn told(error: tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} ({})", said.message(), said.code().code()),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};

    /// A server of this machine's own Postgres in a folder of its own; it ends with the test.
    struct Server {
        child: Child,
        address: String,
        _folder: tempfile::TempDir,
    }

    impl Drop for Server {
        fn drop(&mut self) {
            // Killed without ceremony: its folder goes too.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn installed() -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        let found =
            std::env::split_paths(&path).map(|folder| folder.join("postgres")).find(|file| file.exists());
        let program = std::fs::canonicalize(found?).ok()?;
        program.with_file_name("initdb").exists().then_some(program)
    }

    /// The command, as somebody else if we are root: Postgres refuses to run as root.
    fn command(program: &Path, folder: &Path) -> Command {
        const NOBODY: u32 = 65_534;
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if rustix::process::getuid().is_root() {
            std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("root may");
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    async fn server() -> Option<Server> {
        let program = installed()?;
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let made = command(&program.with_file_name("initdb"), folder.path())
            .args(["-D", &data.to_string_lossy(), "-U", "tester", "-A", "trust", "--no-sync"])
            .status()
            .expect("initdb runs");
        assert!(made.success(), "initdb: {made}");
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
        let child = command(&program, folder.path())
            .args(["-D", &data.to_string_lossy(), "-p", &port.to_string(), "-h", "127.0.0.1", "-F"])
            .args(["-c", "unix_socket_directories="])
            .spawn()
            .expect("postgres starts");
        let address = format!("postgres://tester:pw@127.0.0.1:{port}/postgres");
        let server = Server { child, address, _folder: folder };
        for _ in 0..2_000 {
            if Postgres::parse(&server.address).expect("an address").session().await.is_ok() {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("Postgres does not come up within 20 s");
    }

    #[tokio::test]
    async fn a_real_server_is_read_and_cannot_be_changed() {
        let Some(server) = server().await else {
            eprintln!("skipped: there is no Postgres on this machine");
            return;
        };
        let postgres = Postgres::parse(&server.address).expect("an address");
        let session = postgres.session().await.expect("a connection");
        let filled = session.client.batch_execute(
            "CREATE SEQUENCE s; CREATE TABLE o (k TEXT, n INT, paid BOOL, price NUMERIC, j JSONB);
             INSERT INTO o SELECT 'k' || i, i, i % 2 = 0, 1.50, '{\"a\": 1}' FROM generate_series(1, 12345) i;
             INSERT INTO o VALUES (NULL, 0, NULL, NULL, NULL);",
        );
        filled.await.expect("filled");

        let ask = |sql: &'static str| postgres.rows(sql, FinalTable::default());
        let table = ask("SELECT * FROM o ORDER BY n;").await.expect("rows");
        assert_eq!((table.len(), table.columns.join(" ")), (12_346, "k n paid price j".to_owned()));
        let row = |row| (0..5).map(|column| table.text(row, column)).collect::<Vec<_>>();
        assert_eq!(row(0), [None, Some("0"), None, None, None]);
        assert_eq!(row(1), [Some("k1"), Some("1"), Some("false"), Some("1.5"), Some("{\"a\": 1}")]);
        assert_eq!(row(12_345)[2], Some("false"));
        assert_eq!(row(2)[2], Some("true"));
        let empty = ask("SELECT k FROM o WHERE n > 99999").await.expect("no rows");
        assert_eq!((empty.len(), empty.columns), (0, vec!["k".to_owned()]));

        for (sql, word) in [
            ("SELECT nope FROM o", "column \"nope\" does not exist (42703)"),
            ("DELETE FROM o", "(42601)"),
            ("SELECT nextval('s')", "read-only transaction"),
            ("WITH gone AS (DELETE FROM o RETURNING k) SELECT * FROM gone", "data-modifying"),
        ] {
            let error = ask(sql).await.expect_err(sql);
            assert!(error.contains(word), "{sql}: {error}");
        }
        assert_eq!(ask("SELECT k FROM o").await.expect("rows").len(), 12_346);
        let database = super::super::Database::parse(&server.address, Path::new(".")).expect("an address");
        assert_eq!(database.number("SELECT count(*) FROM o WHERE paid").await, Ok(6172.0));
        let error = database.number("SELECT n FROM o").await.expect_err("many rows");
        assert_eq!(error, "the query gave 12346 rows of 1 columns; a probe's gives one of one");
    }

    #[tokio::test]
    async fn whoever_is_not_there_is_told_without_the_password() {
        let postgres = Postgres::parse("postgres://me:s3cret@127.0.0.1:1/shop").expect("an address");
        let error = postgres.rows("SELECT 1", FinalTable::default()).await.expect_err("nobody");
        assert!(error.starts_with("Postgres at 127.0.0.1:1: ") && !error.contains("s3cret"), "{error}");
        assert_eq!(format!("{postgres:?}"), "Postgres(127.0.0.1:1)");
    }
}
