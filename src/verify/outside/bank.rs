//! `bank` and `conservation`: transfers move what there is; every read of all accounts gives the same sum. `bank` also
//! wants no account below zero.

use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use crate::verify::{Amount, Verdict};

/// The checker.
pub struct Sum {
    /// Its name.
    pub name: &'static str,
    /// Whether an account may be below zero.
    pub may_be_negative: bool,
}

impl Checker for Sum {
    fn name(&self) -> &'static str {
        self.name
    }

    fn knows(&self) -> &'static [Function] {
        &[Function::Read, Function::Transfer]
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let mut judgement = Judgement::of(self.name, history);
        let (mut reads, mut wrong) = (0, 0);
        for (key, places) in history.by_key() {
            let mut total = options.total.clone();
            let mut key_is_wrong = false;
            for place in places {
                let read = &history.operations[place];
                if read.function != Function::Read || !read.is_ok() {
                    continue;
                }
                reads += 1;
                let accounts = accounts(history, read)?;
                let sum: Amount = accounts.iter().map(|(_, balance)| balance).sum();
                let expected = total.get_or_insert_with(|| sum.clone());
                let told =
                    || format!("{}{}", describe::key(history, key), describe::operation(history, read));
                let mut is_wrong = sum != *expected;
                if is_wrong {
                    judgement.show(format!("{}: the sum is {sum}, not {expected}", told()));
                }
                let below =
                    accounts.iter().find(|(_, balance)| balance.is_negative() && !self.may_be_negative);
                if let Some((account, balance)) = below {
                    is_wrong = true;
                    judgement.show(format!("{}: account {account} holds {balance}", told()));
                }
                wrong += u64::from(is_wrong);
                key_is_wrong |= is_wrong;
            }
            if key_is_wrong {
                judgement.wrong_key(&history.keys[key as usize]);
            }
        }
        let moved =
            history.operations.iter().any(|it| it.function == Function::Transfer && it.may_have_happened());
        let expected = if options.total.is_some() { "--total" } else { "the first read" };
        Ok(match (reads, wrong) {
            (0, _) => judgement.say(Verdict::Unknown, "no read returned: nothing could have contradicted."),
            (_, 1..) => {
                let reason = format!("{wrong} of {} contradict {expected}.", count(reads, "read"));
                judgement.say(Verdict::Fail, reason)
            }
            _ if !moved => {
                judgement.say(Verdict::Unknown, "nothing was transferred: no sum could have changed.")
            }
            (1, _) if options.total.is_none() => {
                judgement.say(Verdict::Unknown, "one read and no --total: there is nothing to compare with.")
            }
            _ => {
                judgement.say(Verdict::Pass, format!("{} give the sum of {expected}.", count(reads, "read")))
            }
        })
    }
}

fn amount(balance: &Value) -> Option<Amount> {
    balance.as_number().and_then(Amount::of)
}

/// The accounts of a read: a map of balances, or a list of them.
fn accounts(history: &History, read: &Operation) -> Result<Vec<(String, Amount)>, Trouble> {
    let found: Option<Vec<(String, Amount)>> = match &read.result {
        Value::Object(map) => {
            map.iter().map(|(name, balance)| amount(balance).map(|balance| (name.clone(), balance))).collect()
        }
        Value::Array(list) => {
            let numbered = list.iter().enumerate();
            numbered
                .map(|(place, balance)| amount(balance).map(|balance| (place.to_string(), balance)))
                .collect()
        }
        _ => None,
    };
    found.ok_or_else(|| {
        let what = format!("a read gave {}", super::trouble::short(&read.result.to_string()));
        history.trouble_at_end(read, what, r#"it has to give balances by account: {"a":10,"b":90}"#)
    })
}
