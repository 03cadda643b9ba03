//! `set`: whatever was acknowledged as added is in the last read, nothing is there that nobody added, and nothing twice.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use crate::verify::Verdict;
use std::collections::{BTreeMap, BTreeSet};

/// The checker.
pub struct Set;

/// What went wrong, element by element.
#[derive(Default)]
struct Wrong {
    lost: BTreeSet<String>,
    phantom: BTreeSet<String>,
    doubled: BTreeSet<String>,
}

impl Checker for Set {
    fn name(&self) -> &'static str {
        "set"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Add, Function::Read]
    }

    fn judge(&self, history: &History, _options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name(), history);
        let (mut acknowledged, mut unread) = (0, 0);
        let mut all = [0; 3];
        for (key, places) in history.by_key() {
            let operations: Vec<&Operation> =
                places.iter().map(|place| &history.operations[*place]).collect();
            let reads = reads(history, &operations)?;
            let adds: Vec<&Operation> =
                operations.iter().copied().filter(|operation| operation.function == Function::Add).collect();
            acknowledged += adds.iter().filter(|add| add.is_ok()).count() as u64;
            let Some((last, _)) = reads.iter().max_by_key(|(read, _)| read.ok_at()) else {
                unread += 1;
                judgement.undecided_key(&history.keys[key as usize]);
                continue;
            };
            let wrong = wrong(&adds, &reads, last);
            let named = [("lost", &wrong.lost), ("phantom", &wrong.phantom), ("doubled", &wrong.doubled)];
            if named.iter().any(|(_, elements)| !elements.is_empty()) {
                judgement.wrong_key(&history.keys[key as usize]);
            }
            for (place, (name, elements)) in named.iter().enumerate().filter(|(_, (_, set))| !set.is_empty())
            {
                all[place] += elements.len() as u64;
                let elements: Vec<String> = elements.iter().cloned().collect();
                let key = describe::key(history, key);
                judgement.show(format!("{key}{name}: {}", describe::list(&elements)));
            }
            if let Some(first) = wrong.lost.first() {
                let key = describe::key(history, key);
                let add = adds.iter().find(|add| add.is_ok() && *first == add.written().to_string().as_str());
                for (what, operation) in
                    add.map(|add| ("", *add)).into_iter().chain([("the last read: ", *last)])
                {
                    judgement.show(format!("  {key}{what}{}", describe::operation(history, operation)));
                }
            }
        }
        let [lost, phantom, doubled] = all;
        if lost + phantom + doubled > 0 {
            let reason = format!(
                "{lost} acknowledged but lost, {phantom} there that nobody added, {doubled} there twice."
            );
            return Ok(judgement.say(Verdict::Fail, reason));
        }
        if unread > 0 {
            return Ok(judgement.say(Verdict::Unknown, format!("{} never read.", count(unread, "set was"))));
        }
        if acknowledged == 0 {
            return Ok(
                judgement.say(Verdict::Unknown, "nothing was acknowledged as added: nothing could be lost.")
            );
        }
        let reason = format!("{} added, all of them read.", count(acknowledged, "element"));
        Ok(judgement.say(Verdict::Pass, reason))
    }
}

type Read<'a> = (&'a Operation, Vec<String>);

fn reads<'a>(history: &History, operations: &[&'a Operation]) -> Result<Vec<Read<'a>>, Trouble> {
    let mut reads = Vec::new();
    for read in
        operations.iter().filter(|operation| operation.function == Function::Read && operation.is_ok())
    {
        let elements = match &read.result {
            Value::Null => Vec::new(),
            Value::Array(list) => list.iter().map(Value::to_string).collect(),
            other => {
                let shown = super::trouble::short(&other.to_string());
                return Err(history.trouble_at_end(
                    read,
                    format!("a read of a set gave {shown}"),
                    "it has to give a list of the elements",
                ));
            }
        };
        reads.push((*read, elements));
    }
    Ok(reads)
}

fn wrong(adds: &[&Operation], reads: &[Read<'_>], last: &Operation) -> Wrong {
    let mut wrong = Wrong::default();
    let mut begun: BTreeMap<String, i64> = BTreeMap::new();
    for add in adds {
        let at = begun.entry(add.written().to_string()).or_insert(i64::MAX);
        *at = (*at).min(add.call.place);
    }
    for (read, elements) in reads {
        let mut seen = BTreeSet::new();
        for element in elements {
            if !seen.insert(element) {
                wrong.doubled.insert(element.clone());
            }
            let known = begun.get(element).is_some_and(|call| Some(*call) < read.ok_at());
            if !known {
                wrong.phantom.insert(element.clone());
            }
        }
        if std::ptr::eq(*read, last) {
            for add in adds.iter().filter(|add| add.ok_at().is_some_and(|ok| ok < last.call.place)) {
                let element = add.written().to_string();
                if !seen.contains(&element) {
                    wrong.lost.insert(element);
                }
            }
        }
    }
    wrong
}
