//! Every order tried, with no thought: slow, and right.

use crate::verify::linear::{ABSENT, Action, Initial, Model, Op, Values};

/// What an object holds.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    Nothing,
    Text(String),
    Number(i64),
}

fn start(model: Model, initial: Initial, values: &Values) -> Content {
    match model {
        Model::Counter => Content::Number(initial.number),
        Model::AppendRegister | Model::KeyValue => Content::Text(values.text(initial.value).to_owned()),
        _ if initial.value == ABSENT => Content::Nothing,
        _ => Content::Text(values.text(initial.value).to_owned()),
    }
}

fn held(model: Model, value: crate::verify::linear::ValueId, values: &Values) -> Content {
    start(model, Initial { value, number: 0 }, values)
}

fn apply(content: &Content, action: Action, model: Model, values: &Values) -> Option<Content> {
    let is = |value| (*content == held(model, value, values)).then(|| content.clone());
    match (action, content) {
        (Action::Read(value), _) => is(value),
        (Action::Write(value), _) => Some(held(model, value, values)),
        (Action::Cas(from, to), _) => is(from).map(|_| held(model, to, values)),
        (Action::Append(value), Content::Text(text)) => {
            Some(Content::Text(format!("{text}{}", values.text(value))))
        }
        (Action::Append(value), _) => Some(Content::Text(values.text(value).to_owned())),
        (Action::Add(number), Content::Number(sum)) => Some(Content::Number(sum + number)),
        (Action::Total(number), _) => (*content == Content::Number(number)).then(|| content.clone()),
        (Action::Add(_), _) => None,
    }
}

fn search(content: &Content, left: &[Op], model: Model, values: &Values) -> bool {
    if left.iter().all(|op| op.ret.is_none()) {
        return true;
    }
    let first = left.iter().filter_map(|op| op.ret).min().unwrap_or(i64::MAX);
    (0..left.len()).any(|place| {
        let next = left[place];
        let mut rest = left.to_vec();
        rest.remove(place);
        let after = if next.call <= first { apply(content, next.action, model, values) } else { None };
        after.is_some_and(|after| search(&after, &rest, model, values))
    })
}

/// Whether operations on one object have an order.
pub fn is_linearizable(operations: &[Op], values: &Values, model: Model, initial: Initial) -> bool {
    let counted: Vec<Op> =
        operations.iter().copied().filter(|op| op.ret.is_some() || !op.action.is_read()).collect();
    search(&start(model, initial, values), &counted, model, values)
}

/// The time of the return that ends the shortest part without an order.
pub fn first_wrong_return(operations: &[Op], values: &Values, model: Model, initial: Initial) -> Option<i64> {
    let mut ends: Vec<i64> = operations.iter().filter_map(|op| op.ret).collect();
    ends.sort_unstable();
    ends.into_iter().find(|end| {
        let part: Vec<Op> = operations
            .iter()
            .filter(|op| op.call <= *end)
            .map(|op| Op { ret: op.ret.filter(|ret| ret <= end), ..*op })
            .collect();
        !is_linearizable(&part, values, model, initial)
    })
}
