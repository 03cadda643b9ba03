//! Redis: one command, its reply as rows.

use super::resp::{self, Reply};
use crate::json::Value;
use crate::record::FinalTable;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use url::Url;

/// A Redis server, and a database in it.
#[derive(Clone)]
pub(in crate::run) struct Redis {
    host: String,
    port: u16,
    /// What is said before the command: `AUTH`, `SELECT`.
    greeting: Vec<Vec<String>>,
}

impl Redis {
    /// From `redis://[user:password@]host[:port][/number]`.
    pub(in crate::run) fn parse(address: &str) -> Result<Redis, String> {
        let wrong = |why: &str| format!("{why}; write it like `redis://127.0.0.1:6379/0`");
        let url =
            Url::parse(address).map_err(|error| wrong(&format!("the address is not a URL ({error})")))?;
        if url.scheme() != "redis" {
            return Err(wrong(&format!("Redis is at `redis://…`, not at `{}:…`", url.scheme())));
        }
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("the address names no host"))?.to_owned();
        let plain = |text: &str| {
            let bytes: Vec<u8> =
                url::form_urlencoded::parse(format!("x={}", text.replace('+', "%2B")).as_bytes())
                    .flat_map(|(_, value)| value.into_owned().into_bytes())
                    .collect();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut greeting = Vec::new();
        match (url.username(), url.password()) {
            ("", None) => {}
            ("", Some(password)) => greeting.push(vec!["AUTH".to_owned(), plain(password)]),
            (user, password) => {
                greeting.push(vec!["AUTH".to_owned(), plain(user), plain(password.unwrap_or_default())]);
            }
        }
        match url.path().trim_matches('/') {
            "" | "0" => {}
            number if number.parse::<u32>().is_ok() => {
                greeting.push(vec!["SELECT".to_owned(), number.to_owned()])
            }
            other => return Err(wrong(&format!("`{other}` is not the number of a database"))),
        }
        Ok(Redis {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(6379),
            greeting,
        })
    }

    /// Carries out the command and adds what it replies to the table.
    pub(in crate::run) async fn rows(
        &self,
        words: &[String],
        mut table: FinalTable,
    ) -> Result<FinalTable, String> {
        let to = format!("{}:{}", self.host, self.port);
        let told = |error: std::io::Error| format!("Redis at {to}: {error}");
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(told)?;
        let mut stream = BufReader::new(stream);
        let mut reply = Reply::Nil;
        for command in self.greeting.iter().map(Vec::as_slice).chain([words]) {
            stream.write_all(&resp::command(command)).await.map_err(told)?;
            reply = resp::read(&mut stream).await.map_err(|reason| format!("Redis at {to}: {reason}"))?;
            if let Reply::Error(said) = &reply {
                let command = command.first().map_or("", String::as_str);
                return Err(format!("Redis at {to} refused {command}: {said}"));
            }
        }
        rows(words, reply, &mut table)?;
        Ok(table)
    }
}

/// A list is a row for each element, in a column `value`; one of fields and values, or of values and scores, has two
/// columns; an entry of a stream has its `id` and its fields. Whatever else is nested stays JSON.
fn rows(words: &[String], reply: Reply, table: &mut FinalTable) -> Result<(), String> {
    let is = |word: &str, name: &str| word.eq_ignore_ascii_case(name);
    let first = words.first().map_or("", String::as_str);
    let list = match reply {
        Reply::Nil => return Ok(()),
        Reply::List(list) => list,
        single => return value(&single, table),
    };
    let pairs = match first {
        _ if is(first, "HGETALL") => Some(("field", "value")),
        _ if words.iter().any(|word| is(word, "WITHSCORES")) => Some(("value", "score")),
        _ => None,
    };
    if let Some((left, right)) = pairs.filter(|_| list.len().is_multiple_of(2)) {
        for pair in list.chunks(2) {
            let (one, two) = (plain(&pair[0]), plain(&pair[1]));
            table.push([(left, one.as_deref()), (right, two.as_deref())])?;
        }
        return Ok(());
    }
    let stream = is(first, "XRANGE") || is(first, "XREVRANGE");
    list.iter().try_for_each(|one| match entry(one).filter(|_| stream) {
        Some((id, fields)) => {
            let cells: Vec<(String, Option<String>)> =
                fields.chunks(2).map(|pair| (plain(&pair[0]).unwrap_or_default(), plain(&pair[1]))).collect();
            let cells = cells.iter().map(|(name, cell)| (name.as_str(), cell.as_deref()));
            table.push([("id", Some(id))].into_iter().chain(cells))
        }
        None => value(one, table),
    })
}

fn value(reply: &Reply, table: &mut FinalTable) -> Result<(), String> {
    table.push([("value", plain(reply).as_deref())])
}

/// An entry of a stream: its id, and fields with values.
fn entry(reply: &Reply) -> Option<(&str, &[Reply])> {
    let Reply::List(parts) = reply else { return None };
    match parts.as_slice() {
        [Reply::Text(id), Reply::List(fields)] if fields.len().is_multiple_of(2) => Some((id, fields)),
        _ => None,
    }
}

fn plain(reply: &Reply) -> Option<String> {
    match reply {
        Reply::Nil => None,
        Reply::Text(text) | Reply::Error(text) => Some(text.clone()),
        Reply::List(_) => Some(json(reply).to_string()),
    }
}

fn json(reply: &Reply) -> Value {
    match reply {
        Reply::Nil => Value::Null,
        Reply::Text(text) | Reply::Error(text) => Value::String(text.clone()),
        Reply::List(list) => Value::Array(list.iter().map(json).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    /// A server that answers each command by the next of these, and tells what it was asked.
    async fn serve(replies: Vec<&'static str>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a client");
            let mut asked = Vec::new();
            for reply in replies {
                let mut bytes = vec![0; 4096];
                let read = socket.read(&mut bytes).await.expect("reads");
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                asked.push(text.split("\r\n").skip(2).step_by(2).collect::<Vec<_>>().join(" "));
                socket.write_all(reply.as_bytes()).await.expect("writes");
            }
            asked
        });
        (address, server)
    }

    async fn ask(command: &[&str], reply: &'static str) -> Result<FinalTable, String> {
        let (address, server) = serve(vec![reply]).await;
        let redis = Redis::parse(&format!("redis://{address}")).expect("an address");
        let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let table = redis.rows(&words, FinalTable::default()).await;
        assert_eq!(server.await.expect("served"), [command.join(" ")]);
        table
    }

    fn cells(table: &FinalTable) -> Vec<Vec<&str>> {
        let row =
            |row| (0..table.columns.len()).map(|column| table.text(row, column).unwrap_or("-")).collect();
        (0..table.len()).map(row).collect()
    }

    #[tokio::test]
    async fn replies_become_rows() {
        let table = ask(&["LRANGE", "q", "0", "-1"], "*3\r\n+a\r\n$-1\r\n*1\r\n:1\r\n").await.expect("rows");
        assert_eq!(
            (table.columns.clone(), cells(&table)),
            (vec!["value".into()], vec![vec!["a"], vec!["-"], vec!["[\"1\"]"]])
        );
        let table = ask(&["hgetall", "h"], "*4\r\n+f\r\n+1\r\n+g\r\n+2\r\n").await.expect("rows");
        assert_eq!(
            (table.columns.clone(), cells(&table)),
            (vec!["field".into(), "value".into()], vec![vec!["f", "1"], vec!["g", "2"]])
        );
        let table =
            ask(&["ZRANGE", "z", "0", "-1", "WITHSCORES"], "*2\r\n+m\r\n+1.5\r\n").await.expect("rows");
        assert_eq!(
            (table.columns.clone(), cells(&table)),
            (vec!["value".into(), "score".into()], vec![vec!["m", "1.5"]])
        );
        let table =
            ask(&["XRANGE", "s", "-", "+"], "*1\r\n*2\r\n+1-0\r\n*2\r\n+key\r\n+k\r\n").await.expect("rows");
        assert_eq!(
            (table.columns.clone(), cells(&table)),
            (vec!["id".into(), "key".into()], vec![vec!["1-0", "k"]])
        );
        assert_eq!(cells(&ask(&["DBSIZE"], ":7\r\n").await.expect("rows")), [["7"]]);
        assert!(ask(&["GET", "none"], "$-1\r\n").await.expect("no rows").is_empty());
    }

    #[tokio::test]
    async fn it_says_who_it_is_and_chooses_its_database() {
        let (address, server) = serve(vec!["+OK\r\n", "+OK\r\n", ":0\r\n"]).await;
        let redis = Redis::parse(&format!("redis://me:p%40s+s@{address}/3")).expect("an address");
        redis.rows(&["DBSIZE".to_owned()], FinalTable::default()).await.expect("rows");
        assert_eq!(server.await.expect("served"), ["AUTH me p@s+s", "SELECT 3", "DBSIZE"]);
    }

    #[tokio::test]
    async fn a_refusal_is_told_without_the_password() {
        let (address, _server) = serve(vec!["-WRONGPASS no\r\n"]).await;
        let redis = Redis::parse(&format!("redis://:s3cret@{address}")).expect("an address");
        let error = redis.rows(&["DBSIZE".to_owned()], FinalTable::default()).await.expect_err("refused");
        assert_eq!(error, format!("Redis at {address} refused AUTH: WRONGPASS no"));
    }

    #[test]
    fn wrong_addresses_are_told() {
        for (address, word) in
            [("6379", "not a URL"), ("http://h", "not at `http:"), ("redis://h/x", "`x` is not")]
        {
            let error = Redis::parse(address).err().expect(address);
            assert!(error.contains(word) && error.contains("redis://127.0.0.1"), "{error}");
        }
    }
}
