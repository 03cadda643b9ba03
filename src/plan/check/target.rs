//! The target: a URL that can be one, files that are there.

use super::templates::{header_name, headers};
use super::{Findings, Subject};
use crate::plan::template::{Reference, Template};

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let target = &subject.plan.target;
    url(&target.url, "target.url", found);
    headers(&target.header, "target.header", found);
    if let Some(name) = &target.instance_header {
        header_name(name, "target.instance_header", found);
    }
    for (name, file) in [
        ("ca", &target.ca),
        ("client_certificate", &target.client_certificate),
        ("client_key", &target.client_key),
    ] {
        if let Some(file) = file
            && !subject.directory.join(file).is_file()
        {
            let shown = subject.directory.join(file).display().to_string();
            let help = "name a PEM file; the path is relative to the plan";
            found.error(format!("target.{name}"), format!("there is no file `{shown}`"), help);
        }
    }
    if target.client_certificate.is_some() != target.client_key.is_some() {
        let (has, lacks) = match target.client_key {
            Some(_) => ("client_key", "client_certificate"),
            None => ("client_certificate", "client_key"),
        };
        let help = format!("add `{lacks}`: one is of no use without the other");
        found.error(format!("target.{has}"), format!("`{has}` stands without `{lacks}`"), help);
    }
    for (name, time) in [("timeout", target.timeout), ("connect_timeout", target.connect_timeout)] {
        if time.0.is_zero() {
            let help = "write how long to wait: `10s`";
            found.error(
                format!("target.{name}"),
                format!("`{name}` of nothing: no request could succeed"),
                help,
            );
        }
    }
}

const HELP: &str = "write it like `http://${front.address}` or `https://shop.example.com/base`";

/// Whether the text can become an http or https URL that paths can be put behind, whatever its `${…}` turn out to be.
fn url(text: &Template, path: &str, found: &mut Findings<'_>) {
    if let Some(url) = url_with_query(text, path, found)
        && (url.query().is_some() || url.fragment().is_some())
    {
        let message = format!("`{text}` has a query or a fragment, and paths are put behind it");
        found.error(path, message, "put the query into the steps: `query = { … }`");
    }
}

/// The URL that the text can become, with something harmless in place of each `${…}`. `None` where that cannot be told,
/// or was an error.
pub(super) fn url_with_query(text: &Template, path: &str, found: &mut Findings<'_>) -> Option<url::Url> {
    if text.source().trim_start().starts_with("${") {
        return None;
    }
    let stand_in = |reference: &Reference| -> Result<String, ()> {
        Ok(match reference {
            Reference::Name(name) if name.ends_with(".address") => "127.0.0.1:1".into(),
            _ => "1".into(),
        })
    };
    let filled = text.render(stand_in).ok()?;
    let url = match url::Url::parse(filled.trim()) {
        Ok(url) => url,
        Err(error) => {
            found.error(path, format!("`{text}` is not a URL: {error}"), HELP);
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let message = format!("`{text}`: requests cannot be sent by `{}`", url.scheme());
        found.error(path, message, HELP);
        return None;
    }
    Some(url)
}
