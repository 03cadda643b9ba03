//! Values out of a JSON body by JSONPath (RFC 9535).
//!
//! Paths that name one place (`$.items[3].id`) are read in one streaming pass that skips all else and builds no tree.
//! If a step has a path of any other form, the body is parsed once and all of the step's paths look into the tree.

mod singular;
mod tree;

use serde_json::Value as Json;
use serde_json_path::JsonPath;
use singular::Place;
use tree::Node;

/// All the paths that one step looks for.
#[derive(Debug, Default)]
pub(super) struct Paths {
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
    pub(super) fn add(&mut self, text: &str) -> Result<usize, String> {
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
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Puts the first match of each path into `found`, by number. The error says why the body is not JSON.
    pub(super) fn find(&self, body: &[u8], found: &mut Vec<Option<Json>>) -> Result<(), serde_json::Error> {
        found.clear();
        found.resize(self.all.len(), None);
        if !self.general {
            return self.tree.read(body, found);
        }
        let tree: Json = serde_json::from_slice(body)?;
        for (path, found) in self.all.iter().zip(found) {
            *found = match path {
                Path::Singular(places) => singular::look(&tree, places).cloned(),
                Path::General(path) => path.query(&tree).first().cloned(),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn find(paths: &[&str], body: &str) -> Result<Vec<Option<Json>>, serde_json::Error> {
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
        for body in ["", "<html>", "{\"a\": 1", "{} x"] {
            assert!(find(&["$.a"], body).is_err(), "{body}");
            assert!(find(&["$..a"], body).is_err(), "{body}");
        }
        let mut paths = Paths::default();
        let error = paths.add("items[0]").expect_err("no $");
        assert!(error.contains("`items[0]` is not a JSONPath"), "{error}");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i32>().prop_map(Json::from),
            "[a-c\"\\\\é]{0,4}".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 40, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| json!(map)),
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
                prop_assert_eq!(fast.as_ref(), general.query(&body).first(), "{}", path);
            }
        }
    }
}
