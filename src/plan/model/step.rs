//! One request of a flow, and all that belongs to it.

use super::OneOrMany;
use crate::plan::template::Template;
use crate::plan::units::{Share, Time, TimeRange};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }
}

/// One request of a flow. Exactly one of `get`, `head`, `post`, `put`, `patch`, `delete` and `options` gives its method
/// and path.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name, unique in its flow.
    pub name: String,
    /// GET this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<Template>,
    /// HEAD this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Template>,
    /// POST to this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Template>,
    /// PUT to this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put: Option<Template>,
    /// PATCH this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<Template>,
    /// DELETE this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<Template>,
    /// OPTIONS of this path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Template>,
    /// Query parameters, percent-encoded and put behind the path.
    #[serde(default)]
    pub query: BTreeMap<String, Template>,
    /// Headers.
    #[serde(default)]
    pub header: BTreeMap<String, Template>,
    /// A JSON body. A text that is exactly one `${…}` keeps the type of its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<crate::json::Value>,
    /// A form body (`application/x-www-form-urlencoded`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BTreeMap<String, Template>>,
    /// A text body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Template>,
    /// How long the request may take, connecting included. Default: the target's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Time>,
    /// What a good reply looks like. Default: any 2xx or 3xx.
    #[serde(default)]
    pub expect: Expect,
    /// What is kept of a good reply, by the name of the variable.
    #[serde(default)]
    pub extract: BTreeMap<String, Extract>,
    /// How long the user thinks after this step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub think: Option<Think>,
    /// How often the step is carried out: a number, or a variable that holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Template>,
    /// Only then is it carried out: `${name} == 'text'`, `${name} != 3`, `${name}` (there, and neither empty nor false), `!${name}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Template>,
    /// When and how it is tried again. Default: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// It changes something: what verification follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<Effect>,
    /// It reads something: what verification follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Read>,
    /// A share of its requests is repeated on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
}

impl Step {
    /// Every method that the step names, with its path; a right step has exactly one.
    pub fn requests(&self) -> impl Iterator<Item = (Method, &Template)> {
        [
            (Method::Get, &self.get),
            (Method::Head, &self.head),
            (Method::Post, &self.post),
            (Method::Put, &self.put),
            (Method::Patch, &self.patch),
            (Method::Delete, &self.delete),
            (Method::Options, &self.options),
        ]
        .into_iter()
        .filter_map(|(method, path)| path.as_ref().map(|path| (method, path)))
    }
}

/// What a good reply looks like. All that is said must hold.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The status, or any of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OneOrMany<u16>>,
    /// JSONPaths (RFC 9535) and the value that each must give.
    #[serde(default)]
    pub json: BTreeMap<String, crate::json::Value>,
    /// JSONPaths and the regular expression that the (text of the) value of each must match.
    #[serde(default)]
    pub matches: BTreeMap<String, String>,
    /// A text that the body must contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Template>,
    /// Headers and the value that each must have; `*` is any.
    #[serde(default)]
    pub header: BTreeMap<String, Template>,
    /// The longest service time (first byte sent to last byte received).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Time>,
}

/// Where a value comes from: a JSONPath as text, or a rule.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Extract {
    /// A JSONPath (RFC 9535) into the body; its first match.
    Path(String),
    /// A rule.
    Rule(ExtractRule),
}

impl<'de> Deserialize<'de> for Extract {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Extract;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSONPath such as `$.id`, or one of { json = …, header = …, regex = … }")
            }
            fn visit_str<E: serde::de::Error>(self, path: &str) -> Result<Extract, E> {
                Ok(Extract::Path(path.to_owned()))
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Extract, A::Error> {
                ExtractRule::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Extract::Rule)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Where a value comes from; exactly one of `json`, `header` and `regex`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtractRule {
    /// A JSONPath (RFC 9535) into the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// A header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// A regular expression on the body; its first group, or the whole match where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<String>,
    /// Whether the reply is still good without it; the variable is then unset.
    #[serde(default)]
    pub optional: bool,
}

/// How long a user thinks: a duration, or a range from which the seed draws.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Think(pub TimeRange);

/// What an attempt must have met to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn {
    /// The connection was refused.
    Refused,
    /// Connecting failed in another way: no route, no answer in time, DNS, TLS.
    Connect,
    /// The connection was reset or closed before the reply was complete.
    Reset,
    /// No complete reply in time.
    Timeout,
    /// Any 5xx.
    #[serde(rename = "5xx")]
    ServerError,
    /// 429 Too Many Requests.
    #[serde(rename = "429")]
    TooManyRequests,
    /// 409 Conflict.
    #[serde(rename = "409")]
    Conflict,
    /// A check other than that of the status failed.
    Check,
}

/// When and how a step is tried again: exponential backoff with full jitter (the AWS architecture blog's "full jitter"),
/// drawn by the seed. Labelled generators keep their values, so a retry carries the same idempotency key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How many attempts in all.
    pub attempts: u16,
    /// What an attempt must have met to be tried again.
    #[serde(default = "transport_and_server")]
    pub on: Vec<RetryOn>,
    /// The first ceiling of the wait, doubled with each attempt, and the highest: `50ms..1s`.
    #[serde(default = "usual_backoff")]
    pub backoff: TimeRange,
    /// Whether a `Retry-After` header is waited for, if that is longer (at most 30 s).
    #[serde(default = "yes")]
    pub retry_after: bool,
}

/// A change that verification follows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// What kind of change: `order`.
    pub kind: String,
    /// On which key.
    pub key: Template,
    /// What is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// The version that results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Template>,
}

/// A read that verification follows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Of what: the kind of an effect.
    pub kind: String,
    /// Of which key.
    pub key: Template,
    /// What was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Template>,
    /// The version that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Template>,
}

/// Deliberate repetition of a share of a step's requests, drawn by the seed. Each is an operation of its own in the
/// record, for invariants such as `idempotent-replay`; none counts in objectives or latencies, none is tried again, and
/// what its reply says changes no variable. The user goes on when all are over.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// After a good reply, the same request again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Share>,
    /// The same request at the same time, on a connection of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallel: Option<Share>,
    /// After a good reply, the same request (the same key) with another payload: a right service refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Share>,
    /// The other payload, a JSON body in place of the step's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_json: Option<crate::json::Value>,
}

fn transport_and_server() -> Vec<RetryOn> {
    vec![RetryOn::Refused, RetryOn::Connect, RetryOn::Reset, RetryOn::Timeout, RetryOn::ServerError]
}

fn usual_backoff() -> TimeRange {
    TimeRange { from: Time::from_millis(50), to: Time::from_secs(1) }
}

fn yes() -> bool {
    true
}
