//! The common JUnit schema, written out as rules: that of Apache Ant's reports
//! (<https://github.com/windyroad/JUnit-Schema>, `JUnit.xsd`), which is the strictest of those in use.

use regex::Regex;
use roxmltree::{Document, Node};

/// What an attribute may hold.
#[derive(Clone, Copy)]
enum Kind {
    /// `xs:string`, `xs:token`.
    Text,
    /// `xs:token` of at least one character.
    Name,
    /// `xs:int`.
    Int,
    /// `xs:decimal`.
    Decimal,
    /// `xs:dateTime` without a zone and without fractions.
    Time,
}

/// What an element may have: attributes (and whether they must be there), children in order, text.
struct Rule {
    name: &'static str,
    attributes: &'static [(&'static str, Kind, bool)],
    children: &'static str,
    text: bool,
}

use Kind::{Decimal, Int, Name, Text, Time};

const RULES: [Rule; 9] = [
    Rule { name: "testsuites", attributes: &[], children: "^(testsuite )*$", text: false },
    Rule {
        name: "testsuite",
        attributes: &[
            ("name", Name, true),
            ("timestamp", Time, true),
            ("hostname", Name, true),
            ("tests", Int, true),
            ("failures", Int, true),
            ("errors", Int, true),
            ("skipped", Int, false),
            ("time", Decimal, true),
            ("package", Text, true),
            ("id", Int, true),
        ],
        children: "^properties (testcase )*system-out system-err $",
        text: false,
    },
    Rule { name: "properties", attributes: &[], children: "^(property )*$", text: false },
    Rule {
        name: "property",
        attributes: &[("name", Name, true), ("value", Text, true)],
        children: "^$",
        text: false,
    },
    Rule {
        name: "testcase",
        attributes: &[("name", Text, true), ("classname", Text, true), ("time", Decimal, true)],
        children: "^(skipped |error |failure )?$",
        text: false,
    },
    // The schema leaves its content open.
    Rule { name: "skipped", attributes: &[("message", Text, false)], children: "^$", text: true },
    Rule { name: "error", attributes: PROBLEM, children: "^$", text: true },
    Rule { name: "failure", attributes: PROBLEM, children: "^$", text: true },
    Rule { name: "system-", attributes: &[], children: "^$", text: true },
];

const PROBLEM: &[(&str, Kind, bool)] = &[("message", Text, false), ("type", Text, true)];

/// Everything in which a document departs from the schema.
pub fn violations(document: &Document) -> Vec<String> {
    let root = document.root_element();
    let mut wrong = Vec::new();
    if root.tag_name().name() != "testsuites" {
        wrong.push("the root is no <testsuites>".to_owned());
    }
    root.descendants().filter(Node::is_element).for_each(|node| element(node, &mut wrong));
    wrong
}

fn element(node: Node, wrong: &mut Vec<String>) {
    let name = node.tag_name().name();
    let same = |rule: &&Rule| rule.name == name || rule.name.ends_with('-') && name.starts_with(rule.name);
    let Some(rule) = RULES.iter().find(same) else {
        wrong.push(format!("<{name}> is not known"));
        return;
    };
    for (attribute, kind, required) in rule.attributes {
        match node.attribute(*attribute) {
            None if *required => wrong.push(format!("<{name}> has no {attribute}")),
            Some(value) if !fits(*kind, value) => wrong.push(format!("<{name} {attribute}=\"{value}\">")),
            _ => {}
        }
    }
    for attribute in node.attributes() {
        if !rule.attributes.iter().any(|(known, ..)| *known == attribute.name()) {
            wrong.push(format!("<{name}> may have no {}", attribute.name()));
        }
    }
    let children: String = node
        .children()
        .filter(Node::is_element)
        .map(|child| format!("{} ", child.tag_name().name()))
        .collect();
    if !Regex::new(rule.children).expect("a pattern").is_match(&children) {
        wrong.push(format!("<{name}> holds {children}"));
    }
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    if !rule.text && !text.trim().is_empty() {
        wrong.push(format!("<{name}> holds the text {text:?}"));
    }
}

fn fits(kind: Kind, value: &str) -> bool {
    let is = |pattern: &str| Regex::new(pattern).expect("a pattern").is_match(value);
    match kind {
        Text => true,
        Name => !value.trim().is_empty(),
        Int => value.parse::<i32>().is_ok(),
        Decimal => is(r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"),
        Time => is(r"^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]$"),
    }
}

#[test]
fn the_rules_find_what_is_wrong() {
    for (document, expected) in [
        ("<testsuites/>", 0),
        ("<tests/>", 2),
        ("<testsuites x='1'/>", 1),
        ("<testsuites>text</testsuites>", 1),
        ("<testsuites><testcase name='a' classname='b' time='0'/></testsuites>", 1),
        ("<testsuites><testsuite/></testsuites>", 10),
    ] {
        let found = violations(&Document::parse(document).expect("XML"));
        assert_eq!(found.len(), expected, "{document}: {found:?}");
    }
    for value in ["1e3", "NaN", "1,5", ""] {
        assert!(!fits(Decimal, value), "{value}");
    }
    assert!(!fits(Time, "2026-11-21T01:30:00Z"));
}
