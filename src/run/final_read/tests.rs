//! Reading from servers, files and commands: what is read, and what is told where it cannot be.

use super::http::Trouble;
use super::snapshots::{Progress, Snapshots};
use super::way::{Surroundings, Way};
use super::{endpoints, rendered};
use crate::event::Clock;
use crate::http::{Client, ClientConfig};
use crate::plan::Plan;
use crate::record::FinalTable;
use crate::run::keys::Seen;
use crate::run::secrets::Secrets;
use crate::stack::{Facts, Instance};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

/// A server that answers a path by `reply`; it keeps what it was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn serve(reply: impl Fn(&str, usize) -> (u16, String) + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match socket.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let number = kept.lock().expect("lock").len();
            kept.lock().expect("lock").push(head);
            let (status, body) = reply(&path, number);
            let reply = format!(
                "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = socket.write_all(reply.as_bytes()).await;
        }
    });
    Server { address, asked }
}

impl Server {
    fn paths(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("lock");
        asked.iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
    }
}

/// A plan with this final read, on a stack of the services `node` and `job`.
fn plan(read: &str) -> Plan {
    let text = format!(
        "name = 'test'\nload = {{ rate = '1/s', for = '1s' }}\ntarget = {{ url = 'http://127.0.0.1:1', timeout = '2s', header = {{ X-Key = 'k${{front}}', Y = '${{later}}' }} }}\n\
         [[stack.service]]\nname = 'node'\nenv = {{ WHO = 'i am ${{instance}}' }}\n[[flow]]\nname = 'f'\nstep = []\n[[final]]\nname = 'orders'\n{read}"
    );
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What is made of the plan's final read, with the target at `base` and nodes at `nodes`.
async fn with<T>(
    plan: &Plan,
    base: &str,
    nodes: &[&str],
    work: impl AsyncFnOnce(&Surroundings<'_>) -> T,
) -> T {
    let facts = Facts::from([("front".to_owned(), "1".to_owned())]);
    let instance = |(place, address): (usize, &&str)| Instance {
        name: format!("node-{}", place + 1),
        service: "node".into(),
        index: place as u32 + 1,
        address: address.parse().ok(),
        pid: None,
        alive: true,
        container: None,
    };
    let instances: Vec<Instance> = nodes.iter().enumerate().map(instance).collect();
    let local = LocalSet::new();
    local
        .run_until(async {
            let around = Surroundings {
                plan,
                facts: &facts,
                instances: &instances,
                base,
                headers: rendered::headers(&plan.target.header, &facts),
                client: Rc::new(Client::new(Arc::new(ClientConfig::default()), Clock::start())),
                directory: Path::new("."),
                run: "test".into(),
                allowed: &[],
            };
            work(&around).await
        })
        .await
}

/// One reading through the first endpoint.
async fn once(read: &str, server: &Server) -> Result<FinalTable, String> {
    let plan = plan(read);
    with(&plan, &format!("http://{}", server.address), &[], async |around: &Surroundings<'_>| {
        let ways = Way::all(&plan.finals[0], around)?;
        let read = ways[0].read(FinalTable::default(), None).await;
        read.map(|(table, _)| table).map_err(|trouble| match trouble {
            Trouble::Told(reason) => reason,
            Trouble::Moved => "moved".to_owned(),
        })
    })
    .await
}

/// All snapshots, and what did not settle.
async fn snapshots(
    plan: &Plan,
    base: &str,
    nodes: &[&str],
    within: Duration,
) -> (Vec<FinalTable>, Vec<(String, String)>) {
    with(plan, base, nodes, async |around: &Surroundings<'_>| {
        let ways = Way::all(&plan.finals[0], around).expect("ways");
        let secrets = Secrets::default();
        let reader = Snapshots { ways: &ways, name: "orders", within, holds_all: true, secrets: &secrets };
        let kept = RefCell::new(Vec::new());
        let keep = |table| {
            kept.borrow_mut().push(table);
            std::future::ready(())
        };
        let unsettled =
            reader.take(&Progress::default(), vec![None; ways.len()], &Seen::default(), keep).await;
        (kept.take(), unsettled)
    })
    .await
}

const PAGED: &str = "get = '/orders?after=${cursor}&limit=2'\nrows = '$.orders[*]'";
const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn every_page_is_read_and_cursors_are_encoded() {
    let server = serve(|path, _| {
        let body = match path {
            "/orders?after=&limit=2" => r#"{"orders":[{"key":"a"},{"key":"b"}],"next":"x+/&y"}"#,
            "/orders?after=x%2B%2F%26y&limit=2" => r#"{"orders":[{"key":"c"},{"key":"d"}],"next":17}"#,
            "/orders?after=17&limit=2" => r#"{"orders":[{"key":"e"}],"next":null}"#,
            _ => return (404, String::new()),
        };
        (200, body.into())
    })
    .await;
    let table = once(PAGED, &server).await.expect("all pages");
    let keys: Vec<_> = (0..table.len()).filter_map(|row| table.text(row, 0)).collect();
    assert_eq!(keys, ["a", "b", "c", "d", "e"]);
    let asked = server.asked.lock().expect("lock");
    assert!(asked.iter().all(|head| head.contains("\r\nX-Key: k1\r\n")), "{asked:?}");
    assert!(!asked.iter().any(|head| head.contains("\r\nY:")), "a variable of a session has no value here");
}

#[tokio::test]
async fn the_cursor_is_where_the_plan_says() {
    let server = serve(|path, _| match path {
        "/o?c=" => (200, r#"[{"k":1},{"k":2}]"#.into()),
        "/o?c=2" => (200, "[]".into()),
        _ => (404, String::new()),
    })
    .await;
    let table =
        once("get = '/o?c=${cursor}'\nrows = '$[*]'\ncursor = '$[-1].k'", &server).await.expect("rows");
    assert_eq!((table.len(), server.paths().len()), (2, 2));
}

#[tokio::test]
async fn what_cannot_be_read_to_its_end_is_told() {
    for (read, status, body, word) in [
        (PAGED, 200, r#"{"orders":[],"next":"same"}"#, "the cursor `same` came twice"),
        (
            "get = '/orders'\nrows = '$.orders[*]'",
            200,
            r#"{"orders":[],"next":5}"#,
            "put `${cursor}` into `get`",
        ),
        (PAGED, 503, "busy", "status 503"),
        (PAGED, 200, "<html>", "not JSON"),
        (PAGED, 200, r#"{"next":["a"]}"#, "neither a text nor a number"),
    ] {
        let server = serve(move |_, _| (status, body.to_owned())).await;
        let error = once(read, &server).await.expect_err(word);
        assert!(error.contains(word), "{error}");
    }
    let gone = Server { address: "127.0.0.1:1".into(), asked: Arc::default() };
    let error = once(PAGED, &gone).await.expect_err("nobody is there");
    assert!(error.starts_with("GET http://127.0.0.1:1/orders?after=&limit=2: "), "{error}");
}

#[tokio::test]
async fn snapshots_are_taken_until_two_are_equal() {
    // Two rows more with every snapshot, until there are six: the third and the fourth are equal.
    let server = serve(|_, number| {
        let rows: Vec<String> = (0..6.min(2 * number + 2)).map(|key| format!("{{\"k\":{key}}}")).collect();
        (200, format!("{{\"orders\":[{}]}}", rows.join(",")))
    })
    .await;
    let plan = plan("get = '/o'\nrows = '$.orders[*]'");
    let (tables, unsettled) = snapshots(&plan, &format!("http://{}", server.address), &[], LONG).await;
    let seen: Vec<_> = tables.iter().map(|table| (table.snapshot, table.len(), table.settled)).collect();
    assert_eq!(seen, [(1, 2, false), (2, 4, false), (3, 6, false), (4, 6, true)]);
    assert_eq!(unsettled, []);
}

#[tokio::test]
async fn what_never_settles_is_given_up_and_told() {
    let server = serve(|_, number| (200, format!("{{\"orders\":[{number}]}}"))).await;
    let plan = plan("get = '/o'\nrows = '$.orders[*]'");
    let (tables, unsettled) =
        snapshots(&plan, &format!("http://{}", server.address), &[], Duration::from_millis(50)).await;
    assert!(tables.len() >= 2, "{}", tables.len());
    assert!(tables.iter().all(|table| !table.settled));
    let reason = "no two snapshots in a row held the same rows within 50ms".to_owned();
    assert_eq!(unsettled, [(String::new(), reason)]);
}

#[tokio::test]
async fn a_failure_between_two_equal_snapshots_settles_nothing() {
    let server = serve(|_, number| match number {
        1 => (500, String::new()),
        _ => (200, "{\"orders\":[1]}".into()),
    })
    .await;
    let plan = plan("get = '/o'\nrows = '$.orders[*]'");
    let (tables, _) = snapshots(&plan, &format!("http://{}", server.address), &[], LONG).await;
    let seen: Vec<_> = tables.iter().map(|table| (table.settled, table.trouble.is_some())).collect();
    assert_eq!(seen, [(false, false), (false, true), (false, false), (true, false)]);
}

#[tokio::test]
async fn every_instance_of_a_service_is_asked() {
    let (one, two) = (
        serve(|_, _| (200, "{\"orders\":[1]}".into())).await,
        serve(|_, _| (200, "{\"orders\":[1,2]}".into())).await,
    );
    let other = serve(|_, _| (200, "{\"orders\":[]}".into())).await;
    let read =
        format!("get = '/o'\nrows = '$.orders[*]'\nendpoints = ['node', 'http://{}/api']", other.address);
    let plan = plan(&read);
    let (tables, unsettled) =
        snapshots(&plan, "http://127.0.0.1:1", &[&one.address, &two.address], LONG).await;
    let url = format!("http://{}/api", other.address);
    let seen: Vec<_> =
        tables.iter().map(|table| (table.endpoint.as_str(), table.len(), table.settled)).collect();
    let round = [("node-1", 1), ("node-2", 2), (url.as_str(), 0)];
    let both = [false, true].map(|settled| round.map(|(endpoint, rows)| (endpoint, rows, settled))).concat();
    assert_eq!(seen, both);
    assert_eq!((unsettled, other.paths()), (vec![], vec!["/api/o".to_owned(); 2]));
}

#[tokio::test]
async fn a_whole_url_elsewhere_needs_leave() {
    for read in [
        "get = 'http://192.0.2.1/o'\nrows = '$[*]'",
        "get = '/o'\nrows = '$[*]'\nendpoints = ['http://192.0.2.1']",
    ] {
        let plan = plan(read);
        let ways = with(&plan, "http://127.0.0.1:1", &[], async |around: &Surroundings<'_>| {
            Way::all(&plan.finals[0], around).err()
        });
        assert!(ways.await.expect("refused").contains("--allow-target"), "{read}");
    }
}

#[tokio::test]
async fn commands_run_in_the_environment_of_an_instance() {
    let read = "command = ['sh', '-c', 'echo who; echo $WHO on ${port}']\nservice = 'node'\nformat = 'csv'";
    let one = |endpoints: &str| plan(&format!("{read}\n{endpoints}"));
    for (plan, wanted) in [
        (one(""), vec!["i am node-1 on 7"]),
        (one("endpoints = ['node']"), vec!["i am node-1 on 7", "i am node-2 on 8"]),
    ] {
        let (tables, unsettled) =
            snapshots(&plan, "http://127.0.0.1:1", &["127.0.0.1:7", "127.0.0.1:8"], LONG).await;
        let last = &tables[tables.len() - wanted.len()..];
        assert_eq!(last.iter().filter_map(|table| table.text(0, 0)).collect::<Vec<_>>(), wanted);
        assert_eq!((unsettled, last[0].columns.as_slice()), (vec![], ["who".to_owned()].as_slice()));
    }
}

#[tokio::test]
async fn sql_is_asked_of_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shop.db");
    let shop = rusqlite::Connection::open(&path).expect("made");
    shop.execute_batch("CREATE TABLE o (k TEXT, n); INSERT INTO o VALUES ('a', 1), ('b', 2);")
        .expect("filled");
    let plan = plan(&format!("sql = 'SELECT k, n FROM o'\ndatabase = 'sqlite:{}'", path.display()));
    let (tables, unsettled) = snapshots(&plan, "http://127.0.0.1:1", &[], LONG).await;
    assert_eq!((tables.len(), tables[1].len(), tables[1].settled), (2, 2, true));
    assert_eq!(unsettled, []);
}

#[tokio::test]
async fn a_database_is_asked_on_every_instance() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound").to_string();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 256];
            let _ = socket.read(&mut bytes).await;
            let _ = socket.write_all(b"*2\r\n$1\r\na\r\n$1\r\nb\r\n").await;
        }
    });
    let plan =
        plan("redis = ['SMEMBERS', 'keys']\ndatabase = 'redis://nowhere.invalid:1'\nendpoints = ['node']");
    let (tables, unsettled) = snapshots(&plan, "http://127.0.0.1:1", &[&address], LONG).await;
    let last = &tables[1];
    assert_eq!((last.endpoint.as_str(), last.len(), last.settled), ("node-1", 2, true));
    assert_eq!(unsettled, []);
}

#[tokio::test]
async fn an_endpoint_that_is_nobody_is_told() {
    let plan = plan("get = '/o'\nrows = '$[*]'\nendpoints = ['nodes']");
    with(&plan, "http://127.0.0.1:1", &[], async |around: &Surroundings<'_>| {
        let error = endpoints::endpoints(&plan.finals[0], around).err().expect("nobody");
        assert_eq!(error, "the endpoint `nodes` is neither a service of the stack nor a URL");
        assert_eq!(endpoints::labels(&plan.finals[0], around), [String::new()]);
    })
    .await;
}
