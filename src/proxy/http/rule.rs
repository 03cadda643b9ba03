//! Which requests are struck, and how.

use super::head::Request;
use crate::proxy::counters::{Counted, Tally};
use crate::proxy::dice::Dice;
use crate::proxy::error::Error;
use crate::proxy::limits;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// What happens to which requests. The first rule that strikes a request is the only one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Its name, unique in the proxy.
    pub name: String,
    /// Only paths that begin so.
    pub path: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// The share of these requests that it strikes.
    pub share: f64,
    /// They are answered with this status and go no further.
    pub status: Option<u16>,
    /// With this body.
    pub body: Option<String>,
    /// Their reply (ours, too) comes so much later.
    pub delay: Option<Duration>,
    /// They are carried out; the reply is dropped and the connection closed.
    pub drop_reply: bool,
}

impl Rule {
    /// Why it makes no sense.
    pub fn trouble(&self) -> Option<&'static str> {
        if self.name.is_empty() {
            return Some("a rule needs a name");
        }
        if !(0.0..=1.0).contains(&self.share) {
            return Some("`share` is a number from 0 to 1");
        }
        match (self.status, self.drop_reply) {
            (Some(_), true) => {
                Some("a request that is answered by us has no reply to drop: `status` or `drop_reply`")
            }
            (Some(status), _) if !(200..=599).contains(&status) => {
                Some("`status` is a number from 200 to 599")
            }
            (None, _) if self.body.is_some() => Some("`body` needs a `status`"),
            (None, false) if self.delay.is_none() => {
                Some("the rule does nothing: give it a `status`, a `delay` or `drop_reply`")
            }
            _ => None,
        }
    }

    fn concerns(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|prefix| path.starts_with(prefix))
    }
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    /// Requests that it concerned, since it was added.
    met: AtomicU64,
    counted: Counted,
}

/// The rules of one proxy.
#[derive(Debug, Default)]
pub(in crate::proxy) struct Rulebook {
    rules: RwLock<Arc<Vec<Arc<Armed>>>>,
}

impl Rulebook {
    pub(in crate::proxy) fn new() -> Rulebook {
        Rulebook::default()
    }

    fn rules(&self) -> Arc<Vec<Arc<Armed>>> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(in crate::proxy) fn list(&self) -> Vec<Rule> {
        self.rules().iter().map(|armed| armed.rule.clone()).collect()
    }

    pub(in crate::proxy) fn set(&self, rule: Rule) -> Result<(), Error> {
        if let Some(trouble) = rule.trouble() {
            return Err(Error::bad_body(trouble));
        }
        self.change(|rules| {
            let place = rules.iter().position(|armed| armed.rule.name == rule.name);
            let armed = Arc::new(Armed { rule, met: AtomicU64::new(0), counted: Counted::default() });
            match place {
                Some(place) => rules[place] = armed,
                None if rules.len() >= limits::RULES => {
                    return Err(Error::too_many("HTTP rules of a proxy", limits::RULES));
                }
                None => rules.push(armed),
            }
            Ok(())
        })
    }

    pub(in crate::proxy) fn remove(&self, name: &str) -> Result<(), Error> {
        self.change(|rules| {
            let before = rules.len();
            rules.retain(|armed| armed.rule.name != name);
            if rules.len() < before { Ok(()) } else { Err(Error::rule_not_found()) }
        })
    }

    /// What the rule of this name has struck since it was added.
    pub(in crate::proxy) fn tally(&self, name: &str) -> Option<Tally> {
        self.rules().iter().find(|armed| armed.rule.name == name).map(|armed| armed.counted.tally())
    }

    pub(in crate::proxy) fn clear(&self) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Armed>>) -> Result<(), Error>) -> Result<(), Error> {
        let mut published = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        let mut rules = Vec::clone(&published);
        change(&mut rules)?;
        *published = Arc::new(rules);
        Ok(())
    }

    /// What happens to this request. The n-th request that a rule concerns is struck or not by the seed, the rule's name and n.
    /// A readiness check of the harness is struck like any request, and not counted.
    pub(super) fn strike(&self, seed: u64, proxy: &str, request: &Request) -> Option<Rule> {
        let rules = self.rules();
        let once = u64::from(!request.is_check);
        for armed in rules.iter() {
            armed.counted.seen.fetch_add(once, Ordering::Relaxed);
        }
        let concerned = rules.iter().filter(|armed| armed.rule.concerns(&request.method, &request.path));
        let struck = concerned.into_iter().find(|armed| {
            let nth = armed.met.fetch_add(1, Ordering::Relaxed);
            Dice::of(seed, &[proxy, &armed.rule.name, "http"], nth).share() < armed.rule.share
        })?;
        struck.counted.struck.fetch_add(once, Ordering::Relaxed);
        Some(struck.rule.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::head::{Parsed, request};
    use super::*;

    fn asked(method: &str, path: &str) -> Request {
        let text = format!("{method} {path} HTTP/1.1\r\n\r\n");
        match request(text.as_bytes()) {
            Parsed::Head(head) => head,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn rule(name: &str, share: f64) -> Rule {
        Rule { name: name.into(), share, status: Some(503), ..Rule::default() }
    }

    #[test]
    fn path_method_and_share_decide() {
        let book = Rulebook::new();
        let orders = Rule { path: Some("/orders".into()), method: Some("POST".into()), ..rule("a", 1.0) };
        book.set(orders).expect("a rule");
        assert_eq!(book.tally("a"), Some(Tally::default()));
        assert!(book.strike(7, "p", &asked("POST", "/orders/3")).is_some());
        assert!(book.strike(7, "p", &asked("GET", "/orders")).is_none());
        assert!(book.strike(7, "p", &asked("POST", "/order")).is_none());
        assert_eq!(book.tally("a"), Some(Tally { seen: 3, struck: 1, bytes: 0 }));
    }

    #[test]
    fn a_readiness_check_is_struck_and_not_counted() {
        let book = Rulebook::new();
        book.set(rule("a", 1.0)).expect("a rule");
        let check = Request { is_check: true, ..asked("GET", "/health") };
        assert!(book.strike(7, "p", &check).is_some());
        assert_eq!(book.tally("a"), Some(Tally::default()));
    }

    #[test]
    fn the_seed_decides_which() {
        let draw = |seed| {
            let book = Rulebook::new();
            book.set(rule("a", 0.25)).expect("a rule");
            (0..1_000).map(|_| book.strike(seed, "p", &asked("GET", "/")).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let struck = draw(7).iter().filter(|struck| **struck).count();
        assert!((195..305).contains(&struck), "{struck} of 1,000 at 25 %");
    }

    #[test]
    fn a_rule_without_sense_is_refused() {
        for (wrong, word) in [
            (Rule { name: String::new(), ..rule("", 1.0) }, "name"),
            (rule("a", 1.5), "share"),
            (rule("a", f64::NAN), "share"),
            (Rule { drop_reply: true, ..rule("a", 1.0) }, "drop_reply"),
            (Rule { status: Some(99), ..rule("a", 1.0) }, "599"),
            (Rule { status: None, ..rule("a", 1.0) }, "nothing"),
            (Rule { status: None, body: Some("x".into()), ..rule("a", 1.0) }, "needs a `status`"),
        ] {
            let error = Rulebook::new().set(wrong).expect_err(word);
            assert!(error.message.contains(word) && error.status == 400, "{error}");
        }
    }
}
