//! The expression of a filter (`?…`), with the types of its functions checked.

use super::PathError;
use super::expression::{Comparable, Comparison, Logical, Query};
use super::function::{self, Called};
use super::lexer::Lexer;
use super::parse::segments;
use crate::json::Value;

/// The deepest nesting of parentheses and filters.
pub(super) const DEEPEST: usize = 64;

/// `a || b && c`.
pub(super) fn logical(lexer: &mut Lexer<'_>) -> Result<Logical, PathError> {
    if lexer.depth == DEEPEST {
        return Err(lexer.wrong(format!("an expression is nested deeper than {DEEPEST}")));
    }
    lexer.depth += 1;
    let mut any = vec![all_of(lexer)?];
    while next(lexer, "||") {
        any.push(all_of(lexer)?);
    }
    lexer.depth -= 1;
    Ok(if any.len() == 1 { any.remove(0) } else { Logical::Or(any) })
}

fn all_of(lexer: &mut Lexer<'_>) -> Result<Logical, PathError> {
    let mut all = vec![basic(lexer)?];
    while next(lexer, "&&") {
        all.push(basic(lexer)?);
    }
    Ok(if all.len() == 1 { all.remove(0) } else { Logical::And(all) })
}

/// Whether this operator comes next; it is then passed, with the blanks around it.
fn next(lexer: &mut Lexer<'_>, operator: &str) -> bool {
    let mut after = lexer.clone();
    after.blanks();
    let found = after.take(operator);
    if found {
        after.blanks();
        *lexer = after;
    }
    found
}

fn basic(lexer: &mut Lexer<'_>) -> Result<Logical, PathError> {
    let negated = lexer.take("!");
    if negated {
        lexer.blanks();
    }
    let found = if lexer.take("(") {
        lexer.blanks();
        let inside = logical(lexer)?;
        lexer.blanks();
        lexer.want(")", "`)` is expected")?;
        inside
    } else {
        let start = lexer.clone();
        let left = operand(lexer)?;
        match comparison(lexer) {
            Some(_) if negated => return Err(start.wrong("write `!(…)` to negate a comparison")),
            Some(how) => {
                let left = left.comparable(&start)?;
                let start = lexer.clone();
                let right = operand(lexer)?.comparable(&start)?;
                Logical::Compare(left, how, right)
            }
            None => left.test(&start)?,
        }
    };
    Ok(if negated { Logical::Not(Box::new(found)) } else { found })
}

fn comparison(lexer: &mut Lexer<'_>) -> Option<Comparison> {
    let known = [
        ("==", Comparison::Equal),
        ("!=", Comparison::Unequal),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    known.into_iter().find_map(|(text, how)| next(lexer, text).then_some(how))
}

/// Something that can be compared or tested.
pub(super) enum Operand {
    Literal(Value),
    Query(Query),
    Called(Called),
}

/// A literal, a query or a function with its arguments.
pub(super) fn operand(lexer: &mut Lexer<'_>) -> Result<Operand, PathError> {
    match lexer.peek() {
        Some('$' | '@') => query(lexer).map(Operand::Query),
        Some('\'' | '"') => Ok(Operand::Literal(Value::String(lexer.string()?))),
        Some(c) if c == '-' || c.is_ascii_digit() => Ok(Operand::Literal(Value::Number(lexer.number()?))),
        _ => {
            let start = lexer.clone();
            let word = lexer.take_while(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
            if lexer.take("(") {
                return function::call(word, lexer, &start).map(Operand::Called);
            }
            match word {
                "true" => Ok(Operand::Literal(Value::Bool(true))),
                "false" => Ok(Operand::Literal(Value::Bool(false))),
                "null" => Ok(Operand::Literal(Value::Null)),
                _ => Err(start.wrong("a query (`@…`, `$…`), a literal or a function is expected")),
            }
        }
    }
}

fn query(lexer: &mut Lexer<'_>) -> Result<Query, PathError> {
    let from_root = lexer.take("$");
    if !from_root {
        lexer.take("@");
    }
    Ok(Query { from_root, segments: segments(lexer)? })
}

impl Operand {
    /// As one side of a comparison.
    pub(super) fn comparable(self, at: &Lexer<'_>) -> Result<Comparable, PathError> {
        match self {
            Operand::Literal(value) => Ok(Comparable::Literal(value)),
            Operand::Query(query) if query.is_singular() => Ok(Comparable::Singular(query)),
            Operand::Query(_) => Err(at.wrong(
                "this query can select several nodes: it cannot be compared; use `count(…)` or `value(…)`",
            )),
            Operand::Called(Called::Value(value)) => Ok(value),
            Operand::Called(Called::Logical(_)) => {
                Err(at.wrong("the result of this function cannot be compared"))
            }
        }
    }

    /// As a test that stands alone.
    fn test(self, at: &Lexer<'_>) -> Result<Logical, PathError> {
        match self {
            Operand::Query(query) => Ok(Logical::Exists(query)),
            Operand::Called(Called::Logical(logical)) => Ok(logical),
            Operand::Called(Called::Value(_)) => {
                Err(at.wrong("the result of this function has to be compared"))
            }
            Operand::Literal(_) => Err(at.wrong("a literal has to be compared")),
        }
    }
}
