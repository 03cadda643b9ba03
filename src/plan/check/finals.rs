//! Reads of the final state: one way each.

use super::find::must_exist;
use super::patterns::json_path;
use super::{Findings, Subject};
use crate::plan::model::{FinalRead, StackKind};
use crate::plan::nearest::listed;
use crate::plan::template::{Reference, Template};

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    for (i, read) in subject.plan.finals.iter().enumerate() {
        let path = format!("final[{i}]");
        way(read, &path, found);
        paging(read, &path, found);
        for (key, text) in [("rows", &read.rows), ("cursor", &read.cursor)] {
            if let Some(text) = text {
                json_path(text, &format!("{path}.{key}"), found);
            }
        }
        if let Some(format) = &read.format {
            must_exist(found, format!("{path}.format"), "format", format, ["csv", "json", "lines"]);
        }
        if let Some(database) = read.database.as_ref().filter(|_| read.redis.is_some()) {
            address(database, &["redis://"], &format!("{path}.database"), found);
        } else if let Some(database) = &read.database {
            address(database, SQL, &format!("{path}.database"), found);
        }
        services(subject, read, &path, found);
    }
}

/// Where SQL is spoken.
pub(super) const SQL: &[&str] = &["postgres://", "postgresql://", "sqlite:"];

/// An address that begins as it must, as far as it is written out.
pub(super) fn address(address: &Template, begins: &[&str], path: &str, found: &mut Findings<'_>) {
    let text = address.source();
    let open = text.starts_with("${");
    if !open && !begins.iter().any(|begin| text.starts_with(begin)) {
        let help = format!("addresses begin with {}", listed(begins.iter().copied()));
        found.error(path, "this is no database that can be asked", help);
    }
}

fn way(read: &FinalRead, path: &str, found: &mut Findings<'_>) {
    let ways = [
        ("get", read.get.is_some()),
        ("sql", read.sql.is_some()),
        ("redis", read.redis.is_some()),
        ("command", read.command.is_some()),
    ];
    let ways: Vec<&str> = ways.into_iter().filter_map(|(way, given)| given.then_some(way)).collect();
    let empty = |words: &Option<Vec<Template>>| words.as_ref().is_some_and(Vec::is_empty);
    match ways.as_slice() {
        ["get"] if read.rows.is_none() => {
            let help = "add `rows`, a JSONPath to the rows of a page: `rows = \"$.orders[*]\"`";
            found.error(
                path,
                format!("the final read `{}` does not say where its rows are", read.name),
                help,
            );
        }
        ["sql" | "redis"] if read.database.is_none() => {
            let help = "add `database`: its address";
            found.error(path, format!("the final read `{}` does not say which database", read.name), help);
        }
        ["command"] if read.service.is_none() || read.format.is_none() => {
            let help = "add `service` and `format` (`csv`, `json` or `lines`)";
            found.error(
                path,
                format!("the final read `{}` does not say where it runs, or how it reads", read.name),
                help,
            );
        }
        [] => {
            let help = "add one of `get`, `sql`, `redis` and `command`";
            found.error(path, format!("the final read `{}` reads nothing", read.name), help);
        }
        [way] if empty(&read.redis) || empty(&read.command) => {
            found.error(format!("{path}.{way}"), "a command without a word", "write what to carry out");
        }
        [_] => {}
        [_, second, ..] => {
            let message =
                format!("the final read `{}` has several ways: {}", read.name, listed(ways.iter().copied()));
            found.error(format!("{path}.{second}"), message, "leave one of them");
        }
    }
}

/// Keys of pages, and whether there can be several.
fn paging(read: &FinalRead, path: &str, found: &mut Findings<'_>) {
    let Some(get) = &read.get else { return };
    let text = get.source();
    if text.contains("://") {
        if !read.endpoints.is_empty() {
            let help = "write a path, `/orders`: each endpoint goes before it";
            found.error(format!("{path}.get"), "a whole URL, and `endpoints` to ask it of", help);
        }
    } else if !text.starts_with(['/', '$']) {
        let help = "write a path behind the target's URL, `/orders`, or a whole URL";
        found.error(format!("{path}.get"), format!("`{text}` is neither a path nor a URL"), help);
    }
    let paged = get.references().any(|one| matches!(one, Reference::Name(name) if name == "cursor"));
    if read.cursor.is_some() && !paged {
        let help = "ask for it: `get = \"/orders?after=${cursor}\"`";
        found.error(format!("{path}.cursor"), "the next page's cursor is read and never asked for", help);
    }
}

fn services(subject: &Subject<'_>, read: &FinalRead, path: &str, found: &mut Findings<'_>) {
    if subject.plan.stack.kind == StackKind::Compose {
        return;
    }
    let names = || subject.plan.stack.services.iter().map(|service| service.name.as_str());
    if let Some(service) = &read.service {
        must_exist(found, format!("{path}.service"), "service", service, names());
    }
    for (i, endpoint) in read.endpoints.iter().enumerate() {
        // Only what is a URL has a colon in it.
        if let Some(name) = endpoint.literal().filter(|name| !name.contains(':')) {
            must_exist(found, format!("{path}.endpoints[{i}]"), "service", name, names());
        }
    }
}
