//! `monotonic-reads`: no client reads something older than it read before.
//!
//! Values that are written are ordered by their writes; lists and texts that only grow by what they hold; numbers that only
//! grow by their size.

use super::judgement::count;
use super::older::{Ages, of_key};
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::verify::Verdict;
use serde_json::Value;
use std::collections::HashMap;

/// The checker.
pub struct MonotonicReads;

impl Checker for MonotonicReads {
    fn name(&self) -> &'static str {
        "monotonic-reads"
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Read, Function::Write, Function::Cas, Function::Add, Function::Append]
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name(), history);
        let initial = options.initial.clone().unwrap_or(Value::Null);
        let (mut judged, mut wrong) = (0, 0);
        for (key, places) in history.by_key() {
            let operations = of_key(history, &places);
            let is_put =
                |operation: &&Operation| matches!(operation.function, Function::Write | Function::Cas);
            let written = operations.iter().any(is_put);
            let ages = Ages::of(history, &operations, &initial)?;
            let falls = operations.iter().any(|operation| takes_away(operation));
            let mut before: HashMap<u32, &Operation> = HashMap::new();
            let mut wrong_here = 0;
            let reads = operations
                .iter()
                .filter(|operation| operation.function == Function::Read && operation.is_ok());
            for read in reads {
                let Some(earlier) = before.insert(read.process, read) else { continue };
                let backwards = if written {
                    Some(ages.is_older(&read.result, &earlier.result))
                } else {
                    shrank(&earlier.result, &read.result, falls)
                };
                judged += u64::from(backwards.is_some());
                if backwards == Some(true) {
                    wrong_here += 1;
                    let (told, earlier) =
                        (describe::operation(history, read), describe::operation(history, earlier));
                    judgement.show(format!("{}{told}, older than {earlier}", describe::key(history, key)));
                }
            }
            if wrong_here > 0 {
                wrong += wrong_here;
                judgement.wrong_key(&history.keys[key as usize]);
            }
        }
        let reads = count(judged, "read");
        Ok(match (judged, wrong) {
            (0, _) => judgement
                .say(Verdict::Unknown, "no client read a key twice with values that can be compared."),
            (_, 0) => {
                judgement.say(Verdict::Pass, format!("{reads} after an earlier one, none of them older."))
            }
            _ => judgement
                .say(Verdict::Fail, format!("{wrong} of {reads} gave something older than an earlier one.")),
        })
    }
}

fn takes_away(operation: &Operation) -> bool {
    operation.function == Function::Add && operation.written().as_f64().is_some_and(|number| number < 0.0)
}

/// Whether something that only grows is smaller than before; nothing if that cannot be said.
fn shrank(earlier: &Value, later: &Value, falls: bool) -> Option<bool> {
    match (earlier, later) {
        (Value::Null, _) => Some(false),
        (_, Value::Null) => Some(!falls),
        (Value::Array(earlier), Value::Array(later)) => {
            let later: std::collections::HashSet<String> = later.iter().map(Value::to_string).collect();
            Some(earlier.iter().any(|element| !later.contains(&element.to_string())))
        }
        (Value::String(earlier), Value::String(later)) => Some(!later.starts_with(earlier.as_str())),
        (Value::Number(earlier), Value::Number(later)) if !falls => {
            Some(later.as_f64().zip(earlier.as_f64()).is_some_and(|(later, earlier)| later < earlier))
        }
        _ => None,
    }
}
