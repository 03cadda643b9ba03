//! What `${…}` means in a service's command and environment.

use super::layout::Planned;
use crate::plan::template::{Reference, Template};
use crate::stack::{Facts, StackError};
use std::net::{Ipv4Addr, SocketAddr};

/// Where an instance listens.
pub(super) fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// The facts that hold for all: `run`, `shakedown`, `node.address`, `node.addresses`, `node-2.address`.
pub(super) fn facts(of_run: Facts, instances: &[(Planned, String)]) -> Facts {
    let mut facts = of_run;
    for (planned, service) in instances {
        let Some(port) = planned.port else { continue };
        let address = address(port).to_string();
        facts.insert(format!("{}.address", planned.name), address.clone());
        facts.entry(format!("{service}.address")).or_insert_with(|| address.clone());
        let all = facts.entry(format!("{service}.addresses")).or_default();
        if !all.is_empty() {
            all.push(',');
        }
        all.push_str(&address);
    }
    facts
}

/// The facts for one instance: those for all, and its own `port`, `index` and `instance`.
pub(super) fn own(facts: &Facts, planned: &Planned) -> Facts {
    let mut own = facts.clone();
    own.insert("index".into(), planned.index.to_string());
    own.insert("instance".into(), planned.name.clone());
    if let Some(port) = planned.port {
        own.insert("port".into(), port.to_string());
    }
    own
}

/// Fills in a text; `place` says where it stands, for the message.
pub(super) fn render(
    text: &Template,
    place: &str,
    facts: &Facts,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<String, StackError> {
    text.render(|reference| match reference {
        Reference::Name(name) => facts.get(name).cloned().ok_or_else(|| {
            let known: Vec<&str> = facts.keys().map(String::as_str).collect();
            format!("{place}: `${{{name}}}` is not known here; known are {}", known.join(", "))
        }),
        Reference::Env(name) => environment(name).ok_or_else(|| {
            format!("{place}: the environment variable {name} is not set; set it, or take `${{env:{name}}}` out")
        }),
        Reference::Generate(generator, _) => Err(format!(
            "{place}: `${{{generator}}}` makes values for requests; a service's command and environment cannot use it"
        )),
    })
    .map_err(StackError::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(name: &str, index: u32, port: Option<u16>) -> Planned {
        Planned { name: name.into(), service: 0, index, port, chosen: false }
    }

    fn some_facts() -> Facts {
        facts(
            Facts::from(
                [("run", "/r"), ("run_id", "7q"), ("shakedown", "/bin/shakedown")]
                    .map(|(name, text)| (name.into(), text.into())),
            ),
            &[
                (planned("node-1", 1, Some(7001)), "node".into()),
                (planned("node-2", 2, Some(7002)), "node".into()),
                (planned("job-1", 1, None), "job".into()),
            ],
        )
    }

    #[test]
    fn addresses_are_by_service_and_by_instance() {
        let facts = some_facts();
        assert_eq!(facts["node.address"], "127.0.0.1:7001");
        assert_eq!(facts["node.addresses"], "127.0.0.1:7001,127.0.0.1:7002");
        assert_eq!(facts["node-2.address"], "127.0.0.1:7002");
        assert!(!facts.keys().any(|name| name.starts_with("job")), "it has no port");
    }

    #[test]
    fn texts_are_filled_in_and_what_is_missing_is_named() {
        let own = own(&some_facts(), &planned("node-2", 2, Some(7002)));
        let environment = |name: &str| (name == "HOME").then(|| "/home/u".to_owned());
        let text = |text: &str| render(&text.parse().expect(text), "node.command", &own, &environment);
        assert_eq!(
            text("${shakedown} ${run}/${instance}.db ${port} ${index} ${env:HOME}").as_deref(),
            Ok("/bin/shakedown /r/node-2.db 7002 2 /home/u")
        );
        for (wrong, word) in
            [("${nod.address}", "node.address"), ("${env:NOPE}", "NOPE is not set"), ("${uuid}", "requests")]
        {
            let error = text(wrong).expect_err(wrong);
            assert!(error.message.contains(word) && error.message.contains("node.command"), "{error}");
        }
    }
}
