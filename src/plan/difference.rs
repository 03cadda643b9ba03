//! In which values two plans differ.

use toml::{Table, Value};

/// A value that two plans do not share.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The path of the value: `load.rate`, `fault[0].at`. Empty: one of the texts is no TOML.
    pub path: String,
    /// The value in the first plan as TOML; absent: it has none.
    pub first: Option<String>,
    /// The value in the second plan.
    pub second: Option<String>,
}

/// Every value in which two plans' texts differ, in the order of their paths. Comments and layout do not count.
pub fn differences(first: &str, second: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    match (first.parse::<Table>(), second.parse::<Table>()) {
        (Ok(first), Ok(second)) => compare("", &first.into(), &second.into(), &mut found),
        _ if first == second => {}
        _ => found.push(Difference { path: String::new(), first: None, second: None }),
    }
    found
}

fn compare(path: &str, first: &Value, second: &Value, found: &mut Vec<Difference>) {
    let mut pair = |path: String, first: Option<&Value>, second: Option<&Value>| match (first, second) {
        (Some(first), Some(second)) => compare(&path, first, second, found),
        _ => found.push(difference(path, first, second)),
    };
    match (first, second) {
        (Value::Table(first), Value::Table(second)) => {
            let mut keys: Vec<&String> = first.keys().chain(second.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                pair(path, first.get(key), second.get(key));
            }
        }
        (Value::Array(first), Value::Array(second)) => {
            for place in 0..first.len().max(second.len()) {
                pair(format!("{path}[{place}]"), first.get(place), second.get(place));
            }
        }
        (first, second) if first == second => {}
        (first, second) => found.push(difference(path.to_owned(), Some(first), Some(second))),
    }
}

fn difference(path: String, first: Option<&Value>, second: Option<&Value>) -> Difference {
    let shown = |value: &Value| value.to_string();
    Difference { path, first: first.map(shown), second: second.map(shown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(first: &str, second: &str) -> Vec<String> {
        differences(first, second).into_iter().map(|difference| difference.path).collect()
    }

    #[test]
    fn values_count_and_layout_does_not() {
        assert!(paths("a = 1 # one\nb = [1, 2]", "b = [1,\n2]\na = 1").is_empty());
        assert_eq!(
            paths(
                "seed = 1\n[load]\nrate = '1/s'\n[[fault]]\nid = 'a'",
                "seed = 2\n[load]\nrate = '2/s'\nfor = '1s'"
            ),
            ["fault", "load.for", "load.rate", "seed"]
        );
        assert_eq!(paths("a = [1, 2]", "a = [1, 3, 4]"), ["a[1]", "a[2]"]);
        let one = &differences("a = 1", "a = '1'")[0];
        assert_eq!((one.first.as_deref(), one.second.as_deref()), (Some("1"), Some("\"1\"")));
    }

    #[test]
    fn what_is_no_plan_differs_as_a_whole() {
        assert_eq!(paths("a = ", "a = 1"), [""]);
        assert!(paths("a = ", "a = ").is_empty());
    }
}
