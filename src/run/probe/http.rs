//! A number out of an HTTP reply.

use super::prometheus::{self, Format};
use crate::http::decoded;
use crate::json::{JsonPath, Value, without_bom};
use std::time::Duration;

/// The largest reply that a probe reads.
const LARGEST: usize = 4 << 20;

/// What to GET, and where in the reply the number is.
pub(super) struct Http {
    pub(super) url: String,
    /// The number in JSON; without it, and without a metric, the reply is the number.
    pub(super) path: Option<JsonPath>,
    /// The metric in Prometheus' text format.
    pub(super) metric: Option<String>,
    pub(super) client: reqwest::Client,
    pub(super) timeout: Duration,
}

impl Http {
    /// The number now.
    pub(super) async fn number(&self) -> Result<f64, String> {
        let response = self
            .client
            .get(&self.url)
            .timeout(self.timeout)
            .send()
            .await
            .map_err(|error| format!("GET {}: {error}", self.url))?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("GET {}: status {status}", self.url));
        }
        if response.content_length().is_some_and(|length| length > LARGEST as u64) {
            return Err(format!("GET {}: the reply is larger than {LARGEST} bytes", self.url));
        }
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        let codings = response.headers().get_all("content-encoding");
        let codings: Vec<Vec<u8>> = codings.iter().map(|value| value.as_bytes().to_vec()).collect();
        let body = response.bytes().await.map_err(|error| format!("GET {}: {error}", self.url))?;
        let body = decoded(codings.iter().map(Vec::as_slice), body, LARGEST as u64)
            .map_err(|(_, why)| format!("GET {}: {why}", self.url))?;
        self.value(&body, content_type.as_deref())
    }

    fn value(&self, body: &[u8], content_type: Option<&str>) -> Result<f64, String> {
        let Some(path) = &self.path else {
            let text = std::str::from_utf8(without_bom(body)).map_err(|error| {
                format!("the reply is not UTF-8 text: byte {} is wrong", error.valid_up_to())
            })?;
            if let Some(metric) = &self.metric {
                return prometheus::sum(text, Format::of(content_type, text)?, metric);
            }
            return text.trim().parse().map_err(|_| "the reply is not a number".to_owned());
        };
        let json = Value::parse(body).map_err(|error| format!("the reply is not JSON: {error}"))?;
        let found =
            path.query(&json).first().copied().ok_or_else(|| format!("the reply has nothing at `{path}`"))?;
        number(found).ok_or_else(|| format!("`{path}` is no number: {found}"))
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number.as_f64()),
        Value::String(text) => text.trim().parse().ok(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_several_forms() {
        for (json, value) in [("3", Some(3.0)), ("\"4.5\"", Some(4.5)), ("true", Some(1.0)), ("[]", None)] {
            assert_eq!(number(&Value::parse(json.as_bytes()).expect(json)), value);
        }
    }
}
