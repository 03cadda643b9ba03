//! What the session guarantees have in common: every read of a key is held against what its client knew of it.

use super::judgement::count;
use super::older::{Ages, of_key};
use super::{History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use crate::verify::Verdict;

/// What was found of the reads of one key.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Reads that could be compared.
    pub judged: u64,
    /// A line for each that gave something older.
    pub older: Vec<String>,
}

/// How a checker says what it found.
pub(super) struct Words {
    /// Where nothing could be compared.
    pub none: &'static str,
    /// Which reads were.
    pub after: &'static str,
    /// What is wrong with those that gave something older.
    pub wrong: &'static str,
}

/// Judges key by key: `each` is given the operations of one that may have taken effect, and the ages of its values.
pub(super) fn judge(
    checker: &'static str,
    history: &History,
    options: &Options<'_>,
    words: &Words,
    each: impl Fn(&[&Operation], &Ages) -> Result<Found, Trouble>,
) -> Result<Judgement, Trouble> {
    let mut judgement = Judgement::of(checker, history);
    let initial = options.initial.clone().unwrap_or(Value::Null);
    let (mut judged, mut wrong) = (0, 0);
    for (key, places) in history.by_key() {
        let operations = of_key(history, &places);
        let ages = Ages::of(history, &operations, &initial)?;
        let found = each(&operations, &ages)?;
        judged += found.judged;
        wrong += found.older.len();
        for line in &found.older {
            judgement.show(format!("{}{line}", describe::key(history, key)));
        }
        if !found.older.is_empty() {
            judgement.wrong_key(&history.keys[key as usize]);
        }
    }
    let reads = count(judged, "read");
    let Words { none, after, wrong: what } = words;
    Ok(match (judged, wrong) {
        (0, _) => judgement.say(Verdict::Unknown, *none),
        (_, 0) => judgement.say(Verdict::Pass, format!("{reads} {after}, none of them older.")),
        _ => judgement.say(Verdict::Fail, format!("{wrong} of {reads} {what}.")),
    })
}
