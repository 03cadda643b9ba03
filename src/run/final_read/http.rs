//! By HTTP, page after page.

use super::rows;
use super::way::Surroundings;
use crate::http::{Client, Origin, Pool, Request};
use crate::json::{JsonPath, Value};
use crate::plan::template::{Reference, Template};
use crate::record::FinalTable;
use crate::run::rendered::rendered;
use crate::stack::{self, Facts};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;
use url::Url;

/// The most pages and rows of a snapshot: more is rather a server that never ends.
const MOST_PAGES: usize = 100_000;
const MOST_ROWS: usize = 20_000_000;

/// Where a list ended: the cursor of its last page, and digests of the rows of that page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::run) struct Position {
    cursor: String,
    page: Vec<u64>,
}

/// Why a read did not come to its end.
#[derive(Debug, PartialEq)]
pub(super) enum Trouble {
    /// The rows at the place from which it was to go on are not there any more.
    Moved,
    /// Anything else, in words.
    Told(String),
}

impl From<String> for Trouble {
    fn from(reason: String) -> Trouble {
        Trouble::Told(reason)
    }
}

/// A list in pages.
pub(super) struct Pages {
    get: Template,
    base: String,
    rows: JsonPath,
    /// Where the next page's cursor is.
    cursor: JsonPath,
    /// Whether the plan says where.
    cursor_given: bool,
    facts: Facts,
    headers: Vec<(String, String)>,
    timeout: Duration,
    client: Rc<Client>,
    pool: Pool,
}

impl Pages {
    /// `rows`: where the rows of a page are, and where the next cursor is (`$.next` if the plan does not say).
    pub(super) fn new(
        get: &Template,
        base: &str,
        (rows, cursor): (JsonPath, Option<JsonPath>),
        around: &Surroundings<'_>,
    ) -> Result<Pages, String> {
        let pages = Pages {
            get: get.clone(),
            base: base.to_owned(),
            rows,
            cursor_given: cursor.is_some(),
            cursor: cursor
                .map_or_else(|| JsonPath::parse("$.next"), Ok)
                .map_err(|error| error.to_string())?,
            facts: around.facts.clone(),
            headers: around.headers.clone(),
            timeout: around.plan.target.timeout.0,
            pool: around.client.pool(),
            client: around.client.clone(),
        };
        // Also where `get` is a whole URL of somebody else.
        let origin = pages.url("")?.origin().ascii_serialization();
        stack::allowed_with(&origin, around.allowed, &around.plan.target.resolve)?;
        Ok(pages)
    }

    /// Adds the rows of all pages, or of those that came after a place; gives the place where they end.
    ///
    /// # Errors
    /// [`Trouble::Moved`] if the rows at the place are no longer there: to go on from it would miss others.
    pub(super) async fn read(
        &self,
        mut table: FinalTable,
        from: Option<&Position>,
    ) -> Result<(FinalTable, Position), Trouble> {
        let mut cursor = from.map(|place| place.cursor.clone()).unwrap_or_default();
        let mut known = from.map(|place| place.page.clone()).unwrap_or_default();
        let mut seen = HashSet::new();
        loop {
            let page = self.page(&cursor).await?;
            let before = table.len();
            let mut digests = Vec::new();
            for row in self.rows.query(&page) {
                let mut alone = FinalTable::default();
                if from.is_some() && !known.is_empty() {
                    rows::push(row, &mut alone)?;
                    let digest = alone.row_digest(0);
                    if let Some(place) = known.iter().position(|known| *known == digest) {
                        digests.push(known.swap_remove(place));
                        continue;
                    }
                }
                rows::push(row, &mut table)?;
            }
            if !known.is_empty() {
                return Err(Trouble::Moved);
            }
            let Some(next) = self.next(&page)? else {
                digests.extend((before..table.len()).map(|row| table.row_digest(row)));
                return Ok((table, Position { cursor, page: digests }));
            };
            if !seen.insert(next.clone()) {
                return Err(format!("the cursor `{next}` came twice: the pages would never end").into());
            }
            if seen.len() >= MOST_PAGES || table.len() > MOST_ROWS {
                let reason =
                    format!("more than {MOST_PAGES} pages or {MOST_ROWS} rows: the rest was not read");
                return Err(reason.into());
            }
            cursor = next;
        }
    }

    async fn page(&self, cursor: &str) -> Result<Value, String> {
        let url = self.url(cursor)?;
        let request = Request {
            method: "GET",
            path: url[url::Position::BeforePath..url::Position::AfterQuery].to_owned(),
            headers: self.headers.clone(),
            body: Vec::new(),
        };
        let origin = Origin {
            tls: url.scheme() == "https",
            host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: url.port_or_known_default().unwrap_or(80),
        };
        let exchange = self.client.send(&self.pool, &origin, &request, self.timeout).await;
        let response = exchange.result.map_err(|trouble| format!("GET {url}: {}", trouble.detail))?;
        if !(200..300).contains(&response.status) {
            return Err(format!("GET {url}: status {}", response.status));
        }
        if let Some(why) = &response.undecoded {
            return Err(format!("GET {url}: {why}"));
        }
        Value::parse(&response.body).map_err(|error| format!("GET {url}: the reply is not JSON: {error}"))
    }

    /// The cursor of the next page, if there is one.
    fn next(&self, page: &Value) -> Result<Option<String>, String> {
        let next = match self.cursor.query(page).first().copied() {
            None | Some(Value::Null | Value::Bool(false)) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => return Err(format!("the next cursor is neither a text nor a number: {other}")),
        };
        let paged = self.get.references().any(|one| matches!(one, Reference::Name(name) if name == "cursor"));
        if !paged {
            let at = if self.cursor_given { self.cursor.to_string() } else { "$.next".to_owned() };
            return Err(format!(
                "there is another page (`{at}` is `{next}`) and `get` does not ask for it: put `${{cursor}}` into `get`"
            ));
        }
        Ok(Some(next))
    }

    fn url(&self, cursor: &str) -> Result<Url, String> {
        let mut facts = self.facts.clone();
        facts.insert("cursor".into(), url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect());
        let text = rendered(&self.get, &facts);
        let whole =
            if text.contains("://") { text } else { format!("{}{text}", self.base.trim_end_matches('/')) };
        Url::parse(&whole).map_err(|error| format!("`{whole}` is not a URL: {error}"))
    }
}
