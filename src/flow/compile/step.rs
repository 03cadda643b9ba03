//! One step.

use super::target::Compiled;
use super::{Names, request};
use crate::event::{Nanos, Outcome, StepId};
use crate::flow::checks::{Check, Contains, HeaderIs, JsonIs, Matches, Statuses, Within};
use crate::flow::condition::Condition;
use crate::flow::encode::Encoding;
use crate::flow::extract::Extraction;
use crate::flow::outcome::Rule;
use crate::flow::program::{Mark, Marked, Repeat, StepPlan};
use crate::flow::replay::Replays;
use crate::flow::retry::Policy;
use crate::flow::text::Source;
use crate::json::Paths;
use crate::plan::Plan;
use crate::plan::model::{Effected, Expect, Step};
use crate::plan::template::{Reference, Template};

/// What a step stands in.
pub(super) struct Surroundings<'a> {
    pub(super) plan: &'a Plan,
    pub(super) target: &'a Compiled,
    pub(super) id: StepId,
}

/// Compiles one step. The error says what is wrong with it, not which step it is.
pub(super) fn compile(
    step: &Step,
    around: &Surroundings<'_>,
    names: &mut Names<'_>,
) -> Result<StepPlan, String> {
    let spec = &around.plan.target;
    let request = request::compile(step, spec, around.target, names)?;
    let mut paths = Paths::default();
    let checks = checks(&step.expect, &mut paths, names)?;
    let mut extractions = Vec::new();
    for (name, extract) in &step.extract {
        let slot = names.slot(name);
        let extraction = Extraction::compile(name, slot, extract, &mut paths);
        extractions.push(extraction.map_err(|error| format!("extract.{name}: {error}"))?);
    }
    let own: Vec<u16> = extractions.iter().map(Extraction::slot).collect();
    let statuses = step.expect.status.as_ref().map_or(&[][..], |statuses| &statuses.0);
    let when = step.when.as_ref().map(|when| Condition::compile(when, names));
    let retry = step.retry.as_ref().map(Policy::compile);
    let replay = step.replay.as_ref().map(|replay| Replays::compile(replay, names));
    let timeout = step.timeout.unwrap_or(spec.timeout).0;
    if timeout.is_zero() {
        return Err("timeout: it must be longer than nothing".into());
    }
    Ok(StepPlan {
        id: around.id,
        request,
        timeout,
        statuses: Statuses::compile(statuses),
        checks,
        paths,
        extractions,
        when: when.transpose().map_err(|error| format!("when: {error}"))?,
        repeat: repeat(step.repeat.as_ref(), names).map_err(|error| format!("repeat: {error}"))?,
        think: step.think.map(|think| (Nanos::from(think.0.from.0), Nanos::from(think.0.to.0))),
        retry: retry.transpose().map_err(|error| format!("retry: {error}"))?,
        replay: replay.transpose().map_err(|error| format!("replay: {error}"))?,
        mark: mark(step, &own, names)?,
        rules: rules(around.plan, &step.name),
    })
}

fn checks(expect: &Expect, paths: &mut Paths, names: &mut Names<'_>) -> Result<Vec<Check>, String> {
    let mut checks = Vec::new();
    for (name, value) in &expect.header {
        let check = HeaderIs::compile(name, value, names);
        checks.push(Check::Header(check.map_err(|error| format!("expect.header.{name}: {error}"))?));
    }
    if let Some(text) = &expect.contains {
        let check = Contains::compile(text, names);
        checks.push(Check::Contains(check.map_err(|error| format!("expect.contains: {error}"))?));
    }
    for (path, value) in &expect.json {
        let check = JsonIs::compile(path, value, paths, names);
        checks.push(Check::Json(check.map_err(|error| format!("expect.json: {error}"))?));
    }
    for (path, pattern) in &expect.matches {
        let check = Matches::compile(path, pattern, paths);
        checks.push(Check::Matches(check.map_err(|error| format!("expect.matches: {error}"))?));
    }
    checks.extend(expect.within.map(|longest| Check::Within(Within::compile(longest))));
    Ok(checks)
}

fn repeat(repeat: Option<&Template>, names: &mut Names<'_>) -> Result<Repeat, String> {
    let Some(template) = repeat else { return Ok(Repeat::Times(1)) };
    let text = names.text(template, Encoding::Plain)?;
    let fresh = |source| matches!(source, Source::Fresh(_));
    if text.sources().any(fresh) {
        return Err(format!("`{template}` would be drawn anew at each turn; give the generator a label"));
    }
    match text.constant().map(|constant| constant.trim().parse()) {
        Some(Ok(times)) => Ok(Repeat::Times(times)),
        Some(Err(_)) => Err(format!("`{template}` is not a whole number")),
        None => Ok(Repeat::Said(text)),
    }
}

/// The step's `effect` or `read`.
fn mark(step: &Step, own: &[u16], names: &mut Names<'_>) -> Result<Option<Mark>, String> {
    let (what, key, value, version) = match (&step.effect, &step.read) {
        (None, None) => return Ok(None),
        (Some(effect), None) => ("effect", &effect.key, &effect.value, &effect.version),
        (None, Some(read)) => ("read", &read.key, &read.value, &read.version),
        (Some(_), Some(_)) => return Err("a step has an `effect` or a `read`, not both".into()),
    };
    let mut part = |name: &str, template: &Template| -> Result<Marked, String> {
        if let Some(secret) = template.references().find(|reference| matches!(reference, Reference::Env(_))) {
            return Err(format!(
                "{what}.{name}: `{secret}` is a secret, and what verification follows is recorded as it is; use another value"
            ));
        }
        let text =
            names.text(template, Encoding::Plain).map_err(|error| format!("{what}.{name}: {error}"))?;
        let from_reply =
            text.sources().any(|source| matches!(source, Source::Slot(slot) if own.contains(&slot)));
        Ok(Marked { text, from_reply })
    };
    Ok(Some(Mark {
        key: part("key", key)?,
        value: value.as_ref().map(|value| part("value", value)).transpose()?,
        version: version.as_ref().map(|version| part("version", version)).transpose()?,
    }))
}

/// The plan's contracts that speak of this step, in order.
fn rules(plan: &Plan, step: &str) -> Vec<Rule> {
    let speaks = |of: &Option<String>| of.as_ref().is_none_or(|of| of == step);
    let contracts = plan.contracts.iter().filter(|contract| speaks(&contract.step));
    let header = |text: &String| match text.split_once(':') {
        Some((name, value)) => (name.trim().into(), Some(value.trim().into())),
        None => (text.trim().into(), None),
    };
    contracts
        .map(|contract| Rule {
            status: contract.status.0.clone().into(),
            header: contract.header.as_ref().map(header),
            outcome: effected(contract.outcome),
        })
        .collect()
}

fn effected(word: Effected) -> Outcome {
    match word {
        Effected::Ok => Outcome::Ok,
        Effected::Fail => Outcome::Fail,
        Effected::Indeterminate => Outcome::Indeterminate,
    }
}
