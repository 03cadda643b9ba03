//! Segments and selectors.

use super::PathError;
use super::expression::{Segment, Selector};
use super::filter;
use super::lexer::Lexer;

/// All segments that stand here.
pub(super) fn segments(lexer: &mut Lexer<'_>) -> Result<Vec<Segment>, PathError> {
    let mut segments = Vec::new();
    loop {
        let before = lexer.clone();
        lexer.blanks();
        if lexer.take("..") {
            let selectors = if lexer.take("[") { bracketed(lexer)? } else { dotted(lexer)? };
            segments.push(Segment { descendant: true, selectors });
        } else if lexer.take(".") {
            segments.push(Segment { descendant: false, selectors: dotted(lexer)? });
        } else if lexer.take("[") {
            segments.push(Segment { descendant: false, selectors: bracketed(lexer)? });
        } else {
            // Blanks belong to a path only where a segment follows.
            *lexer = before;
            return Ok(segments);
        }
    }
}

fn dotted(lexer: &mut Lexer<'_>) -> Result<Vec<Selector>, PathError> {
    let selector = if lexer.take("*") { Selector::Wildcard } else { Selector::Name(lexer.name()?) };
    Ok(vec![selector])
}

fn bracketed(lexer: &mut Lexer<'_>) -> Result<Vec<Selector>, PathError> {
    let mut selectors = Vec::new();
    loop {
        lexer.blanks();
        selectors.push(selector(lexer)?);
        lexer.blanks();
        if !lexer.take(",") {
            lexer.want("]", "`]` is expected")?;
            return Ok(selectors);
        }
    }
}

fn selector(lexer: &mut Lexer<'_>) -> Result<Selector, PathError> {
    match lexer.peek() {
        Some('\'' | '"') => lexer.string().map(Selector::Name),
        Some('*') => {
            lexer.take("*");
            Ok(Selector::Wildcard)
        }
        Some('?') => {
            lexer.take("?");
            lexer.blanks();
            filter::logical(lexer).map(Selector::Filter)
        }
        _ => index_or_slice(lexer),
    }
}

fn index_or_slice(lexer: &mut Lexer<'_>) -> Result<Selector, PathError> {
    let number = |lexer: &mut Lexer<'_>| lexer.begins_integer().then(|| lexer.integer()).transpose();
    let start = number(lexer)?;
    let mut after = lexer.clone();
    after.blanks();
    if !after.take(":") {
        let what = "a name in quotation marks, a number, `*`, `?` or a slice is expected";
        return start.map(Selector::Index).ok_or_else(|| lexer.wrong(what));
    }
    *lexer = after;
    lexer.blanks();
    let end = number(lexer)?;
    let mut after = lexer.clone();
    after.blanks();
    let mut step = None;
    if after.take(":") {
        *lexer = after.clone();
        after.blanks();
        if after.begins_integer() {
            *lexer = after;
            step = number(lexer)?;
        }
    }
    Ok(Selector::Slice { start, end, step: step.unwrap_or(1) })
}
