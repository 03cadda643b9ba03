//! The reference stack's files: what both compose worlds and both image worlds need of them, checked without a Docker engine.

mod switches;

use serde_yaml_ng::{Mapping, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Keys of a service that docker-compose 1.29 and Compose v2 both know and treat alike.
const SERVICE_KEYS: &[&str] = &[
    "cap_add",
    "command",
    "deploy",
    "environment",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "mem_limit",
    "networks",
    "ports",
    "profiles",
    "restart",
    "stop_grace_period",
    "volumes",
];

/// Variables of the machine, not of a claim: they are in the table of ports and names.
const PLACE: &str = "SHOP_";

fn stack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference-stack")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The compose file with every `${NAME:-default}` replaced by its default, and its anchors merged.
fn compose() -> Mapping {
    let text = read(&stack().join("compose.yaml"));
    let value: Value = serde_yaml_ng::from_str(&with_defaults(&text)).expect("compose.yaml is YAML");
    merged(value).as_mapping().expect("a mapping").clone()
}

/// A value without `<<`: what it names comes in, and what stands beside it wins. (The parser's own `apply_merge` goes one
/// anchor deep.)
fn merged(value: Value) -> Value {
    match value {
        Value::Mapping(mapping) => {
            let mut whole = Mapping::new();
            for (key, value) in mapping {
                match (key.as_str(), merged(value)) {
                    (Some("<<"), Value::Mapping(base)) => {
                        base.into_iter().for_each(|(key, value)| {
                            whole.entry(key).or_insert(value);
                        });
                    }
                    (_, value) => {
                        whole.insert(key, value);
                    }
                }
            }
            Value::Mapping(whole)
        }
        Value::Sequence(list) => Value::Sequence(list.into_iter().map(merged).collect()),
        value => value,
    }
}

fn services() -> Vec<(String, Mapping)> {
    let services = compose()["services"].as_mapping().expect("services").clone();
    let one = |(name, service): (Value, Value)| {
        (name.as_str().expect("a name").to_owned(), service.as_mapping().expect("a service").clone())
    };
    services.into_iter().map(one).collect()
}

/// Every `${NAME…}` of a text: the name and what follows it.
fn variables(text: &str) -> Vec<(String, String)> {
    let code = text.lines().map(|line| if line.trim_start().starts_with('#') { "" } else { line });
    let code: Vec<&str> = code.collect();
    let code = code.join("\n");
    let inside = |rest: &str| {
        let inside = rest.split('}').next().unwrap_or("").to_owned();
        let name = inside.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned();
        (name.clone(), inside[name.len()..].to_owned())
    };
    code.split("${").skip(1).map(inside).collect()
}

fn with_defaults(text: &str) -> String {
    let mut parts = text.split("${");
    let mut whole = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let (inside, rest) = part.split_once('}').expect("`${` is closed");
        whole.push_str(inside.split_once(":-").map_or("", |(_, default)| default));
        whole.push_str(rest);
    }
    whole
}

/// Every file below a folder of the stack.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn the_compose_file_has_only_what_both_worlds_know() {
    let compose = compose();
    for key in compose.keys().map(|key| key.as_str().expect("a text")) {
        assert!(
            key.starts_with("x-") || ["services", "networks", "volumes"].contains(&key),
            "`{key}` at the top: a name or a version is read by one world only"
        );
    }
    for (name, service) in services() {
        for key in service.keys().map(|key| key.as_str().expect("a text")) {
            assert!(
                SERVICE_KEYS.contains(&key),
                "service `{name}`: `{key}` is not known to mean the same in both"
            );
        }
        if let Some(deploy) = service.get("deploy") {
            let keys: Vec<_> = deploy.as_mapping().expect("a mapping").keys().cloned().collect();
            assert_eq!(keys, ["replicas"], "service `{name}`: of `deploy` both know the replicas");
        }
        assert!(service.get("container_name").is_none(), "service `{name}`: names differ; select by label");
        let profiles = service["profiles"].as_sequence().expect("profiles").len();
        assert!(profiles > 0, "service `{name}` would start in every profile");
    }
}

#[test]
fn everything_is_published_on_the_loopback_address_only_and_once() {
    let mut ports = BTreeSet::new();
    for (name, service) in services() {
        let Some(published) = service.get("ports") else { continue };
        for port in published.as_sequence().expect("a list") {
            let port = port.as_str().expect("the short form");
            let rest = port
                .strip_prefix("127.0.0.1:")
                .unwrap_or_else(|| panic!("`{name}` publishes {port} to the world"));
            let (outside, _) = rest.split_once(':').expect("a port outside and one inside");
            assert!(ports.insert(outside.to_owned()), "`{name}`: port {outside} is published twice");
        }
    }
    assert_eq!(ports.len(), 15, "the contract's ports and HAProxy's statistics: {ports:?}");
}

#[test]
fn fixed_addresses_are_unlike_and_outside_the_range_of_those_that_scale() {
    let mut addresses = BTreeSet::new();
    for (name, service) in services() {
        let Some(address) =
            service.get("networks").and_then(|networks| networks["default"]["ipv4_address"].as_str())
        else {
            let replicas = service.get("deploy").map_or(1, |deploy| deploy["replicas"].as_u64().unwrap_or(1));
            assert!(
                replicas > 1 || ["toolbox", "db-settings"].contains(&name.as_str()),
                "`{name}` has no address"
            );
            continue;
        };
        let last: u8 = address.strip_prefix("10.71.0.").expect("in the network").parse().expect("a number");
        assert!((2..128).contains(&last), "`{name}`: {address} could be given to another container");
        assert!(addresses.insert(last), "`{name}`: {address} is taken");
    }
    assert!(addresses.len() >= 18, "{addresses:?}");
}

#[test]
fn health_checks_are_rare_and_memory_is_bounded() {
    let mut sum = 0;
    for (name, service) in services() {
        let replicas = service.get("deploy").map_or(1, |deploy| deploy["replicas"].as_u64().unwrap_or(1));
        let limit = service["mem_limit"].as_str().expect("a limit");
        let megabytes: u64 = limit.strip_suffix('m').expect("in MiB").parse().expect("a number");
        if service["profiles"].as_sequence().expect("profiles").iter().any(|profile| profile == "core") {
            sum += replicas * megabytes;
        }
        let Some(check) = service.get("healthcheck") else { continue };
        let interval =
            check["interval"].as_str().and_then(|text| text.strip_suffix('s')).expect("in seconds");
        let seconds: u64 = interval.parse().expect("a number");
        // Setting a switch waits for this one; it looks for a file, nothing more.
        assert!(seconds >= 10 || name == "db-settings", "`{name}` is looked at every {seconds} s: idle cost");
    }
    assert!(sum <= 4096, "core may take {sum} MiB");
}

#[test]
fn every_switch_is_in_the_readme_with_its_default() {
    let readme = read(&stack().join("README.md"));
    let compose = read(&stack().join("compose.yaml"));
    let mut wrong = Vec::new();
    for (name, rest) in variables(&compose) {
        let Some(default) = rest.strip_prefix(":-") else {
            wrong.push(format!("${{{name}}} has no default"));
            continue;
        };
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}`")));
        match row {
            None => wrong.push(format!("{name} has no row in README.md")),
            Some(row) if !default.is_empty() && !row.contains(&format!("`{default}`")) => {
                wrong.push(format!("{name}: its row does not say that `{default}` is the default"));
            }
            Some(row) if !name.starts_with(PLACE) && row.matches('|').count() < 5 => {
                wrong.push(format!("{name}: its row does not say what it breaks"));
            }
            Some(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dockerfiles_build_with_a_registry_and_without_one() {
    let mut seen = 0;
    for path in files(&stack().join("images")) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.starts_with("Dockerfile") {
            continue;
        }
        seen += 1;
        let text = read(&path);
        let at = path.display();
        let bases: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
        assert!(!bases.is_empty(), "{at}: no FROM");
        for base in &bases {
            let fine = ["${BASE}", "scratch", "${RUST} AS compiled"];
            assert!(fine.contains(base), "{at}: `FROM {base}` cannot be chosen by an argument");
        }
        for forbidden in ["RUN --mount", "COPY --link", "# syntax=", "<<EOF"] {
            assert!(
                !text.contains(forbidden),
                "{at}: `{forbidden}` needs BuildKit, which not every engine has"
            );
        }
        if text.contains("apt-get install") {
            assert!(text.contains("ARG BASE=debian:12-slim"), "{at}: no default base");
            assert!(text.contains("--no-install-recommends"), "{at}: installs what nobody asked for");
            assert!(text.contains("rm -rf /var/lib/apt/lists/*"), "{at}: keeps package lists");
        }
        for source in text.lines().filter_map(|line| line.strip_prefix("COPY ")) {
            if source.starts_with("--from") || source.starts_with(". ") || source.starts_with("refshop ") {
                continue;
            }
            let words: Vec<&str> = source.split_whitespace().collect();
            for word in &words[..words.len() - 1] {
                let wanted = path.parent().expect("a folder").join(word);
                assert!(wanted.exists(), "{at}: copies {word}, which is not there");
            }
        }
    }
    assert_eq!(seen, 9, "Dockerfiles");
}

#[test]
fn scripts_are_started_by_a_shell_and_stop_at_the_first_failure() {
    for path in files(&stack().join("images")) {
        if path.extension().is_some_and(|end| end == "sh") {
            let text = read(&path);
            let starts = text.contains("set -eu") || path.ends_with("upstreams.sh");
            assert!(starts, "{}: goes on after failures", path.display());
            assert!(!text.starts_with("#!"), "{}: is started by `sh`, whatever its mode", path.display());
        }
    }
}

#[test]
fn the_reader_of_variables_reads() {
    let text = "# ${NOT} this\na: ${ONE:-x}.1:${TWO}";
    let expected = [("ONE", ":-x"), ("TWO", "")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(variables(text), expected);
    assert_eq!(with_defaults("a: ${ONE:-x}.1"), "a: x.1");
}
