//! Templates that speak of the stack and the environment alone: the target's URL, a probe's.

use crate::plan::template::{Reference, Template};
use crate::stack::Facts;
use std::collections::BTreeMap;

/// The text with every fact and environment variable filled in; what is unknown is empty (the plan's checks name it).
pub(super) fn rendered(template: &Template, facts: &Facts) -> String {
    let value = |reference: &Reference| match reference {
        Reference::Name(name) => facts.get(name).cloned().unwrap_or_default(),
        Reference::Env(name) => std::env::var(name).unwrap_or_default(),
        Reference::Generate(..) => String::new(),
    };
    template.render(|reference| Ok::<_, std::convert::Infallible>(value(reference))).unwrap_or_default()
}

/// The headers that need nothing but facts and the environment; those that hold a session's variables are left out.
pub(super) fn headers(headers: &BTreeMap<String, Template>, facts: &Facts) -> Vec<(String, String)> {
    let known = |reference: &Reference| match reference {
        Reference::Name(name) => facts.contains_key(name),
        Reference::Env(_) => true,
        Reference::Generate(..) => false,
    };
    let ready = headers.iter().filter(|(_, value)| value.references().all(known));
    ready.map(|(name, value)| (name.clone(), rendered(value, facts))).collect()
}

/// A whole URL as it is, a path behind `base`.
pub(super) fn url(base: &str, template: &Template, facts: &Facts) -> String {
    let text = rendered(template, facts);
    if text.contains("://") { text } else { format!("{}{text}", base.trim_end_matches('/')) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_hold_variables_are_left_out() {
        let template = |text: &str| text.parse::<Template>().expect("template");
        let given = [("A", "x${a.address}"), ("B", "Bearer ${token}"), ("C", "${uuid}")];
        let given = given.map(|(name, text)| (name.to_owned(), template(text)));
        let facts = Facts::from([("a.address".to_owned(), "1".to_owned())]);
        assert_eq!(headers(&BTreeMap::from(given), &facts), [("A".to_owned(), "x1".to_owned())]);
    }

    #[test]
    fn a_path_stands_behind_the_target() {
        let get: Template = "/x".parse().expect("template");
        assert_eq!(url("http://h:1/", &get, &Facts::new()), "http://h:1/x");
        let get: Template = "http://${a.address}/y".parse().expect("template");
        let facts = Facts::from([("a.address".to_owned(), "127.0.0.1:9".to_owned())]);
        assert_eq!(url("http://h:1", &get, &facts), "http://127.0.0.1:9/y");
    }
}
