//! A section per struct of the model: heading, description, a table of its keys.

use super::order::{Keys, keys};
use crate::plan::Plan;
use crate::plan::model::{
    Between, Contract, Counter, DnsFault, Effect, ExecFault, Expect, ExtractRule, FaultSpec, FaultTarget,
    Feeder, FinalRead, Flow, HttpFault, Invariant, LimitFault, Link, Load, Objective, PacketFault,
    PartitionFault, Probe, ProcessFault, Read, Ready, Replay, Retry, ScaleFault, ServiceSpec, Spike,
    StackSpec, Stage, Step, Steps, TargetSpec, ToxicFault,
};
use crate::plan::schema::is;
use serde_json::Value as Json;
use std::fmt::Write;

/// A struct's name in the schema, its heading, its keys.
type Section = (&'static str, &'static str, fn() -> Keys);

/// How a struct of the model stands in a plan, in the order of the reference, and its keys in the order of the model.
const SECTIONS: [Section; 36] = [
    ("StackSpec", "[stack]", keys::<StackSpec>),
    ("ServiceSpec", "[[stack.service]]", keys::<ServiceSpec>),
    ("Ready", "ready = { … }", keys::<Ready>),
    ("Link", "[[stack.link]]", keys::<Link>),
    ("TargetSpec", "[target]", keys::<TargetSpec>),
    ("Steps", "[setup], [teardown]", keys::<Steps>),
    ("Probe", "[[probe]]", keys::<Probe>),
    ("Feeder", "[[feeder]]", keys::<Feeder>),
    ("Load", "[load]", keys::<Load>),
    ("Stage", "stages = [{ … }]", keys::<Stage>),
    ("Spike", "spikes = [{ … }]", keys::<Spike>),
    ("Flow", "[[flow]]", keys::<Flow>),
    ("Step", "[[flow.step]]", keys::<Step>),
    ("Expect", "expect = { … }", keys::<Expect>),
    ("ExtractRule", "extract = { name = { … } }", keys::<ExtractRule>),
    ("Retry", "retry = { … }", keys::<Retry>),
    ("Effect", "effect = { … }", keys::<Effect>),
    ("Read", "read = { … }", keys::<Read>),
    ("Replay", "replay = { … }", keys::<Replay>),
    ("FaultSpec", "[[fault]]", keys::<FaultSpec>),
    ("ProcessFault", "kill, stop, pause, restart, remove, disconnect = { … }", keys::<ProcessFault>),
    ("Target", "target = { … }", keys::<FaultTarget>),
    ("ScaleFault", "scale = { … }", keys::<ScaleFault>),
    ("LimitFault", "limit = { … }", keys::<LimitFault>),
    ("ExecFault", "exec = { … }", keys::<ExecFault>),
    ("PacketFault", "packets = { … }", keys::<PacketFault>),
    ("Between", "between = { … }", keys::<Between>),
    ("PartitionFault", "partition = { … }", keys::<PartitionFault>),
    ("DnsFault", "dns = { … }", keys::<DnsFault>),
    ("HttpFault", "http = { … }", keys::<HttpFault>),
    ("ToxicFault", "toxic = { … }", keys::<ToxicFault>),
    ("Contract", "[[contract]]", keys::<Contract>),
    ("Objective", "[[objective]]", keys::<Objective>),
    ("FinalRead", "[[final]]", keys::<FinalRead>),
    ("Invariant", "[[invariant]]", keys::<Invariant>),
    ("Counter", "[counter]", keys::<Counter>),
];

/// Every section, as Markdown.
pub(super) fn all(schema: &Json) -> Vec<String> {
    let plan = section("## The plan", schema, keys::<Plan>(), schema);
    let rest = SECTIONS.iter().filter_map(|(name, heading, keys)| {
        let definition = schema["$defs"].get(name)?;
        let heading: Vec<String> = match heading.strip_suffix(" = { … }") {
            Some(words) => vec![format!("`{words} = {{ … }}`")],
            None => heading.split(", ").map(|word| format!("`{word}`")).collect(),
        };
        Some(section(&format!("### {}", heading.join(", ")), definition, keys(), schema))
    });
    std::iter::once(plan).chain(rest).collect()
}

fn section(heading: &str, definition: &Json, keys: Keys, schema: &Json) -> String {
    let mut text = format!("{heading}\n\n{}\n\n", prose(&definition["description"]));
    text.push_str("| key | type | default | meaning |\n|---|---|---|---|\n");
    let required = |key: &str| {
        // That of a whole plan holds unless it includes others.
        let lists = [&definition["required"], &definition["then"]["required"]];
        lists.into_iter().filter_map(|list| list.as_array()).flatten().any(|one| one == key)
    };
    for key in keys {
        let property = &definition["properties"][key];
        let default = if required(key) { "required".to_owned() } else { default(&property["default"]) };
        let meaning = format!("{}{}", prose(&property["description"]), words(property, schema));
        let _ = writeln!(text, "| `{key}` | {} | {default} | {} |", kind(property, schema), cell(&meaning));
    }
    text.trim_end().to_owned()
}

/// A description on one line.
fn prose(description: &Json) -> String {
    description.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn default(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Array(list) if list.is_empty() => String::new(),
        Json::Object(_) => String::new(),
        Json::String(text) => format!("`\"{text}\"`"),
        other => format!("`{other}`"),
    }
}

/// The definition that a schema refers to, with its name.
fn definition<'s>(property: &'s Json, schema: &'s Json) -> Option<(&'s str, &'s Json)> {
    let name = property["$ref"].as_str()?.strip_prefix("#/$defs/")?;
    Some((name, &schema["$defs"][name]))
}

/// The type of a value, in words.
fn kind(property: &Json, schema: &Json) -> String {
    if let Some((name, definition)) = definition(property, schema) {
        return named(name, definition, schema);
    }
    if let Some(forms) = property["anyOf"].as_array().or(property["oneOf"].as_array()) {
        let mut kinds: Vec<String> =
            forms.iter().filter(|form| !is(form, "null")).map(|form| kind(form, schema)).collect();
        kinds.dedup();
        return match kinds.as_slice() {
            [one, many] if *many == list_of(one) => format!("{one}, or a list of them"),
            _ => kinds.join(" or "),
        };
    }
    if is(property, "array") {
        return list_of(&kind(&property["items"], schema));
    }
    if is(property, "object") {
        return match &property["additionalProperties"] {
            values @ Json::Object(_) => format!("table of {}", kind(values, schema)),
            _ => "table".into(),
        };
    }
    for (word, name) in
        [("integer", "whole number"), ("number", "number"), ("boolean", "`true`/`false`"), ("string", "text")]
    {
        if is(property, word) {
            return name.into();
        }
    }
    "any value".into()
}

fn list_of(kind: &str) -> String {
    match kind.strip_prefix("section ") {
        Some(heading) if heading.contains("[[") => format!("sections {heading}"),
        _ => format!("list of {kind}"),
    }
}

fn named(name: &str, definition: &Json, schema: &Json) -> String {
    match name {
        "Time" => "duration".into(),
        "TimeRange" | "Think" => "duration or range".into(),
        "Rate" => "rate".into(),
        "Share" => "share".into(),
        "Size" => "size".into(),
        "Template" => "text with `${…}`".into(),
        "Expectation" => "comparison".into(),
        "Window" => "window".into(),
        _ => match SECTIONS.iter().find(|(section, ..)| *section == name) {
            Some((_, heading, _)) if heading.contains(", ") => "section".into(),
            Some((_, heading, _)) if heading.starts_with('[') => format!("section `{heading}`"),
            Some(_) => "table".into(),
            None if alternatives(definition).is_empty() => kind(definition, schema),
            None => "word".into(),
        },
    }
}

/// The words of an enumeration, with what they mean.
fn alternatives(definition: &Json) -> Vec<(&str, String)> {
    let forms = definition["oneOf"].as_array().into_iter().flatten();
    let described = forms.filter_map(|form| Some((form["const"].as_str()?, prose(&form["description"]))));
    let bare = definition["enum"].as_array().into_iter().flatten();
    described.chain(bare.filter_map(|word| Some((word.as_str()?, String::new())))).collect()
}

/// What the words of a property mean, where it has such.
fn words(property: &Json, schema: &Json) -> String {
    let items = &property["items"];
    let forms = property["anyOf"].as_array().into_iter().flatten();
    let found = [property, items].into_iter().chain(forms).find_map(|form| {
        let (_, definition) = definition(form, schema)?;
        Some(alternatives(definition)).filter(|words| !words.is_empty())
    });
    let Some(words) = found else { return String::new() };
    let told: Vec<String> = words
        .into_iter()
        .map(|(word, meaning)| {
            let meaning = meaning.trim_end_matches('.');
            if meaning.is_empty() { format!("`\"{word}\"`") } else { format!("`\"{word}\"`: {meaning}") }
        })
        .collect();
    format!(" {}.", told.join("; "))
}
