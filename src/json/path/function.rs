//! The functions of RFC 9535, section 2.4.

use super::PathError;
use super::expression::{Comparable, Logical, Pattern, Query};
use super::filter::{DEEPEST, Operand, operand};
use super::lexer::Lexer;
use crate::json::Value;
use regex::Regex;

/// A function with its arguments, by the type of its result.
pub(super) enum Called {
    Value(Comparable),
    Logical(Logical),
}

/// The function of this name; its `(` has been passed.
pub(super) fn call(name: &str, lexer: &mut Lexer<'_>, start: &Lexer<'_>) -> Result<Called, PathError> {
    if lexer.depth == DEEPEST {
        return Err(start.wrong(format!("an expression is nested deeper than {DEEPEST}")));
    }
    lexer.depth += 1;
    let mut arguments = Vec::new();
    lexer.blanks();
    if !lexer.take(")") {
        loop {
            lexer.blanks();
            let at = lexer.clone();
            arguments.push((operand(lexer)?, at));
            lexer.blanks();
            if !lexer.take(",") {
                lexer.want(")", "`)` is expected")?;
                break;
            }
        }
    }
    lexer.depth -= 1;
    let count = arguments.len();
    let mut next = || arguments.remove(0);
    match (name, count) {
        ("length", 1) => value(next()).map(|one| Called::Value(Comparable::Length(Box::new(one)))),
        ("count", 1) => nodes(next()).map(|query| Called::Value(Comparable::Count(query))),
        ("value", 1) => nodes(next()).map(|query| Called::Value(Comparable::Value(query))),
        ("match" | "search", 2) => {
            let (text, pattern) = (value(next())?, value(next())?);
            let whole = name == "match";
            let pattern = match pattern {
                Comparable::Literal(literal) => Pattern::Fixed(regex(&literal, whole)),
                found => Pattern::Found(found),
            };
            Ok(Called::Logical(Logical::Matches { whole, text, pattern }))
        }
        ("length" | "count" | "value" | "match" | "search", _) => {
            Err(start.wrong(format!("`{name}` has another number of arguments")))
        }
        _ => Err(start.wrong(format!(
            "there is no function `{name}`; there are length, count, value, match and search"
        ))),
    }
}

fn value((operand, at): (Operand, Lexer<'_>)) -> Result<Comparable, PathError> {
    operand.comparable(&at)
}

fn nodes((operand, at): (Operand, Lexer<'_>)) -> Result<Query, PathError> {
    match operand {
        Operand::Query(query) => Ok(query),
        _ => Err(at.wrong("a query is expected")),
    }
}

/// A regular expression (RFC 9485); nothing if it is none.
pub(super) fn regex(pattern: &Value, whole: bool) -> Option<Regex> {
    let pattern = pattern.as_str()?;
    let mut text = String::with_capacity(pattern.len() + 8);
    let (mut escaped, mut in_class) = (false, false);
    for c in pattern.chars() {
        match c {
            // There it is any character but the ends of lines.
            '.' if !escaped && !in_class => text.push_str(r"[^\n\r]"),
            _ => text.push(c),
        }
        in_class = !escaped && (c == '[' || (in_class && c != ']')) || (escaped && in_class);
        escaped = c == '\\' && !escaped;
    }
    Regex::new(&if whole { format!("^(?:{text})$") } else { text }).ok()
}
