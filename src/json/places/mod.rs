//! Values out of one text by several JSONPaths (RFC 9535).
//!
//! Paths that name one place (`$.items[3].id`) are read in one pass that checks all of the text and builds no tree. If
//! there is a path of any other form, the text is read into a tree and all paths look into it. Both ways read by the same
//! grammar, so that a text is JSON for all paths or for none.

mod singular;
mod tree;

use super::scan::Scanner;
use super::{JsonError, JsonPath, Value as Json};
use singular::Place;
use tree::Node;

/// JSONPaths that are looked for in the same texts.
#[derive(Debug, Default)]
pub struct Paths {
    all: Vec<Path>,
    tree: Node,
    general: bool,
}

#[derive(Debug)]
enum Path {
    Singular(Vec<Place>),
    General(Box<JsonPath>),
}

impl Paths {
    /// Adds a path; its first match will be at the number returned. The error says what is wrong with it.
    pub fn add(&mut self, text: &str) -> Result<usize, String> {
        let number = self.all.len();
        let path = match singular::parse(text) {
            Some(places) => {
                self.tree.add(&places, number);
                Path::Singular(places)
            }
            None => {
                self.general = true;
                let path = JsonPath::parse(text)
                    .map_err(|error| format!("`{text}` is not a JSONPath (RFC 9535): {error}"))?;
                Path::General(Box::new(path))
            }
        };
        self.all.push(path);
        Ok(number)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts the first match of each path into `found`, by number. Nothing is found in what is not JSON.
    ///
    /// # Errors
    /// If `body` as a whole is not JSON; with the place.
    pub fn find(&self, body: &[u8], found: &mut Vec<Option<Json>>) -> Result<(), JsonError> {
        found.clear();
        found.resize(self.all.len(), None);
        let result =
            if self.general { self.find_in_tree(body, found) } else { self.find_in_passing(body, found) };
        if result.is_err() {
            found.fill(None);
        }
        result
    }

    fn find_in_passing(&self, body: &[u8], found: &mut [Option<Json>]) -> Result<(), JsonError> {
        let mut scanner = Scanner::new(body)?;
        self.tree.read(&mut scanner, found)?;
        scanner.end()
    }

    fn find_in_tree(&self, body: &[u8], found: &mut [Option<Json>]) -> Result<(), JsonError> {
        let tree = Json::parse(body)?;
        for (path, found) in self.all.iter().zip(found) {
            *found = match path {
                Path::Singular(places) => singular::look(&tree, places).cloned(),
                Path::General(path) => path.query(&tree).first().copied().cloned(),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    macro_rules! json {
        ($($value:tt)+) => { Json::from(serde_json::json!($($value)+)) };
    }

    fn find(paths: &[&str], body: &str) -> Result<Vec<Option<Json>>, JsonError> {
        let mut all = Paths::default();
        for path in paths {
            all.add(path).expect(path);
        }
        let mut found = Vec::new();
        all.find(body.as_bytes(), &mut found).map(|()| found)
    }

    #[test]
    fn one_pass_finds_all() {
        let body = r#" {"skip": [1, {"a": 2}], "a": {"b": ["x", "y", {"c": null}]}, "a2": "é\n", "n": 1.5} "#;
        let found = find(
            &[
                "$.a.b[1]",
                "$.a.b[2].c",
                "$['a2']",
                "$.n",
                "$.a.b",
                "$.a.b[9]",
                "$.none",
                "$.n.deeper",
                "$.a.b[1]",
            ],
            body,
        );
        assert_eq!(
            found.expect("is JSON"),
            [
                Some(json!("y")),
                Some(json!(null)),
                Some(json!("é\n")),
                Some(json!(1.5)),
                Some(json!(["x", "y", {"c": null}])),
                None,
                None,
                None,
                Some(json!("y")),
            ]
        );
    }

    #[test]
    fn general_paths_give_their_first_match() {
        let body = r#"{"items": [{"id": 1, "ok": false}, {"id": 2, "ok": true}]}"#;
        let found = find(&["$.items[?@.ok == true].id", "$..id", "$.items[-1].id", "$.items[0].id"], body);
        assert_eq!(found.expect("is JSON"), [Some(json!(2)), Some(json!(1)), Some(json!(2)), Some(json!(1))]);
    }

    #[test]
    fn the_last_of_equal_keys_counts_as_in_a_tree() {
        let body = r#"{"a": {"b": 1}, "a": {"c": 2}}"#;
        assert_eq!(find(&["$.a.b", "$.a.c"], body).expect("is JSON"), [None, Some(json!(2))]);
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        for body in [
            "",
            "<html>",
            "{\"a\": 1",
            "{} x",
            "{\"a\":7,\"b\":[{\"c\":1},{\"d\"",
            "{\"a\":7}<html>",
            "{\"a\":7,\"b\":\"\\x\"}",
            "{\"a\":7,\"b\":\"\\ud800\"}",
            "{\"a\":7,\"b\":01}",
            "{\"a\":7,\"b\":tru}",
            "{\"a\":7,}",
            "{\"a\":7,\"b\":\"\t\"}",
        ] {
            let fast = find(&["$.a"], body).expect_err(body);
            let general = find(&["$..a"], body).expect_err(body);
            assert_eq!(fast, general, "{body}");
        }
        let mut found = Vec::new();
        let mut paths = Paths::default();
        paths.add("$.a").expect("a path");
        let error = paths.find(b"{\"a\":7,\n\"b\":\"Andr\xe9\"}", &mut found).expect_err("Latin-1");
        assert_eq!(error.to_string(), "the byte 0xe9 is not UTF-8 at line 2 column 10");
        assert_eq!(found, [None], "nothing is found in what is not JSON");
        let mut paths = Paths::default();
        let error = paths.add("items[0]").expect_err("no $");
        assert!(error.contains("`items[0]` is not a JSONPath"), "{error}");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i32>().prop_map(|number| Json::from(i64::from(number))),
            "[a-c\"\\\\é]{0,4}".prop_map(|text: String| Json::from(text)),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from_iter),
                prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(Json::Object),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_fast_way_finds_what_the_general_way_finds(
            body in any_json(),
            paths in prop::collection::vec(prop::collection::vec(prop_oneof![
                "[a-c]".prop_map(|key| format!(".{key}")),
                "[a-c]".prop_map(|key| format!("['{key}']")),
                (0..4usize).prop_map(|index| format!("[{index}]")),
            ], 0..4), 1..5),
        ) {
            let paths: Vec<String> = paths.iter().map(|parts| format!("${}", parts.concat())).collect();
            let texts: Vec<&str> = paths.iter().map(String::as_str).collect();
            let fast = find(&texts, &body.to_string()).expect("is JSON");
            for (path, fast) in paths.iter().zip(fast) {
                let general = JsonPath::parse(path).expect("is a path");
                prop_assert_eq!(fast.as_ref(), general.query(&body).first().copied(), "{}", path);
            }
        }
    }
}
