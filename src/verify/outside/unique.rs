//! `unique-ids`: no two operations were given the same value.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::verify::Verdict;
use std::collections::HashMap;

/// The checker.
pub struct UniqueIds;

impl Checker for UniqueIds {
    fn name(&self) -> &'static str {
        "unique-ids"
    }

    fn knows(&self) -> &'static [Function] {
        &[] // Whatever ended well with a value was given an id.
    }

    fn judge(&self, history: &History, _options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name(), history);
        let mut first: HashMap<(u32, String), &Operation> = HashMap::new();
        let mut wrong_keys: Vec<u32> = Vec::new();
        let (mut given, mut doubled) = (0, 0);
        for operation in
            history.operations.iter().filter(|operation| operation.is_ok() && !operation.result.is_null())
        {
            given += 1;
            let id = (operation.key, operation.result.to_string());
            match first.get(&id) {
                None => {
                    first.insert(id, operation);
                }
                Some(other) => {
                    doubled += 1;
                    if !wrong_keys.contains(&operation.key) {
                        wrong_keys.push(operation.key);
                        judgement.wrong_key(&history.keys[operation.key as usize]);
                    }
                    let (key, told) =
                        (describe::key(history, operation.key), describe::operation(history, operation));
                    judgement.show(format!("{key}{told}; so did {}", describe::operation(history, other)));
                }
            }
        }
        Ok(match (given, doubled) {
            (0, _) => judgement.say(Verdict::Unknown, "no operation ended with an id."),
            (_, 0) => judgement.say(Verdict::Pass, format!("{} given, each once.", count(given, "id"))),
            _ => judgement.say(Verdict::Fail, format!("{doubled} of {} given before.", count(given, "id"))),
        })
    }
}
