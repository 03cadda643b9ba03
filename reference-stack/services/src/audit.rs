//! The audit interface: every row there is, in pages. `?after=CURSOR&limit=1000` gives
//! `{"rows": […], "next": CURSOR or null}`; rows come in the order of their sequence number and from the primary. `DELETE` empties the books.

use crate::database::{Database, DbError};
use crate::problem::Problem;
use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// Rows of a page, at most.
const LARGEST: i64 = 1_000;

/// Where a page begins and how long it is; and what a service lets its readers choose.
#[derive(Debug, Deserialize)]
pub struct Page {
    #[serde(default)]
    after: String,
    limit: Option<i64>,
    /// Only rows in this state.
    pub state: Option<String>,
    /// Only this consumer's rows.
    pub consumer: Option<String>,
}

/// The page as it was asked for.
pub type Asked = Result<Query<Page>, QueryRejection>;

impl Page {
    /// Reads the query; errors are the caller's.
    pub fn asked(query: Asked) -> Result<Page, Problem> {
        let Query(page) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
        let bounds = 1..=LARGEST;
        if page.limit.is_some_and(|limit| !bounds.contains(&limit)) {
            return Err(Problem::bad_request(format!("limit must be from 1 to {LARGEST}")));
        }
        Ok(page)
    }

    /// The sequence number after which the page begins.
    pub fn after(&self) -> Result<i64, Problem> {
        match self.after.as_str() {
            "" => Ok(0),
            text => {
                text.parse().map_err(|_| Problem::bad_request("after must be a `next` of this interface"))
            }
        }
    }

    /// Rows at most.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(LARGEST)
    }

    /// A page of rows, each with its sequence number.
    pub fn of(&self, rows: Vec<(i64, Value)>) -> Json<Value> {
        let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= self.limit();
        // A number in a text: a cursor is nothing to reckon with.
        let next = rows.last().filter(|_| full).map(|(seq, _)| seq.to_string());
        let rows: Vec<Value> = rows.into_iter().map(|(_, row)| row).collect();
        Json(json!({ "rows": rows, "next": next }))
    }
}

/// `DELETE` of an audit: empties the books, so that the next run on a warm stack finds only what is its own. 204.
pub async fn empty(database: &Database, sql: &str) -> Result<StatusCode, Problem> {
    database.connection().await?.batch(sql).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page of a table. The statement takes (after, limit, state or null, consumer or null) and gives (seq, row as JSON
/// text).
pub async fn page(database: &Database, sql: &'static str, query: Asked) -> Result<Json<Value>, Problem> {
    let page = Page::asked(query)?;
    let (after, limit) = (page.after()?, page.limit());
    let rows = database.query(sql, &[&after, &limit, &page.state, &page.consumer]).await?;
    let read = |row: &tokio_postgres::Row| {
        let text: String = row.get(1);
        let value = serde_json::from_str(&text);
        value.map(|value| (row.get(0), value)).map_err(|error| DbError::Down(error.to_string()))
    };
    Ok(page.of(rows.iter().map(read).collect::<Result<_, _>>()?))
}
