//! What can be done to a file, and to the seals of a folder.

use proptest::prelude::*;
use serde_json::{Value, json};

/// What is done to one file. Places are shares of its length.
#[derive(Clone, Debug)]
pub enum Edit {
    /// These bytes are changed by these masks.
    Flip(Vec<(f64, u8)>),
    /// Only the beginning is left.
    Cut(f64),
    /// Only the end is left.
    Behead(f64),
    /// Something follows.
    Append(Vec<u8>),
    /// A stretch is there twice.
    Repeat(f64, f64),
    /// A stretch is zero.
    Blank(f64, f64),
    /// The file is gone.
    Remove,
    /// It holds what this one holds.
    PutInPlace(String),
    /// A text is another.
    Replace(String, String),
    /// A value of its JSON is nonsense: which one, and which nonsense.
    Nonsense(f64, usize),
}

/// What is done to the seals, so that the damage is not found by them.
#[derive(Clone, Copy, Debug)]
pub enum Forgery {
    /// Every seal is made anew.
    Sealed,
    /// There is none, as in a run that was killed.
    Unsealed,
}

impl Arbitrary for Forgery {
    type Parameters = ();
    type Strategy = BoxedStrategy<Forgery>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Forgery> {
        prop_oneof![Just(Forgery::Sealed), Just(Forgery::Unsealed)].boxed()
    }
}

/// What a hand may write in the place of a value.
fn nonsense(number: usize) -> Value {
    let all = [
        Value::Null,
        json!(-1),
        json!(0),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e308),
        json!(""),
        json!("nonsense"),
        json!([]),
        json!({}),
        json!(true),
        json!(65_535),
        json!(999_999_999_999_999_i64),
    ];
    all[number % all.len()].clone()
}

/// Any damage.
pub fn damage() -> impl Strategy<Value = Edit> {
    let share = || 0.0..1.0_f64;
    let other = prop_oneof![
        Just("operations.arrows"),
        Just("histograms.arrows"),
        Just("samples.arrows"),
        Just("events.jsonl"),
        Just("run.json"),
        Just("final-orders-0.arrows"),
    ];
    prop_oneof![
        3 => prop::collection::vec((share(), 1_u8..), 1..4).prop_map(Edit::Flip),
        2 => share().prop_map(Edit::Cut),
        1 => share().prop_map(Edit::Behead),
        1 => prop::collection::vec(any::<u8>(), 1..40).prop_map(Edit::Append),
        1 => (share(), share()).prop_map(|(from, to)| Edit::Repeat(from, to)),
        1 => (share(), share()).prop_map(|(from, to)| Edit::Blank(from, to)),
        1 => Just(Edit::Remove),
        1 => other.prop_map(|name| Edit::PutInPlace(name.to_owned())),
        4 => (share(), 0_usize..14).prop_map(|(place, which)| Edit::Nonsense(place, which)),
    ]
}

impl Edit {
    /// The file afterwards; nothing if it is gone. `other` gives the content of another file.
    pub fn apply(&self, bytes: &[u8], other: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let at = |share: f64| ((bytes.len() as f64 * share) as usize).min(bytes.len());
        let stretch = |one: f64, two: f64| at(one.min(two))..at(one.max(two));
        let mut after = bytes.to_vec();
        match self {
            Edit::Flip(masks) => {
                for (place, mask) in masks {
                    if let Some(byte) = after.get_mut(at(*place)) {
                        *byte ^= mask;
                    }
                }
            }
            Edit::Cut(share) => after.truncate(at(*share)),
            Edit::Behead(share) => drop(after.drain(..at(*share))),
            Edit::Append(more) => after.extend(more),
            Edit::Repeat(from, to) => {
                let stretch = stretch(*from, *to);
                let again = bytes[stretch.clone()].to_vec();
                drop(after.splice(stretch.end..stretch.end, again));
            }
            Edit::Blank(from, to) => after[stretch(*from, *to)].fill(0),
            Edit::Remove => return None,
            Edit::PutInPlace(name) => return other(name),
            Edit::Replace(from, to) => {
                let text = String::from_utf8_lossy(bytes);
                assert!(text.contains(from.as_str()), "there is no `{from}` to replace");
                after = text.replace(from.as_str(), to).into_bytes();
            }
            Edit::Nonsense(place, which) => after = edited(bytes, *place, nonsense(*which)),
        }
        Some(after)
    }
}

/// A JSON file, or one line of JSON lines, with another value in one place; other files are flipped.
fn edited(bytes: &[u8], place: f64, value: Value) -> Vec<u8> {
    if let Ok(mut whole) = serde_json::from_slice::<Value>(bytes) {
        set(&mut whole, place, value);
        return serde_json::to_vec_pretty(&whole).expect("JSON");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Edit::Flip(vec![(place, 0x40)]).apply(bytes, |_| None).expect("a flip leaves the file");
    };
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let number = (lines.len() as f64 * place) as usize;
    if let Some(line) = lines.get_mut(number) {
        let mut json: Value = serde_json::from_str(line).unwrap_or_default();
        set(&mut json, (place * 7.0).fract(), value);
        *line = json.to_string();
    }
    (lines.join("\n") + "\n").into_bytes()
}

/// Puts a value in the place of one of those inside.
fn set(json: &mut Value, place: f64, value: Value) {
    let pointers = pointers(json);
    let chosen = &pointers[(pointers.len() as f64 * place) as usize % pointers.len()];
    *json.pointer_mut(chosen).expect("it was found there") = value;
}

/// The JSON pointers of every value inside, its own last.
fn pointers(json: &Value) -> Vec<String> {
    let below: Vec<(String, &Value)> = match json {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let inside = |(key, value): &(String, &Value)| {
        pointers(value).into_iter().map(|rest| format!("/{key}{rest}")).collect::<Vec<_>>()
    };
    below.iter().flat_map(inside).chain([String::new()]).collect()
}
