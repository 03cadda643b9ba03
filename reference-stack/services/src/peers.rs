//! Calls to the other services, through their balancers. One call is one attempt, within its time; whether to try again
//! is for the caller to decide, who knows whether that is safe.

use crate::environment::Environment;
use crate::metrics;
use crate::server::request_id;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use std::time::Duration;
use tokio::time::timeout;

/// The largest reply that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// A way to all other services.
pub struct Peers {
    client: Client<HttpConnector, Body>,
    within: Duration,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A 2xx, with its body.
    Done(Value),
    /// A refusal for good: nothing was done, and nothing will be by asking again.
    Refused(StatusCode, String),
    /// No answer, a late one, or one that tells to come again: nobody knows whether it was done.
    Unclear(String),
}

impl Peers {
    /// With `STEP_TIMEOUT_MS` for one call.
    pub fn new(environment: &Environment) -> Result<Peers, String> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_millis(300)));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(10))
            .pool_max_idle_per_host(64)
            .build(connector);
        Ok(Peers { client, within: environment.milliseconds("STEP_TIMEOUT_MS", 1_000)? })
    }

    /// One attempt.
    pub async fn call(
        &self,
        service: &'static str,
        method: Method,
        url: &str,
        body: Option<&Value>,
    ) -> Answer {
        let answer = match self.request(method, url, body) {
            Err(why) => Answer::Unclear(why),
            Ok(request) => match timeout(self.within, self.whole(request)).await {
                Ok(Ok((status, body))) => judged(status, body),
                Ok(Err(why)) => Answer::Unclear(why),
                Err(_) => Answer::Unclear(format!("no reply within {} ms", self.within.as_millis())),
            },
        };
        let result = match answer {
            Answer::Done(_) => "done",
            Answer::Refused(..) => "refused",
            Answer::Unclear(_) => "unclear",
        };
        metrics::count("refshop_calls_total", format!("service=\"{service}\",result=\"{result}\""));
        answer
    }

    fn request(&self, method: Method, url: &str, body: Option<&Value>) -> Result<Request<Body>, String> {
        let mut request = Request::builder().method(method).uri(url);
        if let Some(id) = request_id::current() {
            request = request.header(request_id::HEADER, id);
        }
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        request.map_err(|error| format!("{url} cannot be asked: {error}"))
    }

    async fn whole(&self, request: Request<Body>) -> Result<(StatusCode, Value), String> {
        let response = self.client.request(request).await.map_err(|error| causes(&error))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), LARGEST).collect().await;
        let bytes = body.map_err(|error| error.to_string())?.to_bytes();
        Ok((status, serde_json::from_slice(&bytes).unwrap_or(Value::Null)))
    }
}

/// 408, 425 and 429 tell to come again; any other 4xx is for good.
fn judged(status: StatusCode, body: Value) -> Answer {
    let detail = || body["detail"].as_str().map_or_else(|| status.to_string(), str::to_owned);
    match status.as_u16() {
        200..300 => Answer::Done(body),
        408 | 425 | 429 => Answer::Unclear(detail()),
        400..500 => Answer::Refused(status, detail()),
        _ => Answer::Unclear(detail()),
    }
}

/// An error with what lies behind it, outermost first.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut deeper = error.source();
    while let Some(error) = deeper {
        text = format!("{text}: {error}");
        deeper = error.source();
    }
    text
}
