//! What clients ask for, with Toxiproxy's defaults and checks.

use super::fields::{Fields, Json};
use crate::proxy::http::Rule;
use crate::proxy::item::Stream;
use crate::proxy::toxics::Kind;
use crate::proxy::{Change, Error, Spec, Toxic};
use std::time::Duration;

/// A proxy to be made.
pub(super) fn proxy(body: &[u8]) -> Result<Spec, Error> {
    let json = Json::first(body)?;
    let spec = spec(&Fields::of(&json, "toxiproxy.Proxy", "Proxy")?)?;
    if spec.name.is_empty() {
        return Err(Error::missing("name"));
    }
    if spec.upstream.is_empty() {
        return Err(Error::missing("upstream"));
    }
    Ok(spec)
}

/// The proxies of a configuration file, in the form of `POST /populate`.
pub(in crate::proxy) fn config(body: &[u8]) -> Result<Vec<Spec>, Error> {
    let json = Json::first(body)?;
    let list = match &json {
        Json::Null => &[],
        Json::List(list) => list.as_slice(),
        other => return Err(Fields::mismatch(other, "[]struct { toxiproxy.Proxy; Enabled *bool }")),
    };
    let mut specs: Vec<Spec> = Vec::new();
    for (place, item) in list.iter().enumerate() {
        let spec = spec(&Fields::of(item, "struct { toxiproxy.Proxy; Enabled *bool }", "")?)?;
        for (field, value) in [("name", &spec.name), ("upstream", &spec.upstream)] {
            if value.is_empty() {
                return Err(Error::missing(format!("{field} at proxy {}", place + 1)));
            }
        }
        specs.push(spec);
    }
    Ok(specs)
}

fn spec(fields: &Fields<'_>) -> Result<Spec, Error> {
    let mut toxics: Vec<Toxic> = Vec::new();
    for item in fields.list("toxics", "[]toxics.Toxic")? {
        let toxic = toxic_of(item)?;
        if toxics.iter().any(|other| other.name == toxic.name) {
            return Err(Error::toxic_exists());
        }
        toxics.push(toxic);
    }
    Ok(Spec {
        name: fields.text("name")?.unwrap_or_default(),
        listen: fields.text("listen")?.unwrap_or_default(),
        upstream: fields.text("upstream")?.unwrap_or_default(),
        enabled: fields.flag("enabled")?.unwrap_or(true),
        refuse_when_down: fields.flag("refuse_when_down")?.unwrap_or_default(),
        http: fields.flag("http")?.unwrap_or_default(),
        toxics,
    })
}

/// What of a proxy is to change. A name, and toxics, are ignored.
pub(super) fn change(body: &[u8]) -> Result<Change, Error> {
    let json = Json::first(body)?;
    let fields = Fields::of(&json, "toxiproxy.Proxy", "Proxy")?;
    fields.text("name")?;
    Ok(Change {
        listen: fields.text("listen")?,
        upstream: fields.text("upstream")?,
        enabled: fields.flag("enabled")?,
        refuse_when_down: fields.flag("refuse_when_down")?,
        http: fields.flag("http")?,
    })
}

/// A toxic to be added.
pub(super) fn toxic(body: &[u8]) -> Result<Toxic, Error> {
    toxic_of(&Json::first(body)?)
}

fn toxic_of(json: &Json) -> Result<Toxic, Error> {
    let fields = Fields::of(json, "toxics.ToxicWrapper", "ToxicWrapper")?;
    let (name, kind) = (fields.text("name")?, fields.text("type")?.unwrap_or_default());
    let stream_text = fields.text("stream")?.unwrap_or_else(|| Stream::Downstream.name().to_owned());
    let toxicity = fields.real("toxicity")?.unwrap_or(1.0);
    let attributes = fields.object("attributes", ".attributes")?;
    let stream = Stream::named(&stream_text).ok_or_else(Error::invalid_stream)?;
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("{kind}_{stream_text}"));
    let kind = Kind::named(&kind).ok_or_else(Error::invalid_type)?;
    let values = values(kind, &attributes, &vec![0; kind.attributes.len()])?;
    Ok(Toxic { name, kind, stream, stream_text, toxicity, values, ttl: ttl(&fields)? })
}

/// A toxic as it will be: attributes and toxicity that are not named stay as they are.
pub(super) fn toxic_update(body: &[u8], toxic: Toxic) -> Result<Toxic, Error> {
    let json = Json::first(body)?;
    let fields = Fields::of(&json, "struct { Attributes interface {}; Toxicity float32 }", "")?;
    let values = values(toxic.kind, &fields.object("attributes", ".attributes")?, &toxic.values)?;
    let toxicity = fields.real("toxicity")?.unwrap_or(toxic.toxicity);
    let ttl = ttl(&fields)?.or(toxic.ttl);
    Ok(Toxic { toxicity, values, ttl, ..toxic })
}

fn values(kind: &Kind, attributes: &Fields<'_>, before: &[i64]) -> Result<Vec<i64>, Error> {
    let pairs = kind.attributes.iter().zip(before);
    pairs.map(|(name, before)| Ok(attributes.whole(name)?.unwrap_or(*before))).collect()
}

/// A time to live in milliseconds.
fn ttl(fields: &Fields<'_>) -> Result<Option<Duration>, Error> {
    match fields.whole("ttl")? {
        None | Some(0) => Ok(None),
        Some(ttl @ 1..) => Ok(Some(Duration::from_millis(ttl.unsigned_abs()))),
        Some(_) => Err(Error::bad_body("ttl is a number of milliseconds, and not below 0")),
    }
}

/// An HTTP rule to be set.
pub(super) fn rule(body: &[u8]) -> Result<Rule, Error> {
    let json = Json::first(body)?;
    let fields = Fields::of(&json, "proxy.Rule", "Rule")?;
    let status = match fields.whole("status")? {
        None => None,
        Some(status) => {
            Some(u16::try_from(status).map_err(|_| Error::bad_body("`status` is a number from 200 to 599"))?)
        }
    };
    let delay = fields.whole("delay")?.map(|delay| Duration::from_millis(delay.max(0).unsigned_abs()));
    Ok(Rule {
        name: fields.text("name")?.filter(|name| !name.is_empty()).unwrap_or_else(|| "http".into()),
        path: fields.text("path")?,
        method: fields.text("method")?,
        share: fields.real("share")?.map_or(1.0, f64::from),
        status,
        body: fields.text("body")?,
        delay,
        drop_reply: fields.flag("drop_reply")?.unwrap_or_default(),
    })
}
