//! What a JSONPath consists of; the names are those of RFC 9535.

use crate::json::Value;
use regex::Regex;

/// `.name`, `[…]`, `..name`, `..[…]`.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) descendant: bool,
    pub(super) selectors: Vec<Selector>,
}

#[derive(Clone, Debug)]
pub(super) enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Logical),
}

/// A query inside a filter: from the root (`$`) or the current node (`@`).
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) from_root: bool,
    pub(super) segments: Vec<Segment>,
}

/// True or false.
#[derive(Clone, Debug)]
pub(super) enum Logical {
    Or(Vec<Logical>),
    And(Vec<Logical>),
    Not(Box<Logical>),
    Exists(Query),
    Compare(Comparable, Comparison, Comparable),
    /// `match(…)` (the whole text) and `search(…)` (a part of it).
    Matches {
        whole: bool,
        text: Comparable,
        pattern: Pattern,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value, or nothing.
#[derive(Clone, Debug)]
pub(super) enum Comparable {
    Literal(Value),
    /// A query that selects one node at most.
    Singular(Query),
    Length(Box<Comparable>),
    Count(Query),
    Value(Query),
}

#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Known beforehand; absent if it is no regular expression, which matches nothing.
    Fixed(Option<Regex>),
    Found(Comparable),
}

impl Query {
    /// Whether its form lets it select one node at most.
    pub(super) fn is_singular(&self) -> bool {
        self.segments.iter().all(|segment| {
            !segment.descendant
                && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
        })
    }
}
