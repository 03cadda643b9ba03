//! Links through a proxy, and what is done to them.

use super::Findings;
use super::find::must_exist;
use crate::plan::Plan;
use crate::plan::model::{FaultSpec, HttpFault, OneOrMany, StackKind, StackSpec, ToxicFault};
use crate::plan::nearest::listed;

/// The toxics and their attributes, in Toxiproxy's words; the last one is ours.
const TOXICS: [(&str, &[&str]); 8] = [
    ("latency", &["latency", "jitter"]),
    ("bandwidth", &["rate"]),
    ("slow_close", &["delay"]),
    ("timeout", &["timeout"]),
    ("reset_peer", &["timeout"]),
    ("slicer", &["average_size", "size_variation", "delay"]),
    ("limit_data", &["bytes"]),
    ("fail_first", &["connections"]),
];

/// The links themselves.
pub(super) fn check(stack: &StackSpec, found: &mut Findings<'_>) {
    for (i, link) in stack.links.iter().enumerate() {
        let path = format!("stack.link[{i}]");
        match (&link.to, &link.api) {
            (None, None) => found.error(
                &path,
                format!("the link `{}` leads nowhere", link.name),
                "add `to = \"db\"` for one of the stack's services, or `api = \"http://127.0.0.1:8474\"` for a \
                 Toxiproxy server of the deployment",
            ),
            (Some(_), Some(_)) => found.error(
                format!("{path}.api"),
                format!("the link `{}` has both `to` and `api`", link.name),
                "`to` makes a proxy of ours, `api` uses one of a Toxiproxy server: take one of them out",
            ),
            (Some(_), None) if stack.kind == StackKind::None => found.error(
                format!("{path}.to"),
                "there is no service that it could lead to: the stack's kind is `none`",
                "use `api` for a Toxiproxy server of the deployment, or bring the deployment up by the plan",
            ),
            (Some(to), None) if stack.kind == StackKind::Processes => {
                let names = stack.services.iter().map(|service| service.name.as_str());
                must_exist(found, format!("{path}.to"), "service", to, names);
            }
            _ => {}
        }
        if link.proxy.is_some() && link.api.is_none() {
            found.error(
                format!("{path}.proxy"),
                "`proxy` names a proxy of a Toxiproxy server",
                "add its `api`",
            );
        }
        if link.api.as_ref().is_some_and(|api| !api.starts_with("http://")) {
            let help = "write the address of its HTTP interface: `http://127.0.0.1:8474`";
            found.error(format!("{path}.api"), "not the address of a Toxiproxy server", help);
        }
    }
}

/// Whether the fault strikes a link, and so needs no service.
pub(super) fn on_link(fault: &FaultSpec) -> bool {
    fault.toxic.is_some() || fault.http.as_ref().is_some_and(|http| http.link.is_some())
}

/// What a fault does to a link.
pub(super) fn fault(plan: &Plan, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    let links = plan.stack.links.iter().map(|link| link.name.as_str());
    if let Some(toxic) = &fault.toxic {
        must_exist(found, format!("{path}.toxic.link"), "link", &toxic.link, links.clone());
        index(plan, &toxic.link, toxic.index.as_ref(), &format!("{path}.toxic.index"), found);
        self::toxic(toxic, &format!("{path}.toxic"), found);
    }
    if let Some(http) = &fault.http {
        if let Some(link) = &http.link {
            must_exist(found, format!("{path}.http.link"), "link", link, links);
            index(plan, link, http.index.as_ref(), &format!("{path}.http.index"), found);
            if http.target.service.is_some() || http.target.label.is_some() || http.port.is_some() {
                let help = "`link` says it all: take `target` and `port` out";
                found.error(format!("{path}.http.target"), "a link and a target are two places", help);
            }
        }
        self::http(http, &format!("{path}.http"), found);
    }
}

/// Instances before which the link has a proxy.
fn index(plan: &Plan, link: &str, index: Option<&OneOrMany<u32>>, path: &str, found: &mut Findings<'_>) {
    let Some(index) = index else { return };
    let to = plan.stack.links.iter().find(|one| one.name == link).and_then(|one| one.to.as_deref());
    let service = plan.stack.services.iter().find(|service| Some(service.name.as_str()) == to);
    let instances = service.map_or(1, |service| service.instances);
    if index.iter().next().is_none() || index.iter().any(|index| !(1..=instances).contains(index)) {
        let message = format!("the link `{link}` leads to instances 1 to {instances}");
        found.error(path, message, format!("write a number from 1 to {instances}"));
    }
}

fn toxic(toxic: &ToxicFault, path: &str, found: &mut Findings<'_>) {
    let kinds = TOXICS.map(|(kind, _)| kind);
    if must_exist(found, format!("{path}.type"), "toxic", &toxic.kind, kinds) {
        let known =
            TOXICS.iter().find(|(kind, _)| *kind == toxic.kind).map(|(_, known)| *known).unwrap_or_default();
        for attribute in toxic.attributes.keys() {
            must_exist(
                found,
                format!("{path}.attributes.{attribute}"),
                "attribute",
                attribute,
                known.iter().copied(),
            );
        }
        if toxic.attributes.is_empty()
            && toxic.rate.is_none()
            && !matches!(&*toxic.kind, "timeout" | "reset_peer")
        {
            let help = format!("add `attributes = {{ … }}`; there are {}", listed(known.iter().copied()));
            found.error(path, format!("the toxic `{}` without attributes does nothing", toxic.kind), help);
        }
    }
    if let Some(stream) = &toxic.stream {
        must_exist(found, format!("{path}.stream"), "stream", stream, ["upstream", "downstream"]);
    }
    if toxic.rate.is_some() && toxic.kind != "bandwidth" {
        found.error(format!("{path}.rate"), "`rate` belongs to `type = \"bandwidth\"`", "take it out");
    }
    if toxic.toxicity.is_some_and(|share| share.0 == 0.0) {
        found.error(format!("{path}.toxicity"), "a toxicity of 0% strikes nobody", "write a share above 0%");
    }
}

fn http(http: &HttpFault, path: &str, found: &mut Findings<'_>) {
    if http.status.is_none() && http.delay.is_none() && !http.drop_reply {
        let help = "add `status = 503`, `delay = \"1s\"` or `drop_reply = true`";
        found.error(path, "it does nothing to the requests", help);
    }
    if http.status.is_some() && http.drop_reply {
        let help = "a request that we answer has no reply to drop: make a fault of each";
        found.error(format!("{path}.drop_reply"), "`status` and `drop_reply` exclude each other", help);
    }
    if http.status.is_some_and(|status| !(200..=599).contains(&status)) {
        found.error(format!("{path}.status"), "not a status", "write a number from 200 to 599");
    }
    if http.body.is_some() && http.status.is_none() {
        found.error(format!("{path}.body"), "a body without a status", "add `status = 200`");
    }
    if http.share.is_some_and(|share| share.0 == 0.0) {
        found.error(format!("{path}.share"), "a share of 0% strikes nobody", "write a share above 0%");
    }
}
