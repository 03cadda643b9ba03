//! A step's request, as much of it written as can be.

use super::Names;
use super::target::Compiled;
use crate::flow::encode::Encoding;
use crate::flow::request::{Blank, Target, is_header_value};
use crate::flow::text::Text;
use crate::http::Request;
use crate::plan::model::{Step, TargetSpec};
use crate::plan::template::Template;
use std::collections::BTreeMap;

/// What the connection writes itself.
const NOT_OURS: [&str; 4] = ["content-length", "connection", "transfer-encoding", "keep-alive"];

/// Compiles the request of a step.
pub(super) fn compile(
    step: &Step,
    spec: &TargetSpec,
    target: &Compiled,
    names: &mut Names<'_>,
) -> Result<Blank, String> {
    let mut requests = step.requests();
    let (Some((method, path)), None) = (requests.next(), requests.next()) else {
        return Err(
            "exactly one of get, head, post, put, patch, delete and options gives method and path".into()
        );
    };
    let mut request = Request { method: method.as_str(), ..Request::default() };
    let path = compile_target(path, &step.query, target, names)?;
    let target = match whole(&path) {
        Some(whole) => {
            request.path = whole;
            None
        }
        None => Some(path),
    };
    let (content_type, body) = compile_body(step, names)?;
    let body = match body.as_ref().and_then(Text::constant) {
        Some(constant) => {
            request.body = constant.as_bytes().to_vec();
            None
        }
        None => body,
    };
    let mut lines = headers(spec, step);
    if let Some(content_type) = content_type.filter(|_| !has(&lines, "content-type")) {
        lines.push(("Content-Type".into(), content_type.parse()?));
    }
    let headers = compile_headers(&lines, &mut request, names)?;
    let cookies = !has(&lines, "cookie");
    let mut traceparent = None;
    if spec.traceparent && !has(&lines, "traceparent") {
        traceparent = Some(request.headers.len());
        request.headers.push(("traceparent".into(), String::new()));
    }
    Ok(Blank { request, target, headers, body, traceparent, cookies })
}

fn compile_target(
    path: &Template,
    query: &BTreeMap<String, Template>,
    target: &Compiled,
    names: &mut Names<'_>,
) -> Result<Target, String> {
    let text = names.text(path, Encoding::Target).map_err(|error| format!("path: {error}"))?;
    let mut parameters = Vec::new();
    for (name, value) in query {
        let mut encoded = String::new();
        crate::flow::encode::push(&mut encoded, name, Encoding::Component);
        let value =
            names.text(value, Encoding::Component).map_err(|error| format!("query.{name}: {error}"))?;
        parameters.push((encoded, value));
    }
    if !text.starts_with('/') && !text.begins_with_hole() {
        return Err(format!("path: `{path}` does not begin with `/`"));
    }
    Ok(Target { base: target.base.clone(), origin: target.url.clone(), path: text, query: parameters })
}

/// Path and query, where nothing of them varies.
fn whole(target: &Target) -> Option<String> {
    let mut out = format!("{}{}", target.base, target.path.constant()?);
    for (name, value) in &target.query {
        out.push(if out.contains('?') { '&' } else { '?' });
        out.push_str(&format!("{name}={}", value.constant()?));
    }
    Some(out)
}

/// The target's headers, and the step's own in their place.
fn headers(spec: &TargetSpec, step: &Step) -> Vec<(String, Template)> {
    let own = |name: &str| step.header.keys().any(|own| own.eq_ignore_ascii_case(name));
    let usual = spec.header.iter().filter(|(name, _)| !own(name));
    usual.chain(&step.header).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn has(lines: &[(String, Template)], name: &str) -> bool {
    lines.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// Writes the headers into the request and returns those that vary.
fn compile_headers(
    lines: &[(String, Template)],
    request: &mut Request,
    names: &mut Names<'_>,
) -> Result<Vec<(usize, Text)>, String> {
    let mut varying = Vec::new();
    for (name, value) in lines {
        if !is_header_name(name) {
            return Err(format!("header `{name}`: that is not a header's name"));
        }
        if NOT_OURS.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(format!("header `{name}`: the connection writes it; leave it out"));
        }
        let text = names.text(value, Encoding::Plain).map_err(|error| format!("header `{name}`: {error}"))?;
        if let Some(constant) = text.constant().filter(|constant| !is_header_value(constant)) {
            let length = constant.len();
            return Err(format!("header `{name}`: a control character is in the value of {length} bytes"));
        }
        let constant = text.constant().unwrap_or_default().to_owned();
        if text.constant().is_none() {
            varying.push((request.headers.len(), text));
        }
        request.headers.push((name.clone(), constant));
    }
    Ok(varying)
}

/// A token (RFC 9110, section 5.6.2).
fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The body and its content type.
fn compile_body(step: &Step, names: &mut Names<'_>) -> Result<(Option<&'static str>, Option<Text>), String> {
    match (&step.json, &step.form, &step.text) {
        (None, None, None) => Ok((None, None)),
        (Some(json), None, None) => {
            let text = names.json(json).map_err(|error| format!("json: {error}"))?;
            Ok((Some("application/json"), Some(text)))
        }
        (None, Some(form), None) => {
            let mut text = Text::default();
            // Whether something certainly stands before: a parameter whose value is null is left out.
            let mut certain = false;
            for (place, (name, value)) in form.iter().enumerate() {
                let told = |error| format!("form.{name}: {error}");
                if let Some(source) = names.text(value, Encoding::Form).map_err(told)?.single() {
                    text.push_parameter(name, source);
                    continue;
                }
                match (place, certain) {
                    (0, _) => {}
                    (_, true) => text.push_literal("&", Encoding::Plain),
                    (_, false) => text.push_separator(),
                }
                certain = true;
                text.push_literal(name, Encoding::Form);
                text.push_literal("=", Encoding::Plain);
                names.append(&mut text, value, Encoding::Form).map_err(told)?;
            }
            Ok((Some("application/x-www-form-urlencoded"), Some(text)))
        }
        (None, None, Some(text)) => {
            let text = names.text(text, Encoding::Plain).map_err(|error| format!("text: {error}"))?;
            Ok((Some("text/plain; charset=utf-8"), Some(text)))
        }
        _ => Err("a request has one body: one of `json`, `form` and `text`".into()),
    }
}
