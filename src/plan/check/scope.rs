//! What `${…}` can name at some place of a plan.

use super::feeders::Columns;
use crate::plan::Plan;
use crate::plan::model::{ServiceSpec, StackKind};
use crate::plan::nearest::{listed, nearest};
use std::collections::BTreeSet;

/// What every session has.
pub(super) const BUILT_IN: [&str; 3] = ["user", "iteration", "session"];

/// The names that are known somewhere.
#[derive(Clone, Default)]
pub(super) struct Scope {
    names: BTreeSet<String>,
    /// Feeders whose columns are not known: their file could not be read.
    unread: BTreeSet<String>,
    /// Whether services may exist that the plan does not list.
    any_service: bool,
}

impl Scope {
    /// What the stack tells of services that run, and the run's own facts.
    pub(super) fn facts(plan: &Plan, services: &[ServiceSpec]) -> Scope {
        let mut scope = Scope { any_service: plan.stack.kind == StackKind::Compose, ..Scope::default() };
        scope.add("run");
        scope.add("run_id");
        scope.add("shakedown");
        for service in services {
            scope.add(format!("{}.address", service.name));
            scope.add(format!("{}.addresses", service.name));
            // Ten thousand instances are told nearer to where they are wrong.
            for index in 1..=service.instances.min(10_000) {
                scope.add(format!("{}-{index}.address", service.name));
            }
        }
        for link in &plan.stack.links {
            scope.add(format!("link.{}.address", link.name));
            scope.add(format!("link.{}.addresses", link.name));
        }
        scope
    }

    /// One more name.
    pub(super) fn add(&mut self, name: impl Into<String>) {
        self.names.insert(name.into());
    }

    /// What a session has besides: built-ins and a row of each feeder.
    pub(super) fn add_session(&mut self, columns: &Columns) {
        BUILT_IN.iter().for_each(|name| self.add(*name));
        for (feeder, columns) in columns {
            match columns {
                Some(columns) => columns.iter().for_each(|column| self.add(format!("{feeder}.{column}"))),
                None => {
                    self.unread.insert(feeder.clone());
                }
            }
        }
    }

    /// Whether a name is known.
    pub(super) fn knows(&self, name: &str) -> bool {
        if self.names.contains(name) {
            return true;
        }
        let Some((first, rest)) = name.split_once('.') else { return false };
        self.unread.contains(first) || self.any_service && matches!(rest, "address" | "addresses")
    }

    /// What was probably meant.
    pub(super) fn help(&self, name: &str) -> String {
        let owners = || self.names.iter().filter_map(|name| name.split_once('.'));
        let near = match name.split_once('.') {
            None => nearest(name, self.names.iter().map(String::as_str)).map(str::to_owned),
            Some((first, rest)) if owners().any(|(owner, _)| owner == first) => {
                let own = || owners().filter(|(owner, _)| *owner == first).map(|(_, own)| own);
                let Some(near) = nearest(rest, own()) else {
                    return format!("`{first}` has {}", listed(own()));
                };
                Some(format!("{first}.{near}"))
            }
            Some((first, rest)) => {
                let near = nearest(first, owners().filter(|(_, own)| *own == rest).map(|(owner, _)| owner));
                near.map(|near| format!("{near}.{rest}"))
            }
        };
        if let Some(near) = near {
            return format!("did you mean `${{{near}}}`?");
        }
        // Those of single instances would crowd out the others.
        let single = |name: &str| {
            let number = name.strip_suffix(".address").and_then(|owner| owner.rsplit_once('-'));
            number.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
        };
        let names = self.names.iter().filter(|name| !single(name));
        let known: Vec<&str> = names.map(String::as_str).take(20).collect();
        format!("known here are {}, generators such as `uuid`, and `env:NAME`", listed(known))
    }
}
