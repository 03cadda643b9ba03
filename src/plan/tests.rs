//! Whole plans: those of the repository, round trips, and plans that somebody damaged.

use super::*;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The plan in the design notes.
fn example() -> String {
    let design = std::fs::read_to_string(root().join("docs/design.md")).expect("docs/design.md");
    let (_, after) = design.split_once("```toml\n").expect("a plan in the design");
    after.split_once("```").expect("its end").0.to_owned()
}

fn plans() -> Vec<(String, String)> {
    let mut all = vec![("docs/design.md".to_owned(), example())];
    for entry in std::fs::read_dir(root().join("plans")).expect("plans/") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            all.push((path.display().to_string(), std::fs::read_to_string(&path).expect("a plan")));
        }
    }
    assert!(all.len() > 1, "plans/ is empty");
    all
}

/// All of a plan, to the last digit. Not its JSON: that would hide what serializing loses.
fn value(plan: &Plan) -> String {
    format!("{plan:#?}")
}

/// Fails with the first line in which two plans differ.
fn assert_same(name: &str, one: &Plan, other: &Plan) {
    let (one, other) = (value(one), value(other));
    let differs = one.lines().zip(other.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(differs.is_none() && one.len() == other.len(), "{name}: {differs:?}");
}

fn read(name: &str, text: &str) -> Loaded {
    load_text(name, text, &root().join("plans"), &[]).unwrap_or_else(|wrong| panic!("{name}: {wrong}"))
}

#[test]
fn every_plan_of_the_repository_is_right() {
    for (name, text) in plans() {
        let loaded = read(&name, &text);
        assert_eq!(loaded.warnings, [], "{name}");
        let folded = text.contains("\ninclude");
        assert!(folded || loaded.text == text, "{name}: nothing is folded: the text stays as it is");
    }
}

#[test]
fn every_plan_of_the_repository_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    for (name, text) in plans() {
        // What a file includes is folded into it first: a file alone may lack what another brings.
        let json: serde_json::Value = toml::from_str(&read(&name, &text).text).expect("TOML");
        let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{name}");
    }
    let typo = serde_json::json!({ "name": "x", "loads": {} });
    assert!(!validator.is_valid(&typo), "a schema that takes everything says nothing");
}

#[test]
fn the_quickstart_can_be_proved_wrong() {
    let plan = load(&root().join("plans/quickstart.toml"), &[]).expect("the quickstart").plan;
    assert_eq!(plan.counters.0.len(), 1);
}

/// Every key of the model at least once, with values that no default has.
const EVERYTHING: &str = include_str!("everything.toml");

#[test]
fn a_plan_written_back_reads_as_the_same_plan() {
    let everything = parse("everything", EVERYTHING).unwrap_or_else(|wrong| panic!("{wrong}"));
    let plans = plans().into_iter().map(|(name, text)| (read(&name, &text).plan, name));
    for (plan, name) in plans.chain([(everything, "everything".to_owned())]) {
        let written = toml::to_string(&plan).unwrap_or_else(|error| panic!("{name}: {error}"));
        let again = parse("written", &written).unwrap_or_else(|wrong| panic!("{name}: {wrong}\n{written}"));
        assert_same(&name, &again, &plan);
    }
}

#[test]
fn everything_is_everything() {
    let keys = |shape: &serde_json::Value| -> Vec<String> {
        shape["properties"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
    };
    let schema = schema();
    let mut missing = Vec::new();
    for shape in schema["$defs"].as_object().expect("definitions").values().chain([&schema]) {
        let named = |key: &String| {
            EVERYTHING.lines().any(|line| {
                line.split_once(" = ").is_some_and(|(before, _)| before.trim() == key)
                    || line.contains(&format!("{{ {key} = "))
                    || line.contains(&format!(", {key} = "))
                    || line.contains(&format!("[{key}"))
                    || line.contains(&format!(".{key}]"))
            })
        };
        missing.extend(keys(shape).into_iter().filter(|key| !named(key)));
    }
    assert_eq!(missing, ["include"], "everything.toml lacks keys of the model");
}

#[test]
fn overrides_fold_into_the_text() {
    let set = |text: &str| Override::parse(text).expect(text);
    let overrides = [
        set("load.stages.1.rate=300/s"),
        set("stack.service.node.env.IDEMPOTENCY=1"),
        set("flow.buy.step.order.retry.attempts=2"),
        set("fault.node-dies.kill={ service = \"node\", index = [1, 2] }"),
        set("objective.recovers.expect=recovery <= 4s"),
        set("target.header.\"X-Dotted.Name\"=yes"),
        set("stack.service[0].instances=5"),
    ];
    let file = root().join("plans/quickstart.toml");
    let loaded = load(&file, &overrides).unwrap_or_else(|wrong| panic!("{wrong}"));
    let plan = &loaded.plan;
    assert_eq!(plan.load.stages[1].rate, Some(units::Rate(300.0)));
    assert_eq!(plan.stack.services[0].env["IDEMPOTENCY"].source(), "1");
    assert_eq!(plan.flows[0].steps[1].retry.as_ref().map(|retry| retry.attempts), Some(2));
    assert_eq!(plan.target.header["X-Dotted.Name"].source(), "yes");
    assert_eq!(plan.stack.services[0].instances, 5);
    let again = load_text("written", &loaded.text, &root(), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_same("overridden", &again.plan, plan);
    assert_eq!(loaded.sources.origin("load.stages[1].rate").to_string(), "--set load.stages.1.rate=300/s");
}

#[test]
fn counters_are_tried() {
    let text =
        example().replace("\"stack.service.node.env.IDEMPOTENCY\" = \"off\"", "\"load.rat\" = \"5/s\"");
    let wrong =
        load_text("p.toml", &text, Path::new(""), &[]).expect_err("a path that leads nowhere").to_string();
    assert!(wrong.contains("there is no key `rat` in `load`") && wrong.contains("`rate`"), "{wrong}");
    let text = example()
        .replace("\"stack.service.node.env.IDEMPOTENCY\" = \"off\"", "\"fault.node-dies.at\" = \"90s\"");
    let wrong = load_text("p.toml", &text, Path::new(""), &[]).expect_err("a fault too late").to_string();
    assert!(wrong.contains("with these changes") && wrong.contains("after the end of the load"), "{wrong}");
}

#[test]
fn numbers_keep_their_text() {
    let text = "name = \"x\"\n[target]\nurl = \"http://127.0.0.1:1\"\n[load]\nrate = \"1/s\"\nfor = \"1s\"\n[[flow]]\nname = \"f\"\n\
        [[flow.step]]\nname = \"s\"\npost = \"/\"\njson = { a = 1.10, b = [+2.50, 1e5], c = 7 }\n[[objective]]\nexpect = \"availability >= 1%\"\n";
    let json = |loaded: &Loaded| loaded.plan.flows[0].steps[0].json.clone().expect("a body").to_string();
    let loaded = load_text("p.toml", text, Path::new(""), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(json(&loaded), r#"{"a":1.10,"b":[2.50,1e5],"c":7}"#);
    let set = Override::parse("flow.f.step.s.json.c=9.00").expect("a change");
    let changed = load_text("p.toml", text, Path::new(""), &[set]).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(json(&changed), r#"{"a":1.10,"b":[2.50,1e5],"c":9.00}"#);
    let again =
        load_text("p.toml", &changed.text, Path::new(""), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert_eq!(json(&again), json(&changed), "also as the text that the record keeps");
}

#[test]
fn a_number_beyond_toml_is_told() {
    let text = example().replace("seed  = 7", "seed  = 18446744073709551615");
    let wrong = load_text("p.toml", &text, Path::new(""), &[]).expect_err("too large").to_string();
    assert!(wrong.contains("p.toml:3:9: error: the number 18446744073709551615 is too large"), "{wrong}");
    let set = Override { path: "seed".into(), value: u64::MAX.into() };
    assert!(load_text("p.toml", &example(), Path::new(""), &[set]).is_err());
}

mod damaged {
    use super::*;
    use proptest::prelude::*;

    /// Words that mean something to a plan.
    const WORDS: &[&str] = &[
        "\"\"",
        "0",
        "-1",
        "1e400",
        "nan",
        "true",
        "[]",
        "{}",
        "[[",
        "]]",
        "\"${\"",
        "\"${x}\"",
        "\"${env:}\"",
        "=",
        ".",
        "\"1000000h\"",
        "\"0/s\"",
        "\"99999999999999999/s\"",
        "at",
        "after = \"node-dies\"",
        "\n[flow]\n",
        "\n[[load]]\n",
        "9223372036854775807",
        "1979-05-27",
        "\"\\u0000\"",
        "ä",
        "include = [\".\"]\n",
        "'",
        "\"p99.9 < 1s\"",
        "4294967295",
    ];

    fn check_one(text: &str) {
        let places = match load_text("p.toml", text, Path::new("/nowhere"), &[]) {
            Ok(loaded) => loaded.warnings,
            Err(wrong) => {
                assert!(wrong.has_errors(), "refused without a reason");
                wrong.0
            }
        };
        for place in places {
            if let Origin::File { line, column, .. } = place.origin {
                assert!(line as usize <= text.lines().count() + 1 && column >= 1);
            }
            assert!(!place.message.is_empty());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bytes_changed_anywhere_never_panic(
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..30, 0usize..4), 1..4),
        ) {
            let mut text = example();
            for (place, cut, word) in edits {
                let start = text.floor_char_boundary(place.index(text.len().max(1)));
                let end = text.floor_char_boundary((start + cut).min(text.len()));
                text.replace_range(start..end, WORDS[(start + word) % WORDS.len()]);
            }
            check_one(&text);
        }

        #[test]
        fn values_changed_anywhere_never_panic(
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
        ) {
            let mut lines: Vec<String> = EVERYTHING.lines().map(str::to_owned).collect();
            for (line, word) in edits {
                let line = &mut lines[line.index(EVERYTHING.lines().count())];
                if let Some((key, _)) = line.split_once(" = ") {
                    *line = format!("{key} = {}", WORDS[word.index(WORDS.len())]);
                }
            }
            check_one(&lines.join("\n"));
        }

        #[test]
        fn any_override_never_panics(path in "[a-z.\\[\\]\"0-9]{0,20}", value in "[ -~]{0,12}") {
            if let Ok(change) = Override::parse(&format!("{path}={value}")) {
                let _ = load_text("p.toml", &example(), Path::new("/nowhere"), &[change]);
            }
        }
    }
}
