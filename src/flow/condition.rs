//! `when`: whether a step is carried out.

use super::compile::{Names, Resolved};
use super::state::Context;
use super::text::Source;
use super::value::Value;
use crate::plan::template::{Part, Template};

/// A condition, ready to be asked.
#[derive(Debug)]
pub(super) enum Condition {
    /// There, and neither empty nor false; or, negated, not so.
    Holds {
        /// What.
        of: Operand,
        /// Whether it must not.
        negated: bool,
    },
    /// Both are the same; or, negated, they differ. What is not set differs from everything.
    Same {
        /// The left side.
        left: Operand,
        /// The right side.
        right: Operand,
        /// Whether they must differ.
        negated: bool,
    },
}

/// One side of a comparison.
#[derive(Debug)]
pub(super) enum Operand {
    /// Known beforehand.
    Constant(Value),
    /// A value of the session.
    Source(Source),
}

const FORMS: &str = "write `${name} == 'text'`, `${name} != 3`, `${name}` or `!${name}`";

impl Condition {
    /// Reads a step's `when`. The error says what would be right.
    pub(super) fn compile(template: &Template, names: &mut Names<'_>) -> Result<Condition, String> {
        let wrong = || format!("`{template}` is not a condition: {FORMS}");
        let parts = template.parts();
        let (negated, parts) = match parts {
            [Part::Text(text), rest @ ..] if text.trim() == "!" => (true, rest),
            all => (false, all),
        };
        let [Part::Reference(first), rest @ ..] = parts else { return Err(wrong()) };
        let left = Operand::from(names.resolve(first)?);
        if rest.iter().all(|part| matches!(part, Part::Text(text) if text.trim().is_empty())) {
            return Ok(Condition::Holds { of: left, negated });
        }
        let [Part::Text(text), after @ ..] = rest else { return Err(wrong()) };
        let text = text.trim();
        let (differ, operand) = match (text.strip_prefix("=="), text.strip_prefix("!=")) {
            (Some(operand), _) => (false, operand.trim()),
            (_, Some(operand)) => (true, operand.trim()),
            _ => return Err(wrong()),
        };
        let right = match (operand, after) {
            ("", [Part::Reference(second)]) => Operand::from(names.resolve(second)?),
            (literal, []) => Operand::Constant(constant(literal).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        };
        if negated { Err(wrong()) } else { Ok(Condition::Same { left, right, negated: differ }) }
    }

    /// Whether it holds now.
    pub(super) fn holds(&self, cx: &mut Context<'_>) -> bool {
        match self {
            Condition::Holds { of, negated } => of.value(cx).is_some_and(|value| value.holds()) != *negated,
            Condition::Same { left, right, negated } => {
                let same = match (left.value(cx), right.value(cx)) {
                    (Some(left), Some(right)) => same(&left, &right),
                    _ => false,
                };
                same != *negated
            }
        }
    }
}

impl Operand {
    fn value(&self, cx: &mut Context<'_>) -> Option<Value> {
        match self {
            Operand::Constant(value) => Some(value.clone()),
            Operand::Source(source) => source.value(cx).map(|value| value.into_owned()),
        }
    }
}

impl From<Resolved> for Operand {
    fn from(resolved: Resolved) -> Operand {
        match resolved {
            Resolved::Constant(text) => Operand::Constant(Value::Text(text)),
            Resolved::Source(source) => Operand::Source(source),
        }
    }
}

/// `'text'`, `"text"`, a number, or a bare word such as `true`.
fn constant(literal: &str) -> Option<Value> {
    for quote in ['\'', '"'] {
        if let Some(inside) = literal.strip_prefix(quote) {
            return inside.strip_suffix(quote).map(|text| Value::Text(text.to_owned()));
        }
    }
    let word =
        !literal.is_empty() && literal.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    word.then(|| Value::Text(literal.to_owned()))
}

/// Numbers compare by value, exactly (`3` and `3.0` are the same), all else as text.
fn same(left: &Value, right: &Value) -> bool {
    left.text() == right.text() || left.number().is_some_and(|number| Some(number) == right.number())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::state::Globals;
    use crate::flow::tests::program;
    use crate::json::Value as Json;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn holds(when: &str, value: Option<serde_json::Value>) -> Result<bool, String> {
        let facts = BTreeMap::from([("region".to_owned(), "eu".to_owned())]);
        let mut names = Names::new(&facts, &|_| None);
        names.declare(["x"]);
        let condition = Condition::compile(&when.parse().expect(when), &mut names)?;
        let program = program("[[flow]]\nname='f'\nstep=[{name='s', get='/', extract={x='$'}}]");
        let mut state = crate::flow::state::State::new(&program);
        state.slots[0] = value.map(|value| Value::from(Json::from(value)));
        let globals = Globals::default();
        Ok(condition.holds(&mut Context { program: &program, globals: &globals, state: &mut state }))
    }

    #[test]
    fn all_forms() {
        for (when, value, wanted) in [
            ("${x}", Some(json!("y")), true),
            ("${x}", Some(json!(false)), false),
            ("${x}", None, false),
            ("!${x}", None, true),
            ("! ${x}", Some(json!("y")), false),
            ("${x} == 'a b'", Some(json!("a b")), true),
            ("${x} == \"a\"", Some(json!("b")), false),
            ("${x} == 3", Some(json!(3)), true),
            ("${x} == 3", Some(json!("3.0")), true),
            ("${x} == 18446744073709551617", Some(json!("18446744073709551617.0")), true),
            ("${x} == 18446744073709551617", Some(json!("18446744073709551619")), false),
            ("${x} != 3", Some(json!(4)), true),
            ("${x} != 3", None, true),
            ("${x} == ''", None, false),
            ("${x} == true", Some(json!(true)), true),
            ("${x} == ${region}", Some(json!("eu")), true),
            ("${region} == 'eu'", None, true),
        ] {
            assert_eq!(holds(when, value.clone()), Ok(wanted), "{when} {value:?}");
        }
    }

    #[test]
    fn what_is_no_condition_says_what_would_be() {
        for when in
            ["x", "${x} > 3", "${x} ==", "${x} == 'a", "!${x} == 3", "${x} == 3 && ${x}", "", "'a' == ${x}"]
        {
            let error = holds(when, None).expect_err(when);
            assert!(error.contains("`${name} == 'text'`"), "{error}");
        }
        assert!(holds("${y}", None).expect_err("unknown").contains("`${y}`"));
    }
}
