//! Replies, byte for byte as Toxiproxy writes them.

use crate::proxy::http::Rule;
use crate::proxy::{Error, Toxic, View};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// A reply in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => (status, [(CONTENT_TYPE, "application/json")], escaped(&text)).into_response(),
        Err(error) => Error::internal(error).into_response(),
    }
}

/// Go's encoder writes these signs in strings as escapes; elsewhere in JSON they do not occur.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(sign))),
            _ => out.push(sign),
        }
    }
    out
}

/// Done, and nothing to say.
pub(super) fn nothing() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Plain text as Go's `http.Error` writes it.
pub(super) fn plain(status: StatusCode, text: &str) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    let no_sniff = HeaderValue::from_static("nosniff");
    (status, [(CONTENT_TYPE, kind), (X_CONTENT_TYPE_OPTIONS, no_sniff)], format!("{text}\n")).into_response()
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match serde_json::to_string(&self) {
            Ok(text) => plain(status, &escaped(&text)),
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Error", 2)?;
        object.serialize_field("error", &self.message)?;
        object.serialize_field("status", &self.status)?;
        object.end()
    }
}

/// The reply to `POST /populate`: what was done, after the error that ended it.
pub(super) struct Populated {
    pub proxies: Vec<View>,
    pub error: Option<Error>,
}

impl Serialize for Populated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if let Some(error) = &self.error {
            object.serialize_entry("error", &error.message)?;
            object.serialize_entry("status", &error.status)?;
        }
        // Go writes a list that nothing was ever put into as null.
        let some = (!self.proxies.is_empty()).then_some(&self.proxies);
        object.serialize_entry("proxies", &some)?;
        object.end()
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let spec = &self.spec;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("name", &spec.name)?;
        object.serialize_entry("listen", &spec.listen)?;
        object.serialize_entry("upstream", &spec.upstream)?;
        object.serialize_entry("enabled", &spec.enabled)?;
        object.serialize_entry("toxics", &spec.toxics)?;
        // What Toxiproxy does not know is told only where it was asked for.
        if spec.refuse_when_down {
            object.serialize_entry("refuse_when_down", &true)?;
        }
        if spec.http {
            object.serialize_entry("http", &true)?;
            object.serialize_entry("rules", &self.rules)?;
        }
        object.end()
    }
}

impl Serialize for Toxic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("attributes", &Attributes(self))?;
        object.serialize_entry("name", &self.name)?;
        object.serialize_entry("type", self.kind.name)?;
        object.serialize_entry("stream", &self.stream_text)?;
        object.serialize_entry("toxicity", &Real(self.toxicity))?;
        if let Some(ttl) = self.ttl {
            object.serialize_entry("ttl", &u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX))?;
        }
        object.end()
    }
}

struct Attributes<'a>(&'a Toxic);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.kind.attributes.iter().zip(&self.0.values))
    }
}

/// A number as Go writes it: `1`, not `1.0`.
struct Real(f32);

impl Serialize for Real {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Whole numbers up to here are exact in both.
        if self.0.fract() == 0.0 && self.0.abs() < 16_777_216.0 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f32(self.0)
        }
    }
}

/// A list of toxics.
pub(super) struct List(pub Vec<Toxic>);

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        self.0.iter().try_for_each(|toxic| list.serialize_element(toxic))?;
        list.end()
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("name", &self.name)?;
        for (name, value) in [("path", &self.path), ("method", &self.method), ("body", &self.body)] {
            if let Some(value) = value {
                object.serialize_entry(name, value)?;
            }
        }
        object.serialize_entry("share", &self.share)?;
        if let Some(status) = self.status {
            object.serialize_entry("status", &status)?;
        }
        if let Some(delay) = self.delay {
            object.serialize_entry("delay", &u64::try_from(delay.as_millis()).unwrap_or(u64::MAX))?;
        }
        if self.drop_reply {
            object.serialize_entry("drop_reply", &true)?;
        }
        object.end()
    }
}
