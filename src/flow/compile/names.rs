//! What `${…}` can mean, and where its value will be found.

use crate::flow::encode::Encoding;
use crate::flow::feeder::Rows;
use crate::flow::generate::Maker;
use crate::flow::random::RunKey;
use crate::flow::text::{Source, Text};
use crate::json::Value as Json;
use crate::plan::template::{Part, Reference, Template};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a reference turned out to be.
#[derive(Debug)]
pub(in crate::flow) enum Resolved {
    /// Known before the run.
    Constant(String),
    /// Found while a session runs.
    Source(Source),
}

/// All names of a plan. Flows share slots for variables of one name, since a session walks one flow only.
pub(in crate::flow) struct Names<'a> {
    facts: &'a BTreeMap<String, String>,
    environment: &'a dyn Fn(&str) -> Option<String>,
    slots: Vec<String>,
    slot_of: HashMap<String, u16>,
    visible: BTreeSet<String>,
    used_feeders: BTreeSet<u16>,
    feeders: Vec<Rows>,
    makers: Vec<Maker>,
    /// From the fact `run_id`.
    run: RunKey,
    secrets: BTreeSet<String>,
}

/// What is left of the names when all is compiled.
pub(in crate::flow) struct Table {
    /// The name of each slot.
    pub(in crate::flow) slots: Vec<String>,
    /// The feeders.
    pub(in crate::flow) feeders: Vec<Rows>,
    /// The generators.
    pub(in crate::flow) makers: Vec<Maker>,
    /// What identifiers depend on besides the seed.
    pub(in crate::flow) run: RunKey,
    /// The values that came from the environment.
    pub(in crate::flow) secrets: BTreeSet<String>,
}

const BUILT_IN: [(&str, Source); 3] =
    [("user", Source::User), ("iteration", Source::Iteration), ("session", Source::Session)];

impl<'a> Names<'a> {
    /// Names of which nothing is known but the stack's facts and the environment.
    pub(in crate::flow) fn new(
        facts: &'a BTreeMap<String, String>,
        environment: &'a dyn Fn(&str) -> Option<String>,
    ) -> Names<'a> {
        Names {
            facts,
            environment,
            slots: Vec::new(),
            slot_of: HashMap::new(),
            visible: BTreeSet::new(),
            used_feeders: BTreeSet::new(),
            feeders: Vec::new(),
            makers: Vec::new(),
            run: facts.get("run_id").map(|id| RunKey::of(id)).unwrap_or_default(),
            secrets: BTreeSet::new(),
        }
    }

    /// Adds a feeder.
    pub(in crate::flow) fn add_feeder(&mut self, rows: Rows) {
        self.feeders.push(rows);
    }

    /// From here on only these variables can be seen.
    pub(in crate::flow) fn declare<'n>(&mut self, variables: impl IntoIterator<Item = &'n str>) {
        self.visible = variables.into_iter().map(str::to_owned).collect();
        self.used_feeders.clear();
        for name in self.visible.clone() {
            self.slot(&name);
        }
    }

    /// The feeders that were used since the last [`Names::declare`].
    pub(in crate::flow) fn used_feeders(&self) -> Vec<u16> {
        self.used_feeders.iter().copied().collect()
    }

    /// The feeder with this number.
    pub(in crate::flow) fn feeder(&self, number: u16) -> &Rows {
        &self.feeders[usize::from(number)]
    }

    /// The slot of a variable (or of a labelled generator).
    pub(in crate::flow) fn slot(&mut self, name: &str) -> u16 {
        if let Some(slot) = self.slot_of.get(name) {
            return *slot;
        }
        let slot = self.slots.len() as u16;
        self.slots.push(name.to_owned());
        self.slot_of.insert(name.to_owned(), slot);
        slot
    }

    /// What a reference means here. The error says what is not known and what is.
    pub(in crate::flow) fn resolve(&mut self, reference: &Reference) -> Result<Resolved, String> {
        match reference {
            Reference::Env(name) => match (self.environment)(name) {
                Some(text) => {
                    self.secrets.insert(text.clone());
                    Ok(Resolved::Constant(text))
                }
                None => Err(format!("`{reference}`: the environment variable `{name}` is not set")),
            },
            Reference::Generate(generator, label) => {
                let maker = self.makers.len() as u16;
                self.makers.push(Maker::new(generator, self.run)?);
                Ok(Resolved::Source(match label {
                    None => Source::Fresh(maker),
                    Some(_) => Source::Kept { slot: self.slot(&reference.to_string()), maker },
                }))
            }
            Reference::Name(name) => self.named(name),
        }
    }

    fn named(&mut self, name: &str) -> Result<Resolved, String> {
        if self.visible.contains(name) {
            return Ok(Resolved::Source(Source::Slot(self.slot(name))));
        }
        if let Some((_, source)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            return Ok(Resolved::Source(*source));
        }
        if let Some(source) = self.column(name)? {
            return Ok(Resolved::Source(source));
        }
        match self.facts.get(name) {
            Some(text) => Ok(Resolved::Constant(text.clone())),
            None => Err(self.unknown(name)),
        }
    }

    fn column(&mut self, name: &str) -> Result<Option<Source>, String> {
        let Some((feeder, column)) = name.split_once('.') else { return Ok(None) };
        let Some(number) = self.feeders.iter().position(|rows| rows.name == feeder) else { return Ok(None) };
        let columns = &self.feeders[number].columns;
        let place = columns.iter().position(|known| known == column).ok_or_else(|| {
            format!(
                "`${{{name}}}`: feeder `{feeder}` has no column `{column}`; it has {}",
                columns.join(", ")
            )
        })?;
        self.used_feeders.insert(number as u16);
        Ok(Some(Source::Column { feeder: number as u16, column: place as u16 }))
    }

    fn unknown(&self, name: &str) -> String {
        const SHOWN: usize = 12;
        let known = self.visible.iter().map(String::as_str).chain(BUILT_IN.iter().map(|(name, _)| *name));
        let known: Vec<&str> = known.chain(self.facts.keys().map(String::as_str)).take(SHOWN).collect();
        format!(
            "`${{{name}}}` is not known here; known are {} (a variable must be extracted in this flow or in [setup])",
            known.join(", ")
        )
    }

    /// Compiles a template whose values go to a place of this encoding.
    pub(in crate::flow) fn text(&mut self, template: &Template, encoding: Encoding) -> Result<Text, String> {
        let mut text = Text::default();
        self.append(&mut text, template, encoding)?;
        Ok(text)
    }

    /// The same, behind what is there already.
    pub(in crate::flow) fn append(
        &mut self,
        text: &mut Text,
        template: &Template,
        encoding: Encoding,
    ) -> Result<(), String> {
        for part in template.parts() {
            match part {
                Part::Text(literal) => text.push_literal(literal, encoding),
                Part::Reference(reference) => match self.resolve(reference)? {
                    Resolved::Constant(constant) => text.push_literal(&constant, encoding),
                    Resolved::Source(source) => text.push_hole(source, encoding),
                },
            }
        }
        Ok(())
    }

    /// Compiles a JSON value in which texts, keys too, may hold `${…}`. It renders as compact JSON.
    pub(in crate::flow) fn json(&mut self, json: &Json) -> Result<Text, String> {
        let mut text = Text::default();
        self.append_json(&mut text, json)?;
        Ok(text)
    }

    fn append_json(&mut self, text: &mut Text, json: &Json) -> Result<(), String> {
        match json {
            Json::String(string) => {
                let template: Template = string.parse()?;
                if template.single().is_some() {
                    return self.append(text, &template, Encoding::JsonValue);
                }
                self.append_quoted(text, &template)?;
            }
            Json::Array(list) => {
                for (place, value) in list.iter().enumerate() {
                    text.push_literal(if place == 0 { "[" } else { "," }, Encoding::Plain);
                    self.append_json(text, value)?;
                }
                text.push_literal(if list.is_empty() { "[]" } else { "]" }, Encoding::Plain);
            }
            Json::Object(object) => {
                for (place, (key, value)) in object.iter().enumerate() {
                    text.push_literal(if place == 0 { "{" } else { "," }, Encoding::Plain);
                    self.append_quoted(text, &key.parse()?)?;
                    text.push_literal(":", Encoding::Plain);
                    self.append_json(text, value)?;
                }
                text.push_literal(if object.is_empty() { "{}" } else { "}" }, Encoding::Plain);
            }
            other => text.push_literal(&other.to_string(), Encoding::Plain),
        }
        Ok(())
    }

    fn append_quoted(&mut self, text: &mut Text, template: &Template) -> Result<(), String> {
        text.push_literal("\"", Encoding::Plain);
        self.append(text, template, Encoding::JsonText)?;
        text.push_literal("\"", Encoding::Plain);
        Ok(())
    }

    /// Fills in a template that is needed before the run: only facts and the environment can be in it.
    pub(in crate::flow) fn constant(&mut self, template: &Template) -> Result<String, String> {
        let text = self.text(template, Encoding::Plain)?;
        text.constant().map(str::to_owned).ok_or_else(|| {
            format!("`{template}` is needed before the run: only facts of the stack and `${{env:NAME}}` can be in it")
        })
    }

    /// What is left when all is compiled.
    pub(in crate::flow) fn finish(self) -> Table {
        Table {
            slots: self.slots,
            feeders: self.feeders,
            makers: self.makers,
            run: self.run,
            secrets: self.secrets,
        }
    }
}
