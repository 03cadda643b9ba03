//! A step's request: most of it is written beforehand, the rest filled in for each operation.

use super::state::Context;
use super::text::Text;
use crate::event::Nanos;
use crate::http::Request;

/// A request in which everything constant is written already, and what has to be filled in.
#[derive(Debug)]
pub(super) struct Blank {
    /// The request, where nothing varies complete.
    pub(super) request: Request,
    /// Path and query, where they vary.
    pub(super) target: Option<Target>,
    /// The headers that vary, by their place in the request.
    pub(super) headers: Vec<(usize, Text)>,
    /// The body, where it varies.
    pub(super) body: Option<Text>,
    /// The place of the `traceparent` header.
    pub(super) traceparent: Option<usize>,
    /// Whether the user's cookies go with it (not if the plan gives a `Cookie` header itself).
    pub(super) cookies: bool,
}

/// A path that varies.
#[derive(Debug)]
pub(super) struct Target {
    /// The path of the target's URL, without the slash at its end.
    pub(super) base: String,
    /// The target's origin as URLs write it: a path that is a whole URL must begin so.
    pub(super) origin: String,
    /// The step's path.
    pub(super) path: Text,
    /// The query parameters: names, encoded, and values.
    pub(super) query: Vec<(String, Text)>,
}

impl Blank {
    /// Fills in all that varies. `request` came from this blank, fresh or used. The error says what cannot be sent.
    pub(super) fn fill(&self, request: &mut Request, now: Nanos, cx: &mut Context<'_>) -> Result<(), String> {
        request.headers.truncate(self.request.headers.len());
        if let Some(target) = &self.target {
            request.path.clear();
            target.render(&mut request.path, cx)?;
        }
        for (place, text) in &self.headers {
            let (name, value) = &mut request.headers[*place];
            value.clear();
            text.render(value, cx)?;
            if !is_header_value(value) {
                return Err(format!(
                    "header `{name}`: the value has a line break or another control character in it"
                ));
            }
        }
        if let Some(text) = &self.body {
            request.body.clear();
            // Empty, so that nothing is checked or copied: only its room is used again.
            let mut body = String::from_utf8(std::mem::take(&mut request.body)).unwrap_or_default();
            let rendered = text.render(&mut body, cx);
            request.body = body.into_bytes();
            rendered?;
        }
        if self.cookies && !cx.state.jar.is_empty() {
            let cookies = cx.state.jar.header(&request.path, cx.program.origin.tls, now);
            request.headers.extend(cookies.map(|cookies| ("Cookie".to_owned(), cookies)));
        }
        Ok(())
    }
}

impl Target {
    /// Appends path and query.
    pub(super) fn render(&self, out: &mut String, cx: &mut Context<'_>) -> Result<(), String> {
        if self.path.starts_with('/') {
            out.push_str(&self.base);
            self.path.render(out, cx)?;
        } else {
            self.whole(&self.path.rendered(cx)?, out)?;
        }
        let mut mark = if self.query.is_empty() || !out.contains('?') { '?' } else { '&' };
        for (name, value) in &self.query {
            // What has no value is no parameter.
            if value.is_null(cx) {
                continue;
            }
            out.push(mark);
            out.push_str(name);
            out.push('=');
            value.render(out, cx)?;
            mark = '&';
        }
        Ok(())
    }

    /// A path that came as a value, of a `Location` header for example: from its first slash, or a URL of the target.
    fn whole(&self, path: &str, out: &mut String) -> Result<(), String> {
        if let Some(rest) =
            path.strip_prefix(&self.origin).filter(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
        {
            out.push_str(if rest.starts_with('/') { "" } else { "/" });
            out.push_str(rest);
            return Ok(());
        }
        if !path.starts_with('/') {
            let path = super::reason::bounded(path);
            return Err(format!(
                "the path `{path}` neither begins with `/` nor is a URL of the target {}",
                self.origin
            ));
        }
        out.push_str(&self.base);
        out.push_str(path);
        Ok(())
    }
}

/// What may stand in a header's value (RFC 9110, section 5.5): no control characters but the tab.
pub(super) fn is_header_value(value: &str) -> bool {
    value.bytes().all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f))
}
