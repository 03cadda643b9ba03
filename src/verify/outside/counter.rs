//! `counter`: every read lies between what must have been added and what may have been.
//!
//! Weaker than `linearizable --model counter`, and linear in time: each read is judged by itself.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use crate::verify::{Amount, Verdict};

/// The checker.
pub struct Counter;

/// A sum of additions, what was taken away apart from the rest.
#[derive(Clone, Default)]
struct Sums {
    up: Amount,
    down: Amount,
}

impl Sums {
    fn add(&mut self, number: &Amount) {
        let side = if number.is_negative() { &mut self.down } else { &mut self.up };
        *side = &*side + number;
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
            None => Amount::default(),
            Some(value) => whole(value).ok_or_else(|| Trouble {
                file: history.name.clone(),
                line: None,
                column: None,
                what: format!("a counter cannot begin with {value}"),
                help: "give --initial a whole number".into(),
            })?,
        };
        let (mut reads, mut wrong) = (0, 0);
        for (key, places) in history.by_key() {
            let operations: Vec<&Operation> =
                places.iter().map(|place| &history.operations[*place]).collect();
            let mut key_is_wrong = false;
            for (read, number, low, high) in bounds(history, &operations)? {
                reads += 1;
                let (low, high) = (&initial + &low, &initial + &high);
                if number < low || number > high {
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

type Bound<'a> = (&'a Operation, Amount, Amount, Amount);

fn whole(value: &Value) -> Option<Amount> {
    value.as_number().filter(|number| number.is_whole()).and_then(Amount::of)
}

/// Each read with its bounds: what was acknowledged before it began counts for certain, what was begun before it ended
/// perhaps.
fn bounds<'a>(history: &History, operations: &[&'a Operation]) -> Result<Vec<Bound<'a>>, Trouble> {
    enum Event {
        Begun(Amount),
        Certain(Amount),
        ReadBegins(usize),
        ReadEnds(usize),
    }
    let mut events: Vec<(i64, Event)> = Vec::new();
    let mut reads: Vec<(&Operation, Amount, Sums)> = Vec::new();
    for operation in operations {
        if operation.function == Function::Add {
            let number = added(history, operation)?;
            events.push((operation.call.place, Event::Begun(number.clone())));
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
            Event::Begun(number) => begun.add(&number),
            Event::Certain(number) => certain.add(&number),
            Event::ReadBegins(place) => reads[place].2 = certain.clone(),
            Event::ReadEnds(place) => {
                let (read, number, sure) = &reads[place];
                found.push((*read, number.clone(), &sure.up + &begun.down, &begun.up + &sure.down));
            }
        }
    }
    Ok(found)
}

fn added(history: &History, operation: &Operation) -> Result<Amount, Trouble> {
    match operation.written() {
        Value::Null => Ok(Amount::one()),
        number => whole(number).ok_or_else(|| {
            let what = format!("`{}` of {}", operation.function, super::trouble::short(&number.to_string()));
            history.trouble(operation, what, "what is added has to be a whole number")
        }),
    }
}

fn read(history: &History, operation: &Operation) -> Result<Amount, Trouble> {
    match &operation.result {
        Value::Null => Ok(Amount::default()),
        number => whole(number).ok_or_else(|| {
            let what = format!("a read gave {}", super::trouble::short(&number.to_string()));
            history.trouble_at_end(operation, what, "a counter's read has to give a whole number")
        }),
    }
}
