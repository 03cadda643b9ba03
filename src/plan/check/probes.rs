//! Probes: a number, from somewhere, every now and then.

use super::finals::{SQL, address};
use super::find::must_exist;
use super::patterns::json_path;
use super::{Findings, Subject};
use crate::plan::model::{Probe, StackKind};
use crate::plan::nearest::listed;
use crate::plan::template::Template;
use regex::Regex;
use std::sync::LazyLock;

static METRIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^[A-Za-z_:][A-Za-z0-9_:]*(\{\s*([A-Za-z_][A-Za-z0-9_]*\s*=\s*"[^"]*"\s*,?\s*)*\})?$"#)
        .expect("the pattern is a constant that a test uses")
});

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    for (i, probe) in subject.plan.probes.iter().enumerate() {
        let path = format!("probe[{i}]");
        source(subject, probe, &path, found);
        for (key, time) in [("every", probe.every), ("timeout", probe.timeout)] {
            if time.0.is_zero() {
                found.error(format!("{path}.{key}"), format!("`{key}` of nothing"), "write a duration: `1s`");
            }
        }
    }
}

/// Where the number comes from: one source, with all that belongs to it and nothing that does not.
fn source(subject: &Subject<'_>, probe: &Probe, path: &str, found: &mut Findings<'_>) {
    let name = &probe.name;
    let sources =
        [("get", probe.get.is_some()), ("sql", probe.sql.is_some()), ("command", probe.command.is_some())];
    let sources: Vec<&str> = sources.into_iter().filter_map(|(one, given)| given.then_some(one)).collect();
    match sources.as_slice() {
        [] => {
            let help = "add one of `get`, `sql` and `command`";
            found.error(path, format!("the probe `{name}` asks nobody"), help);
        }
        [_, second, ..] => {
            let message =
                format!("the probe `{name}` has several sources: {}", listed(sources.iter().copied()));
            found.error(format!("{path}.{second}"), message, "leave one of them, or make two probes");
        }
        [one] => {
            for (key, given, of) in [
                ("value", probe.value.is_some(), "get"),
                ("metric", probe.metric.is_some(), "get"),
                ("database", probe.database.is_some(), "sql"),
                ("service", probe.service.is_some(), "command"),
            ] {
                if given && *one != of {
                    let help = format!("take it out, or ask by `{of}`");
                    found.error(format!("{path}.{key}"), format!("`{key}` belongs to `{of}`"), help);
                }
            }
        }
    }
    if let Some(get) = &probe.get {
        http(probe, get, path, found);
    }
    match &probe.database {
        Some(database) => address(database, SQL, &format!("{path}.database"), found),
        None if sources == ["sql"] => {
            let help = "add `database`: its address, `sqlite:shop.db`";
            found.error(path, format!("the probe `{name}` does not say which database"), help);
        }
        None => {}
    }
    if probe.command.as_ref().is_some_and(Vec::is_empty) {
        found.error(format!("{path}.command"), "a command without a word", "write what to carry out");
    }
    if let Some(service) = probe.service.as_ref().filter(|_| subject.plan.stack.kind != StackKind::Compose) {
        let services = subject.plan.stack.services.iter().map(|service| service.name.as_str());
        must_exist(found, format!("{path}.service"), "service", service, services);
    }
}

fn http(probe: &Probe, get: &Template, path: &str, found: &mut Findings<'_>) {
    let name = &probe.name;
    match (&probe.value, &probe.metric) {
        (None, None) => {
            let help = "add `value = \"$.stock\"` for a number in JSON, or `metric = \"name\"` for one of Prometheus";
            found.error(path, format!("the probe `{name}` does not say what number it reads"), help);
        }
        (Some(_), Some(_)) => {
            let help = "leave one of them, or make two probes";
            found.error(
                format!("{path}.metric"),
                format!("the probe `{name}` has both `value` and `metric`"),
                help,
            );
        }
        (Some(value), None) => json_path(value, &format!("{path}.value"), found),
        (None, Some(metric)) if !METRIC.is_match(metric.trim()) => {
            let help = "write `name` or `name{label=\"value\"}`";
            found.error(format!("{path}.metric"), format!("`{metric}` is not a metric"), help);
        }
        (None, Some(_)) => {}
    }
    let text = get.source();
    if text.contains("://") {
        super::target::url_with_query(get, &format!("{path}.get"), found);
    } else if !text.starts_with(['/', '$']) {
        let help = "write a path behind the target's URL, `/stock`, or a whole URL";
        found.error(format!("{path}.get"), format!("`{text}` is neither a path nor a URL"), help);
    }
}
