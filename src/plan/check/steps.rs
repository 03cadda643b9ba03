//! Steps: one method, one body, retries and extractions that can work.

use super::patterns::{json_path, regex};
use super::templates::{header_name, headers};
use super::{Findings, Subject, step_lists};
use crate::plan::document::key;
use crate::plan::model::{Extract, Method, Replay, Step};
use crate::plan::nearest::listed;
use crate::plan::template::Template;

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    if subject.plan.flows.is_empty() {
        found.error("flow", "the plan has no flow", "add a `[[flow]]` with at least one `[[flow.step]]`");
    }
    for (i, flow) in subject.plan.flows.iter().enumerate() {
        if flow.steps.is_empty() {
            let help = "add a `[[flow.step]]` with a name and a method: `get = \"/\"`";
            found.error(format!("flow[{i}]"), format!("the flow `{}` has no step", flow.name), help);
        }
        if flow.weight <= 0.0 {
            let message = format!("the weight of `{}` is {}", flow.name, flow.weight);
            found.error(format!("flow[{i}].weight"), message, "write a number above 0, or take the flow out");
        }
    }
    for (scope, steps) in step_lists(subject.plan) {
        for (i, step) in steps.iter().enumerate() {
            let path = format!("{scope}.step[{i}]");
            request(step, &path, found);
            expectations(step, &path, found);
            extractions(step, &path, found);
            repetition(step, &path, found);
        }
    }
}

/// One method, a path, one body.
fn request(step: &Step, path: &str, found: &mut Findings<'_>) {
    let name = &step.name;
    let methods: Vec<(Method, &Template)> = step.requests().collect();
    let words: Vec<String> = methods.iter().map(|(method, _)| method.as_str().to_lowercase()).collect();
    match methods.as_slice() {
        [] => {
            let help = "add one of `get`, `head`, `post`, `put`, `patch`, `delete`, `options` with a path: `get = \"/\"`";
            found.error(path, format!("the step `{name}` sends no request"), help);
        }
        [_] => {}
        _ => {
            let message = format!(
                "the step `{name}` has several methods: {}",
                listed(words.iter().map(String::as_str))
            );
            found.error(format!("{path}.{}", words[1]), message, "make a step of each");
        }
    }
    for ((_, to), word) in methods.iter().zip(&words) {
        if !to.source().starts_with(['/', '$']) {
            let help = "write a path that begins with `/`; the target's URL is put before it";
            found.error(format!("{path}.{word}"), format!("`{to}` is not a path"), help);
        }
    }
    headers(&step.header, &format!("{path}.header"), found);
    let bodies =
        [("json", step.json.is_some()), ("form", step.form.is_some()), ("text", step.text.is_some())];
    let bodies: Vec<&str> = bodies.into_iter().filter_map(|(kind, given)| given.then_some(kind)).collect();
    if bodies.len() > 1 {
        let message = format!("the step `{name}` has several bodies: {}", listed(bodies.iter().copied()));
        found.error(format!("{path}.{}", bodies[1]), message, "leave one of them");
    }
    if let ([(method @ (Method::Get | Method::Head), _)], [body, ..]) =
        (methods.as_slice(), bodies.as_slice())
    {
        let message = format!("a {} with a body: servers may refuse or ignore it", method.as_str());
        found.warning(format!("{path}.{body}"), message, "use `query`, or another method");
    }
    if step.timeout.is_some_and(|timeout| timeout.0.is_zero()) {
        let help = "write how long to wait: `timeout = \"2s\"`";
        found.error(format!("{path}.timeout"), "a timeout of nothing: no request could succeed", help);
    }
}

fn expectations(step: &Step, path: &str, found: &mut Findings<'_>) {
    for status in step.expect.status.iter().flat_map(|status| status.iter()) {
        status_code(*status, &format!("{path}.expect.status"), found);
    }
    for (text, at) in step.expect.json.keys().map(|text| (text, "json")) {
        json_path(text, &format!("{path}.expect.{at}.{}", key(text)), found);
    }
    for (text, pattern) in &step.expect.matches {
        let at = format!("{path}.expect.matches.{}", key(text));
        json_path(text, &at, found);
        regex(pattern, &at, found);
    }
    for header in step.expect.header.keys() {
        header_name(header, &format!("{path}.expect.header.{}", key(header)), found);
    }
    let body =
        step.expect.contains.is_some() || !step.expect.json.is_empty() || !step.expect.matches.is_empty();
    if body && step.head.is_some() {
        let help = "check the status or a header, or use `get`";
        found.error(format!("{path}.expect"), "a reply to HEAD has no body that could be checked", help);
    }
}

/// A status that can come.
pub(super) fn status_code(status: u16, path: &str, found: &mut Findings<'_>) {
    if !(100..=599).contains(&status) {
        found.error(path, format!("{status} is not an HTTP status"), "statuses go from 100 to 599");
    }
}

fn extractions(step: &Step, path: &str, found: &mut Findings<'_>) {
    for (name, extract) in &step.extract {
        let at = format!("{path}.extract.{}", key(name));
        variable(name, &at, found);
        let rule = match extract {
            Extract::Path(text) => {
                json_path(text, &at, found);
                continue;
            }
            Extract::Rule(rule) => rule,
        };
        let given = [rule.json.is_some(), rule.header.is_some(), rule.regex.is_some()];
        if given.into_iter().filter(|given| *given).count() != 1 {
            let help = "write exactly one of `json`, `header` and `regex`";
            found.error(&at, format!("`{name}` comes from nowhere, or from several places"), help);
        }
        if let Some(text) = &rule.json {
            json_path(text, &format!("{at}.json"), found);
        }
        if let Some(header) = &rule.header {
            header_name(header, &format!("{at}.header"), found);
        }
        if let Some(pattern) = &rule.regex {
            regex(pattern, &format!("{at}.regex"), found);
        }
    }
}

/// A variable's name must be one that `${…}` can name.
fn variable(name: &str, path: &str, found: &mut Findings<'_>) {
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if !word {
        let message = format!("`{name}` cannot be a variable: `${{{name}}}` would not name it");
        found.error(path, message, "names are made of letters, digits, `_` and `-`");
    } else if super::scope::BUILT_IN.contains(&name)
        || ["uuid", "int", "choice", "zipf", "run", "shakedown"].contains(&name)
    {
        let message = format!("`{name}` cannot be a variable: `${{{name}}}` has a meaning already");
        found.error(path, message, "choose another name");
    }
}

/// Retries, repeats, conditions and deliberate repetition.
fn repetition(step: &Step, path: &str, found: &mut Findings<'_>) {
    if let Some(retry) = &step.retry {
        if retry.attempts == 0 {
            let help = "count the first one too: `attempts = 1` tries once, 4 tries again up to three times";
            found.error(format!("{path}.retry.attempts"), "no attempt at all", help);
        }
        if retry.on.is_empty() {
            let help = "name what to try again after: `on = [\"refused\", \"timeout\", \"5xx\"]`";
            found.error(format!("{path}.retry.on"), "a retry after nothing", help);
        }
    }
    if let Some(text) = step.repeat.as_ref().and_then(Template::literal)
        && text.trim().parse::<u32>().is_err()
    {
        let help = "write a number in quotes, `repeat = \"3\"`, or a variable that holds one";
        found.error(format!("{path}.repeat"), format!("`{text}` is not a number of times"), help);
    }
    if let Some(when) = &step.when
        && !super::templates::is_condition(when)
    {
        let help = "write `${name}`, `!${name}`, `${name} == 'text'` or `${name} != 3`";
        found.error(format!("{path}.when"), format!("`{when}` is not a condition"), help);
    }
    if let Some(replay) = &step.replay {
        check_replay(step, replay, path, found);
    }
}

fn check_replay(step: &Step, replay: &Replay, path: &str, found: &mut Findings<'_>) {
    if replay.other.is_some() != replay.other_json.is_some() {
        let help = "`other` says how often, `other_json` what is sent: write both";
        found.error(format!("{path}.replay"), "`other` and `other_json` go together", help);
    } else if replay.other.is_some() && step.json.is_none() {
        let help = "give the step a `json` body; the other payload takes its place";
        found.error(format!("{path}.replay.other"), "another payload of a request that has none", help);
    }
    if [replay.after, replay.parallel, replay.other].iter().all(Option::is_none) {
        let help = "say which share: `replay = { after = \"1%\" }`";
        found.error(format!("{path}.replay"), "a replay of nothing", help);
    }
}
