//! Every `${…}` names something that is known where it stands.

use super::feeders::Columns;
use super::scope::Scope;
use super::templates::inside_json;
use super::{Findings, Subject};
use crate::plan::document::key;
use crate::plan::model::Step;
use crate::plan::template::{Reference, Template};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(subject: &Subject<'_>, columns: &Columns, found: &mut Findings<'_>) {
    let mut check = References { found, used: BTreeSet::new() };
    check.services(subject);
    let plan = subject.plan;
    let facts = Scope::facts(plan, &plan.stack.services);
    check.one(&plan.target.url, "target.url", &facts);
    for (i, probe) in plan.probes.iter().enumerate() {
        let (get, database) = (probe.get.iter(), probe.database.iter());
        get.for_each(|get| check.one(get, &format!("probe[{i}].get"), &facts));
        database.for_each(|address| check.one(address, &format!("probe[{i}].database"), &facts));
        check.command(
            probe.command.as_ref(),
            &format!("probe[{i}].command"),
            &facts,
            probe.service.is_some(),
        );
    }
    check.finals(subject, &facts);

    let mut session = facts;
    session.add_session(columns);
    let mut after_setup = session.clone();
    for step in &plan.setup.steps {
        step.extract.keys().for_each(|name| after_setup.add(name));
    }
    check.map(&plan.target.header, "target.header", &after_setup);
    check.steps(&plan.setup.steps, "setup", session);
    check.steps(&plan.teardown.steps, "teardown", after_setup.clone());
    for (i, flow) in plan.flows.iter().enumerate() {
        check.steps(&flow.steps, &format!("flow[{i}]"), after_setup.clone());
    }
    let used = check.used;
    for (i, feeder) in plan.feeders.iter().enumerate().filter(|(_, feeder)| !used.contains(&feeder.name)) {
        let message = format!("no step uses the feeder `{}`", feeder.name);
        found.warning(
            format!("feeder[{i}]"),
            message,
            format!("use a column, `${{{}.column}}`, or take it out", feeder.name),
        );
    }
}

struct References<'f, 's> {
    found: &'f mut Findings<'s>,
    /// The first words of all names.
    used: BTreeSet<String>,
}

impl References<'_, '_> {
    fn one(&mut self, template: &Template, path: &str, scope: &Scope) {
        self.explained(template, path, scope, |_| None);
    }

    /// `why` may know a better explanation than the nearest name.
    fn explained(
        &mut self,
        template: &Template,
        path: &str,
        scope: &Scope,
        why: impl Fn(&str) -> Option<String>,
    ) {
        for reference in template.references() {
            let Reference::Name(name) = reference else { continue };
            self.used.insert(name.split('.').next().unwrap_or_default().to_owned());
            if !scope.knows(name) {
                let help = why(name).unwrap_or_else(|| scope.help(name));
                self.found.error(path, format!("nothing here defines `${{{name}}}`"), help);
            }
        }
    }

    fn map(&mut self, templates: &BTreeMap<String, Template>, path: &str, scope: &Scope) {
        for (name, template) in templates {
            self.one(template, &format!("{path}.{}", key(name)), scope);
        }
    }

    /// Texts inside a JSON value are templates too; those that cannot be read are told here.
    fn json(&mut self, value: &crate::json::Value, path: String, scope: &Scope) {
        inside_json(value, path, &mut |path, text| match text.parse::<Template>() {
            Ok(template) => self.one(&template, &path, scope),
            Err(error) => {
                let (message, help) =
                    error.split_once("; ").unwrap_or((&error, "see `${…}` in the plan reference"));
                self.found.error(path, message, help);
            }
        });
    }

    /// A service knows those started before it.
    fn services(&mut self, subject: &Subject<'_>) {
        let plan = subject.plan;
        let services = &plan.stack.services;
        for (i, service) in services.iter().enumerate() {
            let mut scope = Scope::facts(plan, &services[..i]);
            ["port", "index", "instance"].into_iter().for_each(|name| scope.add(name));
            let why = |name: &str| {
                let (other, _) = name.split_once('.')?;
                let of = |s: &&crate::plan::model::ServiceSpec| {
                    s.name == other || other.strip_prefix(&s.name).is_some_and(|rest| rest.starts_with('-'))
                };
                let later = services[i..].iter().find(of)?;
                Some(if later.name == service.name {
                    "a service's own port is `${port}`".to_owned()
                } else {
                    format!("`{}` is started after `{}`: put its section before", later.name, service.name)
                })
            };
            for (j, argument) in service.command.iter().enumerate() {
                self.explained(argument, &format!("stack.service[{i}].command[{j}]"), &scope, why);
            }
            for (name, value) in &service.env {
                self.explained(value, &format!("stack.service[{i}].env.{}", key(name)), &scope, why);
            }
        }
    }

    /// A command knows what the instance knows in whose place it runs.
    fn command(&mut self, words: Option<&Vec<Template>>, path: &str, facts: &Scope, in_service: bool) {
        let mut scope = facts.clone();
        if in_service {
            ["port", "index", "instance"].into_iter().for_each(|name| scope.add(name));
        }
        self.words(words, path, &scope);
    }

    fn words(&mut self, words: Option<&Vec<Template>>, path: &str, scope: &Scope) {
        for (i, word) in words.into_iter().flatten().enumerate() {
            self.one(word, &format!("{path}[{i}]"), scope);
        }
    }

    fn finals(&mut self, subject: &Subject<'_>, facts: &Scope) {
        let mut paging = facts.clone();
        paging.add("cursor");
        for (i, read) in subject.plan.finals.iter().enumerate() {
            if let Some(get) = &read.get {
                self.one(get, &format!("final[{i}].get"), &paging);
            }
            if let Some(sql) = &read.sql {
                self.one(sql, &format!("final[{i}].sql"), facts);
            }
            if let Some(database) = &read.database {
                self.one(database, &format!("final[{i}].database"), facts);
            }
            self.words(read.redis.as_ref(), &format!("final[{i}].redis"), facts);
            self.command(read.command.as_ref(), &format!("final[{i}].command"), facts, true);
            for (j, endpoint) in read.endpoints.iter().enumerate() {
                self.one(endpoint, &format!("final[{i}].endpoints[{j}]"), facts);
            }
        }
    }

    /// Steps one after another: each knows what those before it extracted.
    fn steps(&mut self, steps: &[Step], section: &str, mut scope: Scope) {
        for (i, step) in steps.iter().enumerate() {
            let path = format!("{section}.step[{i}]");
            self.before(step, &path, steps, i, &scope);
            step.extract.keys().for_each(|name| scope.add(name));
            self.after(step, &path, &scope);
        }
    }

    /// What is filled in before the request is sent, or before anything is extracted from its reply.
    fn before(&mut self, step: &Step, path: &str, steps: &[Step], number: usize, scope: &Scope) {
        let why = |name: &str| {
            let later = steps[number..].iter().find(|step| step.extract.contains_key(name))?;
            Some(if later.name == step.name {
                "this step extracts it itself, from the reply".to_owned()
            } else {
                format!("the step `{}` extracts it, and comes later", later.name)
            })
        };
        for (method, to) in step.requests() {
            self.explained(to, &format!("{path}.{}", method.as_str().to_lowercase()), scope, why);
        }
        let single = [
            ("text", &step.text),
            ("repeat", &step.repeat),
            ("when", &step.when),
            ("expect.contains", &step.expect.contains),
        ];
        for (name, template) in single {
            if let Some(template) = template {
                self.explained(template, &format!("{path}.{name}"), scope, why);
            }
        }
        self.map(&step.query, &format!("{path}.query"), scope);
        self.map(&step.header, &format!("{path}.header"), scope);
        self.map(&step.expect.header, &format!("{path}.expect.header"), scope);
        if let Some(form) = &step.form {
            self.map(form, &format!("{path}.form"), scope);
        }
        if let Some(json) = &step.json {
            self.json(json, format!("{path}.json"), scope);
        }
        for (name, value) in &step.expect.json {
            self.json(value, format!("{path}.expect.json.{}", key(name)), scope);
        }
    }

    /// What is filled in when the reply is there.
    fn after(&mut self, step: &Step, path: &str, scope: &Scope) {
        let effect = step.effect.as_ref().map(|e| ("effect", &e.key, &e.value, &e.version));
        let read = step.read.as_ref().map(|r| ("read", &r.key, &r.value, &r.version));
        for (section, key, value, version) in [effect, read].into_iter().flatten() {
            for (name, template) in
                [("key", Some(key)), ("value", value.as_ref()), ("version", version.as_ref())]
            {
                if let Some(template) = template {
                    self.one(template, &format!("{path}.{section}.{name}"), scope);
                }
            }
        }
        if let Some(other) = step.replay.as_ref().and_then(|replay| replay.other_json.as_ref()) {
            self.json(other, format!("{path}.replay.other_json"), scope);
        }
    }
}
