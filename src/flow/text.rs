//! Templates, ready to be filled in: names are resolved to places beforehand, so that filling in looks nothing up.

use super::encode::{self, Encoding};
use super::state::Context;
use super::value::Value;
use std::borrow::Cow;

/// Where a value comes from while a session runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A variable: the session's own, else one that setup extracted.
    Slot(u16),
    /// A column of the session's row.
    Column {
        /// The feeder's number.
        feeder: u16,
        /// The column's number.
        column: u16,
    },
    /// A generator, drawn every time.
    Fresh(u16),
    /// A labelled generator: drawn once, then kept in its slot for the session.
    Kept {
        /// Where it is kept.
        slot: u16,
        /// The generator's number.
        maker: u16,
    },
    /// The user's number.
    User,
    /// How many sessions the user has been through (0 in the open model).
    Iteration,
    /// The session's number.
    Session,
}

#[derive(Debug, PartialEq)]
enum Piece {
    Literal(String),
    Hole(Source, Encoding),
    /// A parameter of a form: its name, encoded, and its value; left out where that is null.
    Parameter(String, Source),
    /// `&`, unless nothing stands before it.
    Separator,
}

/// A template.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Text(Vec<Piece>);

impl Text {
    /// Appends what stands as it is, encoded for its place.
    pub(super) fn push_literal(&mut self, text: &str, encoding: Encoding) {
        if let Some(Piece::Literal(last)) = self.0.last_mut() {
            encode::push(last, text, encoding);
        } else if !text.is_empty() || encoding == Encoding::JsonValue {
            let mut literal = String::new();
            encode::push(&mut literal, text, encoding);
            self.0.push(Piece::Literal(literal));
        }
    }

    /// Appends a place to be filled in.
    pub(super) fn push_hole(&mut self, source: Source, encoding: Encoding) {
        self.0.push(Piece::Hole(source, encoding));
    }

    /// Appends a parameter of a form, which is left out where its value is null.
    pub(super) fn push_parameter(&mut self, name: &str, source: Source) {
        let mut encoded = String::new();
        encode::push(&mut encoded, name, Encoding::Form);
        self.0.push(Piece::Parameter(encoded, source));
    }

    /// Appends `&`, unless nothing will stand before it.
    pub(super) fn push_separator(&mut self) {
        self.0.push(Piece::Separator);
    }

    /// Whether its one value is null.
    pub(super) fn is_null(&self, cx: &mut Context<'_>) -> bool {
        self.single().is_some_and(|source| source.value(cx).is_some_and(|value| value.is_null()))
    }

    /// The text, where nothing has to be filled in.
    pub(super) fn constant(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Where its value comes from, if it is one value and nothing else.
    pub(super) fn single(&self) -> Option<Source> {
        match self.0.as_slice() {
            [Piece::Hole(source, _)] => Some(*source),
            _ => None,
        }
    }

    /// Whether it begins with this literally.
    pub(super) fn starts_with(&self, start: char) -> bool {
        matches!(self.0.first(), Some(Piece::Literal(text)) if text.starts_with(start))
    }

    /// Whether it begins with a place to be filled in.
    pub(super) fn begins_with_hole(&self) -> bool {
        matches!(self.0.first(), Some(Piece::Hole(..)))
    }

    /// Where its values come from, in order.
    pub(super) fn sources(&self) -> impl Iterator<Item = Source> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Hole(source, _) | Piece::Parameter(_, source) => Some(*source),
            Piece::Literal(_) | Piece::Separator => None,
        })
    }

    /// Appends the text with every place filled in. The error names a variable that is not set.
    pub(super) fn render(&self, out: &mut String, cx: &mut Context<'_>) -> Result<(), String> {
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => out.push_str(text),
                Piece::Hole(source, encoding) => source.write(out, *encoding, cx)?,
                Piece::Parameter(name, source) => source.write_parameter(out, name, cx)?,
                Piece::Separator if out.is_empty() || out.ends_with('&') => {}
                Piece::Separator => out.push('&'),
            }
        }
        Ok(())
    }

    /// The filled-in text; without a copy where it is constant.
    pub(super) fn rendered(&self, cx: &mut Context<'_>) -> Result<Cow<'_, str>, String> {
        match self.constant() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => {
                let mut out = String::new();
                self.render(&mut out, cx)?;
                Ok(Cow::Owned(out))
            }
        }
    }
}

impl Source {
    fn write(self, out: &mut String, encoding: Encoding, cx: &mut Context<'_>) -> Result<(), String> {
        if let Source::Fresh(maker) = self {
            cx.program.makers[usize::from(maker)].write(&mut cx.state.streams.data, out, encoding);
            return Ok(());
        }
        self.value(cx).map(|value| value.write(out, encoding)).ok_or_else(|| self.unset(cx))
    }

    /// `&name=value`, or nothing where the value is null.
    fn write_parameter(self, out: &mut String, name: &str, cx: &mut Context<'_>) -> Result<(), String> {
        let start = out.len();
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        let Some(value) = self.value(cx) else { return Err(self.unset(cx)) };
        match value.is_null() {
            true => out.truncate(start),
            false => value.write(out, Encoding::Form),
        }
        Ok(())
    }

    /// Its value; `None` for a variable that is not set.
    pub(super) fn value<'a>(self, cx: &'a mut Context<'_>) -> Option<Cow<'a, Value>> {
        Some(match self {
            Source::Slot(slot) => Cow::Borrowed(cx.variable(slot)?),
            Source::Column { feeder, column } => {
                let row = cx.state.rows[usize::from(feeder)];
                Cow::Borrowed(cx.program.feeders[usize::from(feeder)].value(row, usize::from(column)))
            }
            Source::Fresh(maker) => {
                Cow::Owned(cx.program.makers[usize::from(maker)].value(&mut cx.state.streams.data))
            }
            Source::Kept { slot, maker } => {
                let chance = &mut cx.state.streams.data;
                let kept = &mut cx.state.slots[usize::from(slot)];
                Cow::Borrowed(kept.get_or_insert_with(|| cx.program.makers[usize::from(maker)].value(chance)))
            }
            Source::User => Cow::Owned(Value::Int(cx.state.user as i64)),
            Source::Iteration => Cow::Owned(Value::Int(cx.state.iteration as i64)),
            Source::Session => Cow::Owned(Value::Int(cx.state.session as i64)),
        })
    }

    fn unset(self, cx: &Context<'_>) -> String {
        let name = match self {
            Source::Slot(slot) => cx.program.slots[usize::from(slot)].as_str(),
            _ => "a value",
        };
        format!("`${{{name}}}` is not set: no step carried out so far has extracted it")
    }
}
