//! The public suites (skipped with a message where they are not beside the project), and that all readers agree.

use super::*;
use proptest::prelude::*;
use std::path::PathBuf;

/// A folder of public test data; nothing, with a message, if it is not there.
fn data(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// What the reader of single places and the reader of trees say of a text.
fn both_ways(text: &[u8]) -> [Result<Vec<Option<Value>>, JsonError>; 2] {
    ["$.a", "$..a"].map(|path| {
        let mut paths = Paths::default();
        paths.add(path).expect(path);
        paths.add("$").expect("$");
        let mut found = Vec::new();
        paths.find(text, &mut found).map(|()| found.split_off(1))
    })
}

#[test]
fn the_parsing_suite_is_kept_by_every_reader() {
    let Some(folder) = data("json/test_parsing") else { return };
    let (mut accepted, mut refused) = (0, 0);
    for file in std::fs::read_dir(folder).expect("the suite") {
        let file = file.expect("a file").path();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read(&file).expect("readable");
        let tree = Value::parse(&text);
        match name.as_bytes()[0] {
            b'y' => assert!(tree.is_ok(), "{name}: {tree:?}"),
            b'n' => assert!(tree.is_err(), "{name}"),
            _ => {}
        }
        accepted += u64::from(tree.is_ok());
        refused += u64::from(tree.is_err());
        let [single, general] = both_ways(&text);
        assert_eq!(single, general, "{name}");
        assert_eq!(tree.map(|value| vec![Some(value)]), general, "{name}");
    }
    assert!(accepted > 90 && refused > 180, "{accepted} {refused}");
}

#[test]
fn the_compliance_suite_of_json_path_is_kept() {
    let Some(file) = data("jsonpath/cts.json") else { return };
    let suite = Value::parse(&std::fs::read(file).expect("readable")).expect("JSON");
    let tests = suite.get("tests").and_then(Value::as_array).expect("tests");
    let mut wrong = Vec::new();
    for test in tests {
        let text = |name: &str| test.get(name).and_then(Value::as_str);
        let (name, selector) = (text("name").expect("a name"), text("selector").expect("a selector"));
        let path = JsonPath::parse(selector);
        if test.get("invalid_selector").is_some() {
            if path.is_ok() {
                wrong.push(format!("{name}: `{selector}` is taken"));
            }
            continue;
        }
        let path = match path {
            Ok(path) => path,
            Err(error) => {
                wrong.push(format!("{name}: `{selector}`: {error}"));
                continue;
            }
        };
        let document = test.get("document").expect("a document");
        let selected: Value = path.query(document).into_iter().cloned().collect();
        let several = test.get("results").and_then(Value::as_array).into_iter().flatten();
        if !test.get("result").into_iter().chain(several).any(|wanted| *wanted == selected) {
            wrong.push(format!("{name}: `{selector}` selects {selected}"));
        }
    }
    assert!(tests.len() > 600, "{}", tests.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), tests.len(), wrong.join("\n"));
}

#[test]
fn filters_compare_numbers_exactly() {
    let text = br#"[{"id":18446744073709551617},{"id":18446744073709551619},{"id":1.10},{"id":1.1}]"#;
    let tree = Value::parse(text).expect("JSON");
    let ids = |path: &str| {
        let path = JsonPath::parse(path).expect(path);
        path.query(&tree).into_iter().map(|one| one.get("id").expect("an id").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(ids("$[?@.id == 18446744073709551617]"), ["18446744073709551617"]);
    assert_eq!(ids("$[?@.id > 18446744073709551617]"), ["18446744073709551619"]);
    assert_eq!(ids("$[?@.id == 110e-2]"), ["1.10", "1.1"]);
}

#[test]
fn a_byte_order_mark_is_passed_over_at_the_beginning_only() {
    assert_eq!(Value::parse(b"\xef\xbb\xbf{\"a\":1}").expect("JSON").get("a"), Some(&Value::from(1_i64)));
    let error = Value::parse(b"\xef\xbb\xbf{\"a\":}").expect_err("no value");
    assert_eq!((error.byte, error.column), (8, 6));
    assert!(Value::parse(b"[1,\xef\xbb\xbf2]").expect_err("inside").what.contains("\\u{feff}"));
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Value::parse(nested(DEEPEST).as_bytes()).is_ok());
    for error in both_ways(nested(DEEPEST + 1).as_bytes()) {
        assert!(error.expect_err("too deep").what.contains("nested deeper than 512"));
    }
}

#[test]
fn errors_have_their_place() {
    for (text, wanted) in [
        ("{\"a\":1,\n \"b\":[1,}", "a value is expected, and `}` stands there at line 2 column 9"),
        ("{\"ä\":tru}", "a value is expected, and `t` stands there at line 1 column 6"),
        ("{\"a\":1", "the text ends in the middle of a value at line 1 column 7"),
        ("{\"a\":1} x", "something follows the JSON value at line 1 column 9"),
        ("[01]", "`,` or `]` is expected, and `1` stands there at line 1 column 3"),
        ("[1.]", "`1.` is not a number at line 1 column 2"),
        ("[\"\\ud83d\"]", "`\\ud83d` is half of a surrogate pair: no text holds it at line 1 column 3"),
        ("[\"a\tb\"]", "the control character U+0009 stands in a string at line 1 column 4"),
    ] {
        assert_eq!(Value::parse(text.as_bytes()).expect_err(text).to_string(), wanted);
    }
}

proptest! {
    #[test]
    fn all_readers_and_serde_json_agree_on_damaged_texts(
        text in r#"(\{"a":(1|-0\.5e3|"x\\u00e9"|\[1, 2\]|null)(, ?"b":(true|"y"|\{\}))?\}|\[("s"|1e9|\{"a":[0-9]{1,30}\}),? ?\])"#,
        place: prop::sample::Index,
        byte in prop::option::of(any::<u8>()),
        cut: bool,
    ) {
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        if let Some(byte) = byte {
            bytes[place] = byte;
        }
        if cut {
            bytes.truncate(place);
        }
        let [single, general] = both_ways(&bytes);
        prop_assert_eq!(&single, &general);
        let tree = Value::parse(&bytes);
        prop_assert_eq!(tree.is_ok(), single.is_ok());
        let other = serde_json::from_slice::<serde_json::Value>(&bytes);
        let out_of_range = other.as_ref().err().is_some_and(|error| error.to_string().contains("out of range"));
        prop_assert!(tree.is_ok() == other.is_ok() || out_of_range, "{:?} {:?}", tree, other);
    }

    #[test]
    fn what_is_printed_reads_back(text in any::<String>(), digits in "-?[1-9][0-9]{0,59}(\\.[0-9]{1,20})?(e-?[0-9]{1,3})?") {
        let number = Number::parse(&digits).expect("a number");
        let value: Value = [Value::String(text), Value::Number(number)].into_iter().collect();
        let printed = value.to_string();
        let read = Value::parse(printed.as_bytes()).expect("JSON");
        prop_assert_eq!(&read, &value);
        prop_assert_eq!(read.to_string(), printed);
    }
}
