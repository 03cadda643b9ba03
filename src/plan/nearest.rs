//! The known word that was probably meant.

/// The candidate nearest to `word`, if one is near: a third of its letters may be wrong, missing, doubled or swapped.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(3) / 3).min(4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say of a word that is not known: the nearest, else all that are known.
pub(crate) fn instead<'a>(word: &str, what: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {what} here"),
        None => format!("the {what} are {}", listed(known)),
    }
}

/// `a`, `b`, `c`.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours
/// (Damerau 1964, in the restricted form that edits no letter twice).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_missing_wrong_or_swapped_count_one_each() {
        for (a, b, expected) in
            [("", "abc", 3), ("rate", "rate", 0), ("rtae", "rate", 1), ("steps", "step", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn what_is_far_is_not_proposed() {
        assert_eq!(nearest("atempts", ["on", "attempts"]), Some("attempts"));
        assert_eq!(nearest("colour", ["on", "attempts"]), None);
        assert_eq!(nearest("FOR", ["for"]), Some("for"));
        assert!(instead("colour", "keys", ["on", "attempts"]).contains("`on`, `attempts`"));
    }
}
