//! Which requests are struck, and how.

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
            let armed = Arc::new(Armed { rule, met: AtomicU64::new(0) });
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
    pub(super) fn strike(&self, seed: u64, proxy: &str, method: &str, path: &str) -> Option<Rule> {
        let rules = self.rules();
        let struck = rules.iter().filter(|armed| armed.rule.concerns(method, path)).find(|armed| {
            let nth = armed.met.fetch_add(1, Ordering::Relaxed);
            Dice::of(seed, &[proxy, &armed.rule.name, "http"], nth).share() < armed.rule.share
        });
        struck.map(|armed| armed.rule.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, share: f64) -> Rule {
        Rule { name: name.into(), share, status: Some(503), ..Rule::default() }
    }

    #[test]
    fn path_method_and_share_decide() {
        let book = Rulebook::new();
        let orders = Rule { path: Some("/orders".into()), method: Some("POST".into()), ..rule("a", 1.0) };
        book.set(orders).expect("a rule");
        assert!(book.strike(7, "p", "POST", "/orders/3").is_some());
        assert!(book.strike(7, "p", "GET", "/orders").is_none());
        assert!(book.strike(7, "p", "POST", "/order").is_none());
    }

    #[test]
    fn the_seed_decides_which() {
        let draw = |seed| {
            let book = Rulebook::new();
            book.set(rule("a", 0.25)).expect("a rule");
            (0..1_000).map(|_| book.strike(seed, "p", "GET", "/").is_some()).collect::<Vec<_>>()
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
