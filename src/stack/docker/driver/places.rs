//! What `${…}` can say of a project.

use super::Inner;
use crate::stack::Facts;
use std::collections::BTreeSet;

/// `project`, `run`, `run_id`, `shakedown`, `web.address` (of its first instance), `web.addresses`, `web-2.address`, and for every
/// published port `web.8080.address`, by the container's own port.
pub(super) fn facts(inner: &Inner) -> Facts {
    let mut facts = inner.context.facts();
    facts.insert("project".to_owned(), inner.project.clone());
    let all = inner.inventory.all();
    for known in &all {
        for port in known.container.published.iter().filter(|port| port.protocol == "tcp") {
            let Some(address) = inner.inventory.reachable(port.host) else { continue };
            for owner in [&known.name, &known.service] {
                let fact = format!("{owner}.{}.address", port.port);
                facts.entry(fact).or_insert_with(|| address.to_string());
            }
        }
        let Some(address) = inner.inventory.address(known) else { continue };
        let address = address.to_string();
        facts.insert(format!("{}.address", known.name), address.clone());
        facts.entry(format!("{}.address", known.service)).or_insert_with(|| address.clone());
        let all = facts.entry(format!("{}.addresses", known.service)).or_default();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(&address);
    }
    // A name that is both a service and an instance of another service means neither: using it is an error that lists the others.
    let services: BTreeSet<&String> = all.iter().map(|known| &known.service).collect();
    for known in all.iter().filter(|known| known.name != known.service && services.contains(&known.name)) {
        facts.retain(|fact, _| !fact.strip_prefix(&known.name).is_some_and(|rest| rest.starts_with('.')));
    }
    facts.extend(inner.context.links.iter().flat_map(|links| links.facts()));
    facts
}
