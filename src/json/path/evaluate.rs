//! What a query selects.

use super::expression::{Comparable, Comparison, Logical, Pattern, Query, Segment, Selector};
use super::function::regex;
use crate::json::Value;
use std::borrow::Cow;

/// What these segments select below `from`.
pub(super) fn select<'a>(segments: &[Segment], from: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    let mut nodes = vec![from];
    for segment in segments {
        let mut next = Vec::new();
        for node in nodes {
            if segment.descendant {
                descend(node, &mut |node| children(segment, node, root, &mut next));
            } else {
                children(segment, node, root, &mut next);
            }
        }
        nodes = next;
    }
    nodes
}

/// The node, then all below it.
fn descend<'a>(node: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(node);
    each(node, &mut |child| descend(child, visit));
}

fn each<'a>(node: &'a Value, visit: &mut dyn FnMut(&'a Value)) {
    match node {
        Value::Array(list) => list.iter().for_each(visit),
        Value::Object(map) => map.values().for_each(visit),
        _ => {}
    }
}

fn children<'a>(segment: &Segment, node: &'a Value, root: &'a Value, out: &mut Vec<&'a Value>) {
    for selector in &segment.selectors {
        match selector {
            Selector::Name(name) => out.extend(node.get(name)),
            Selector::Wildcard => each(node, &mut |child| out.push(child)),
            Selector::Index(index) => {
                let list = node.as_array().map_or(&[][..], Vec::as_slice);
                let place = if *index < 0 { list.len() as i64 + index } else { *index };
                out.extend(usize::try_from(place).ok().and_then(|place| list.get(place)));
            }
            Selector::Slice { start, end, step } => {
                slice(node.as_array().map_or(&[][..], Vec::as_slice), (*start, *end, *step), out);
            }
            Selector::Filter(logical) => each(node, &mut |child| {
                if holds(logical, child, root) {
                    out.push(child);
                }
            }),
        }
    }
}

/// RFC 9535, section 2.3.4.2.
fn slice<'a>(
    list: &'a [Value],
    (start, end, step): (Option<i64>, Option<i64>, i64),
    out: &mut Vec<&'a Value>,
) {
    let length = list.len() as i64;
    let from_end = |place: i64| if place >= 0 { place } else { length + place };
    let (start, end) = if step >= 0 {
        (start.unwrap_or(0), end.unwrap_or(length))
    } else {
        (start.unwrap_or(length - 1), end.unwrap_or(-length - 1))
    };
    let (start, end) = (from_end(start), from_end(end));
    let mut push = |place: i64| out.extend(usize::try_from(place).ok().and_then(|place| list.get(place)));
    if step > 0 {
        let (mut place, upper) = (start.clamp(0, length), end.clamp(0, length));
        while place < upper {
            push(place);
            place += step;
        }
    } else if step < 0 {
        let (mut place, lower) = (start.clamp(-1, length - 1), end.clamp(-1, length - 1));
        while place > lower {
            push(place);
            place += step;
        }
    }
}

fn nodes<'a>(query: &Query, current: &'a Value, root: &'a Value) -> Vec<&'a Value> {
    select(&query.segments, if query.from_root { root } else { current }, root)
}

fn holds(logical: &Logical, current: &Value, root: &Value) -> bool {
    match logical {
        Logical::Or(any) => any.iter().any(|one| holds(one, current, root)),
        Logical::And(all) => all.iter().all(|one| holds(one, current, root)),
        Logical::Not(one) => !holds(one, current, root),
        Logical::Exists(query) => !nodes(query, current, root).is_empty(),
        Logical::Compare(left, how, right) => {
            compare(value(left, current, root).as_deref(), *how, value(right, current, root).as_deref())
        }
        Logical::Matches { whole, text, pattern } => {
            let text = value(text, current, root);
            let Some(text) = text.as_deref().and_then(Value::as_str) else { return false };
            match pattern {
                Pattern::Fixed(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
                Pattern::Found(found) => value(found, current, root)
                    .and_then(|pattern| regex(&pattern, *whole))
                    .is_some_and(|regex| regex.is_match(text)),
            }
        }
    }
}

fn value<'a>(comparable: &'a Comparable, current: &'a Value, root: &'a Value) -> Option<Cow<'a, Value>> {
    let number = |count: usize| Some(Cow::Owned(Value::from(count as i64)));
    match comparable {
        Comparable::Literal(literal) => Some(Cow::Borrowed(literal)),
        Comparable::Singular(query) => nodes(query, current, root).first().copied().map(Cow::Borrowed),
        Comparable::Count(query) => number(nodes(query, current, root).len()),
        Comparable::Value(query) => match nodes(query, current, root).as_slice() {
            [one] => Some(Cow::Borrowed(one)),
            _ => None,
        },
        Comparable::Length(of) => match value(of, current, root)?.as_ref() {
            Value::String(text) => number(text.chars().count()),
            Value::Array(list) => number(list.len()),
            Value::Object(map) => number(map.len()),
            _ => None,
        },
    }
}

fn compare(left: Option<&Value>, how: Comparison, right: Option<&Value>) -> bool {
    let less = |left: Option<&Value>, right: Option<&Value>| match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left < right,
        (Some(Value::String(left)), Some(Value::String(right))) => left < right,
        _ => false,
    };
    match how {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => less(left, right),
        Comparison::LessOrEqual => less(left, right) || left == right,
        Comparison::Greater => less(right, left),
        Comparison::GreaterOrEqual => less(right, left) || left == right,
    }
}
