//! A number out of an HTTP reply.

use super::prometheus;
use serde_json_path::JsonPath;
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
        let text = response.text().await.map_err(|error| format!("GET {}: {error}", self.url))?;
        self.value(&text)
    }

    fn value(&self, text: &str) -> Result<f64, String> {
        if let Some(metric) = &self.metric {
            return prometheus::sum(text, metric)
                .ok_or_else(|| format!("the reply has no metric `{metric}`"));
        }
        let Some(path) = &self.path else {
            return text.trim().parse().map_err(|_| "the reply is not a number".to_owned());
        };
        let json: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("the reply is not JSON: {error}"))?;
        let found = path.query(&json).first().ok_or_else(|| format!("the reply has nothing at `{path}`"))?;
        number(found).ok_or_else(|| format!("`{path}` is no number: {found}"))
    }
}

fn number(value: &serde_json::Value) -> Option<f64> {
    match value {
        serde_json::Value::Number(number) => number.as_f64(),
        serde_json::Value::String(text) => text.trim().parse().ok(),
        serde_json::Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_in_several_forms() {
        for (json, value) in [("3", Some(3.0)), ("\"4.5\"", Some(4.5)), ("true", Some(1.0)), ("[]", None)] {
            assert_eq!(number(&serde_json::from_str(json).expect(json)), value);
        }
    }
}
