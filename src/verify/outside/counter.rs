//! `counter`: every read lies between what must have been added and what may have been.
//!
//! Weaker than `linearizable --model counter`, and linear in time: each read is judged by itself.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::verify::Verdict;
use serde_json::Value;

/// The checker.
pub struct Counter;

/// A sum of additions, what was taken away apart from the rest.
#[derive(Clone, Copy, Default)]
struct Sums {
    up: i128,
    down: i128,
}

impl Sums {
    fn add(&mut self, number: i64) {
        let side = if number < 0 { &mut self.down } else { &mut self.up };
        *side += i128::from(number);
    }
}

impl Checker for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Add, Function::Read]
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name(), history);
        let initial = match &options.initial {
            None => 0,
            Some(value) => i128::from(value.as_i64().ok_or_else(|| Trouble {
                file: history.name.clone(),
                line: None,
                column: None,
                what: format!("a counter cannot begin with {value}"),
                help: "give --initial a whole number".into(),
            })?),
        };
        let (mut reads, mut wrong) = (0, 0);
        for (key, places) in history.by_key() {
            let operations: Vec<&Operation> =
                places.iter().map(|place| &history.operations[*place]).collect();
            let mut key_is_wrong = false;
            for (read, number, low, high) in bounds(history, &operations)? {
                reads += 1;
                let (low, high) = (initial + low, initial + high);
                if i128::from(number) < low || i128::from(number) > high {
                    wrong += 1;
                    key_is_wrong = true;
                    let (key, told) = (describe::key(history, key), describe::operation(history, read));
                    judgement.show(format!("{key}{told}, but the sum was at least {low} and at most {high}"));
                }
            }
            if key_is_wrong {
                judgement.wrong_key(&history.keys[key as usize]);
            }
        }
        Ok(match (reads, wrong) {
            (0, _) => judgement.say(Verdict::Unknown, "no read returned: nothing could have contradicted."),
            (_, 0) => judgement.say(Verdict::Pass, format!("{} within their bounds.", count(reads, "read"))),
            _ => judgement.say(Verdict::Fail, format!("{wrong} of {} out of bounds.", count(reads, "read"))),
        })
    }
}

type Bound<'a> = (&'a Operation, i64, i128, i128);

/// Each read with its bounds: what was acknowledged before it began counts for certain, what was begun before it ended
/// perhaps.
fn bounds<'a>(history: &History, operations: &[&'a Operation]) -> Result<Vec<Bound<'a>>, Trouble> {
    enum Event {
        Begun(i64),
        Certain(i64),
        ReadBegins(usize),
        ReadEnds(usize),
    }
    let mut events: Vec<(i64, Event)> = Vec::new();
    let mut reads: Vec<(&Operation, i64, Sums)> = Vec::new();
    for operation in operations {
        if operation.function == Function::Add {
            let number = added(history, operation)?;
            events.push((operation.call.place, Event::Begun(number)));
            events.extend(operation.ok_at().map(|at| (at, Event::Certain(number))));
        } else if let Some(end) = operation.ok_at() {
            let number = read(history, operation)?;
            events.push((operation.call.place, Event::ReadBegins(reads.len())));
            events.push((end, Event::ReadEnds(reads.len())));
            reads.push((operation, number, Sums::default()));
        }
    }
    events.sort_by_key(|(place, _)| *place);
    let (mut begun, mut certain) = (Sums::default(), Sums::default());
    let mut found = Vec::with_capacity(reads.len());
    for (_, event) in events {
        match event {
            Event::Begun(number) => begun.add(number),
            Event::Certain(number) => certain.add(number),
            Event::ReadBegins(place) => reads[place].2 = certain,
            Event::ReadEnds(place) => {
                let (read, number, sure) = reads[place];
                found.push((read, number, sure.up + begun.down, begun.up + sure.down));
            }
        }
    }
    Ok(found)
}

fn added(history: &History, operation: &Operation) -> Result<i64, Trouble> {
    match operation.written() {
        Value::Null => Ok(1),
        number => number.as_i64().ok_or_else(|| {
            let what = format!("`{}` of {}", operation.function, super::trouble::short(&number.to_string()));
            history.trouble(operation, what, "what is added has to be a whole number")
        }),
    }
}

fn read(history: &History, operation: &Operation) -> Result<i64, Trouble> {
    match &operation.result {
        Value::Null => Ok(0),
        number => number.as_i64().ok_or_else(|| {
            let what = format!("a read gave {}", super::trouble::short(&number.to_string()));
            history.trouble_at_end(operation, what, "a counter's read has to give a whole number")
        }),
    }
}
