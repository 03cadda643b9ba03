//! Where requests go, and how.

use crate::plan::template::Template;
use crate::plan::units::{Size, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The version of HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum HttpVersion {
    /// HTTP/1.1.
    #[default]
    #[serde(rename = "1.1")]
    Http1,
    /// HTTP/2: by ALPN over TLS, with prior knowledge otherwise.
    #[serde(rename = "2")]
    Http2,
}

/// Where requests go, and how.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetSpec {
    /// The URL in front of every step's path. Outside loopback only with `--allow-target HOST`.
    pub url: Template,
    /// The version of HTTP.
    #[serde(default)]
    pub http: HttpVersion,
    /// Headers sent with every request; a step's own come over them.
    #[serde(default)]
    pub header: BTreeMap<String, Template>,
    /// How long a request may take, connecting included, unless its step says otherwise.
    #[serde(default = "ten_seconds")]
    pub timeout: Time,
    /// How long connecting may take, TLS included.
    #[serde(default = "one_second")]
    pub connect_timeout: Time,
    /// The header by which a reply names the instance that made it; kept in the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_header: Option<String>,
    /// Whether each attempt carries a W3C `traceparent` header, kept in the record.
    #[serde(default)]
    pub traceparent: bool,
    /// Addresses to use instead of what DNS says, by host name.
    #[serde(default)]
    pub resolve: BTreeMap<String, IpAddr>,
    /// A file of certificates (PEM) to trust instead of the system's, relative to the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// Our own certificate chain (PEM), relative to the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// Its private key (PEM), relative to the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<String>,
    /// The largest response body that is read; a larger one is a protocol error.
    #[serde(default = "largest_body")]
    pub max_body: Size,
}

fn ten_seconds() -> Time {
    Time::from_secs(10)
}

fn one_second() -> Time {
    Time::from_secs(1)
}

fn largest_body() -> Size {
    Size(64 << 20)
}
