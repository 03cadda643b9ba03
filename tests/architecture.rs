//! The house keeps its rooms: who may use whom, what a room never touches, and how large a file may be.
//!
//! The tables are those of `docs/design.md`; change both or neither.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms it may use. `stats` stands for all of it, `stats::Histogram` only for buckets and histograms.
const MAY_USE: &[(&str, &[&str])] = &[
    ("json", &[]),
    ("tabular", &["json"]),
    ("plan", &["json", "tabular"]),
    ("event", &["plan"]),
    ("stats", &["event"]),
    ("record", &["event", "plan", "stats"]),
    ("stack", &["plan", "event"]),
    ("http", &["event"]),
    ("flow", &["json", "tabular", "plan", "event", "http"]),
    ("load", &["plan", "flow", "event", "stats"]),
    ("proxy", &[]),
    ("netfault", &[]),
    ("chaos", &["plan", "stack", "event", "proxy", "netfault"]),
    (
        "run",
        &[
            "json", "tabular", "plan", "event", "stats", "record", "stack", "http", "flow", "load", "proxy",
            "chaos",
        ],
    ),
    ("verify", &["json", "plan", "event", "record", "stats"]),
    ("report", &["plan", "event", "record", "stats", "verify"]),
    ("suite", &["plan", "stats", "run", "record", "verify", "report"]),
    (
        "cli",
        &[
            "json", "plan", "event", "stats", "record", "stack", "load", "netfault", "proxy", "chaos", "run",
            "verify", "report", "suite",
        ],
    ),
];

/// Words that a room's code never contains.
const NEVER: &[(&str, &[&str])] = &[
    ("json", &["tokio", "std::net", "f32"]),
    ("tabular", &["tokio", "std::fs", "std::net"]),
    ("plan", &["tokio", "reqwest", "std::net::Tcp", "Instant", "SystemTime"]),
    ("event", &["tokio", "std::net", "println"]),
    ("stats", &["tokio", "std::fs", "std::net", "std::io", "Instant", "SystemTime"]),
    ("record", &["tokio", "quantile", "Quantile", "Verdict", "reqwest"]),
    ("stack", &["crate::load", "crate::chaos"]),
    ("http", &["crate::flow", "Pacer"]),
    ("flow", &["Pacer", "crate::load"]),
    ("load", &["crate::chaos", "stdout", "println", "quantile", "Quantile"]),
    ("netfault", &["tokio", "reqwest", "crate::plan", "crate::event", "std::process::Command"]),
    ("chaos", &["crate::load"]),
    ("run", &["Verdict", "crate::verify"]),
    ("verify", &["tokio", "reqwest", "std::net", "SystemTime", "Instant"]),
    ("report", &["tokio", "reqwest", "std::net", "Instant"]),
];

/// Lines of a file, of a function; and how many files must stay below the middle sizes.
const LONGEST_FILE: usize = 500;
const LONG_FILE: usize = 350;
const MEDIAN_FILE: usize = 120;
const LONGEST_FUNCTION: usize = 70;

struct Source {
    room: String,
    path: PathBuf,
    text: String,
}

impl Source {
    /// What is compiled into the program: without the tests at the end.
    fn code(&self) -> &str {
        self.text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or(&self.text)
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).expect("below src").to_owned();
                let room =
                    inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
                found.push(Source { room, text: fs::read_to_string(&path).expect("readable"), path: inside });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 50, "the test looks in the wrong place");
    found
}

/// The rooms that a line of code names: `crate::stats::…`, or `crate::{stats, plan}`.
fn rooms_named(code: &str) -> Vec<String> {
    let mut named = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for rest in line.split("crate::").skip(1) {
            if let Some(list) = rest.strip_prefix('{') {
                let list = list.split('}').next().unwrap_or(list);
                named.extend(
                    list.split(',').map(|name| name.trim().split("::").next().unwrap_or("").to_owned()),
                );
            } else {
                named.push(
                    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned(),
                );
            }
        }
    }
    named
}

#[test]
fn every_room_uses_only_what_it_may() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(allowed) = table.get(source.room.as_str()) else { continue };
        for named in rooms_named(source.code()) {
            if table.contains_key(named.as_str())
                && named != source.room
                && !allowed.contains(&named.as_str())
            {
                wrong.push(format!("{}: uses `{named}`", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "rooms that use what they may not:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_is_a_room() {
    let table: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    for source in sources() {
        let top = source.path.components().count() == 1;
        assert!(
            top || table.contains_key(source.room.as_str()),
            "{} is in no room of the table",
            source.path.display()
        );
    }
}

#[test]
fn no_room_touches_what_it_never_does() {
    let table: BTreeMap<_, _> = NEVER.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        for word in table.get(source.room.as_str()).copied().unwrap_or_default() {
            for (number, line) in source.code().lines().enumerate() {
                let code = line.split("//").next().unwrap_or(line);
                if code.contains(word) {
                    wrong.push(format!("{}:{}: `{word}`", source.path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "rooms that touch what they never do:\n{}", wrong.join("\n"));
}

#[test]
fn files_are_small() {
    let sources = sources();
    let mut sizes: Vec<_> =
        sources.iter().map(|source| (source.code().lines().count(), &source.path)).collect();
    sizes.sort();
    let (largest, path) = sizes[sizes.len() - 1];
    assert!(largest <= LONGEST_FILE, "{} has {largest} lines", path.display());
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= MEDIAN_FILE, "the median file has {median} lines");
    let long: Vec<_> = sizes.iter().filter(|(lines, _)| *lines > LONG_FILE).collect();
    assert!(long.len() * 10 <= sizes.len(), "more than a tenth of the files are long: {long:?}");
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (line, name, length) in functions(source.code()) {
            if length > LONGEST_FUNCTION {
                wrong.push(format!("{}:{line}: fn {name} has {length} lines", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "long functions:\n{}", wrong.join("\n"));
}

/// Functions by the formatter's indentation: from the line with `fn` to the closing brace at the same depth.
fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let depth = line.len() - code.len();
        let Some(place) = code.find("fn ") else { continue };
        let before = code[..place].split_whitespace();
        if !before
            .clone()
            .all(|word| word.starts_with("pub") || matches!(word, "async" | "const" | "unsafe" | "super)"))
        {
            continue;
        }
        let name = code[place + 3..].split(['(', '<']).next().unwrap_or("").to_owned();
        let close = format!("{}}}", " ".repeat(depth));
        let end = lines[number..].iter().position(|line| *line == close);
        if let (Some(end), false) = (end, line.ends_with(';') || line.ends_with('}')) {
            found.push((number + 1, name, end + 1));
        }
    }
    found
}

#[test]
fn the_ruler_itself_measures() {
    let code = "impl X {\n    pub fn a(&self) {\n        b();\n    }\n}\n\npub(super) async fn c() {\n}\n";
    assert_eq!(functions(code), [(2, "a".to_owned(), 3), (7, "c".to_owned(), 2)]);
    assert_eq!(rooms_named("use crate::{plan, run::Job};\nlet x = crate::http::y;"), ["plan", "run", "http"]);
}
