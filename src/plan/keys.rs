//! Where the keys of effects come from, and what that says of rows that were there before the load.

use super::Plan;
use super::model::{Baseline, FinalRead, Step};
use super::template::{Generator, Reference, Template};
use std::collections::BTreeSet;

/// Where keys come from, from the safest to the least safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyOrigin {
    /// `${uuid}` or `${run_id}` is in each: no other run has them.
    Own,
    /// A reply gave them.
    Replies,
    /// Literals, rows of feeders, numbers of users or sessions: another run may have them too.
    #[default]
    Shared,
}

impl Plan {
    /// The least safe origin among the keys of effects of this kind, or of all kinds.
    pub fn key_origin(&self, kind: Option<&str>) -> KeyOrigin {
        let of_setup: BTreeSet<&str> = extracted(&self.setup.steps).collect();
        let mut least = None;
        for flow in &self.flows {
            let variables: BTreeSet<&str> = extracted(&flow.steps).chain(of_setup.iter().copied()).collect();
            let effects = flow.steps.iter().filter_map(|step| step.effect.as_ref());
            for effect in effects.filter(|effect| kind.is_none_or(|kind| kind == effect.kind)) {
                least = least.max(Some(origin(&effect.key, &variables)));
            }
        }
        least.unwrap_or_default()
    }

    /// How the read before the load goes: as the plan says, or by default.
    pub fn baseline(&self, read: &FinalRead) -> Baseline {
        let by_default =
            if asks_for_cursor(read) && !self.adds_up(read) { Baseline::Cursor } else { Baseline::Whole };
        read.baseline.unwrap_or(by_default)
    }

    /// Whether some invariant looks at every row of this read, and not only at those with a key of the run.
    pub fn adds_up(&self, read: &FinalRead) -> bool {
        let sums = |check: &str| matches!(check, "conservation" | "never-negative");
        self.invariants.iter().any(|one| sums(&one.check) && one.state.0.contains(&read.name))
    }
}

/// Whether its pages have a cursor.
fn asks_for_cursor(read: &FinalRead) -> bool {
    let cursor = |reference: &Reference| matches!(reference, Reference::Name(name) if name == "cursor");
    read.get.as_ref().is_some_and(|get| get.references().any(cursor))
}

fn extracted(steps: &[Step]) -> impl Iterator<Item = &str> {
    steps.iter().flat_map(|step| step.extract.keys().map(String::as_str))
}

fn origin(key: &Template, variables: &BTreeSet<&str>) -> KeyOrigin {
    let of = |reference: &Reference| match reference {
        Reference::Generate(Generator::Uuid, _) => KeyOrigin::Own,
        Reference::Name(name) if name == "run_id" => KeyOrigin::Own,
        Reference::Name(name) if variables.contains(name.as_str()) => KeyOrigin::Replies,
        _ => KeyOrigin::Shared,
    };
    key.references().map(of).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(key: &str, rest: &str) -> Plan {
        let text = format!(
            "name = 'p'\ntarget = {{ url = 'http://127.0.0.1:1' }}\nload = {{ rate = '1/s', for = '1s' }}\n\
             [[flow]]\nname = 'f'\n[[flow.step]]\nname = 's'\npost = '/'\nextract = {{ id = '$.id' }}\n\
             effect = {{ kind = 'order', key = '{key}' }}\n{rest}"
        );
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn a_key_is_the_runs_own_by_a_uuid_or_the_runs_id() {
        for (key, origin) in [
            ("${uuid:order}", KeyOrigin::Own),
            ("${run_id}-${session}", KeyOrigin::Own),
            ("${id}", KeyOrigin::Replies),
            ("o-${session}", KeyOrigin::Shared),
            ("${people.id}", KeyOrigin::Shared),
            ("a", KeyOrigin::Shared),
        ] {
            assert_eq!(plan(key, "").key_origin(Some("order")), origin, "{key}");
            assert_eq!(plan(key, "").key_origin(None), origin, "{key}");
        }
        assert_eq!(plan("${uuid}", "").key_origin(Some("refund")), KeyOrigin::Shared, "no such effect");
    }

    #[test]
    fn the_default_follows_from_the_read_and_from_what_looks_at_it() {
        let of = |get: &str, rest: &str| {
            let plan = plan("a", &format!("[[final]]\nname = 'r'\nget = '{get}'\nrows = '$[*]'\n{rest}"));
            plan.baseline(&plan.finals[0])
        };
        let sum = "[[invariant]]\nid = 'i'\ncheck = 'conservation'\nstate = 'r'\n";
        assert_eq!(of("/o?after=${cursor}", ""), Baseline::Cursor);
        assert_eq!(of("/o?after=${cursor}", sum), Baseline::Whole);
        assert_eq!(of("/o", ""), Baseline::Whole);
        assert_eq!(of("/o", "baseline = 'none'"), Baseline::None);
    }
}
