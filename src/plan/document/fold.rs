//! Includes: other plan files, folded into the one that names them.

use super::merge::{merge, rebase};
use super::parse::{Lines, parse};
use super::{Entry, Node, Value};
use crate::plan::{Diagnostic, Origin};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A document with its includes folded in.
pub(crate) struct Folded {
    /// The tree, where it could be read.
    pub(crate) node: Option<Node>,
    /// The text of the file itself.
    pub(crate) text: String,
    /// Whether anything was included.
    pub(crate) included: bool,
    /// What is wrong with it.
    pub(crate) problems: Vec<Diagnostic>,
}

/// Reads a file and what it includes.
pub(crate) fn fold_file(file: &Path) -> Folded {
    let name: Arc<str> = file.display().to_string().into();
    let start = Origin::File { file: name.clone(), line: 1, column: 1 };
    let help = match name.contains("://") {
        true => "a plan is a file; it names the URL under `[target]`: `url = \"http://127.0.0.1:8080\"`",
        false => "the path is relative to where you are",
    };
    match read(file, &name, &start, help) {
        Ok(text) => {
            let mut folding = Folding::default();
            folding.stack.extend(file.canonicalize());
            folding.finish(&name, text, file.parent().unwrap_or(Path::new("")))
        }
        Err(problem) => Folded { node: None, text: String::new(), included: false, problems: vec![problem] },
    }
}

/// Reads a text and what it includes; relative paths start at `directory`.
pub(crate) fn fold_text(name: &str, text: &str, directory: &Path) -> Folded {
    Folding::default().finish(&name.into(), text.to_owned(), directory)
}

/// Reads a file as text; every way in which that fails is explained at `blame`, with `help` on how files are named there.
fn read(file: &Path, name: &Arc<str>, blame: &Origin, help: &str) -> Result<String, Diagnostic> {
    let bytes = std::fs::read(file).map_err(|error| {
        Diagnostic::error(blame.clone(), format!("`{name}` cannot be read: {error}"), help)
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
        let place = Lines::of(name.clone(), &text).origin(good);
        Diagnostic::error(place, "this byte is not UTF-8", "save the file as UTF-8")
    })
}

#[derive(Default)]
struct Folding {
    /// The files that are being read, each included by the one before.
    stack: Vec<PathBuf>,
    /// Those that have been read: each counts once, however often it is named.
    seen: BTreeSet<PathBuf>,
    problems: Vec<Diagnostic>,
}

impl Folding {
    fn finish(mut self, name: &Arc<str>, text: String, directory: &Path) -> Folded {
        let node = self.fold(name, &text, directory, Path::new(""));
        Folded { node, text, included: !self.seen.is_empty(), problems: self.problems }
    }

    /// `prefix` leads from the outermost plan's directory to this file's.
    fn fold(&mut self, name: &Arc<str>, text: &str, directory: &Path, prefix: &Path) -> Option<Node> {
        let mut node = parse(name, text, &mut self.problems)?;
        let mut folded = Node::table(node.origin.clone());
        let included = node.take("include").map(|entry| self.names(entry)).unwrap_or_default();
        for (file, origin) in included {
            if let Some(other) = self.include(&file, &origin, directory, prefix) {
                merge(&mut folded, other);
            }
        }
        rebase(&mut node, prefix);
        merge(&mut folded, node);
        Some(folded)
    }

    /// The files that an `include` names, each with its place.
    fn names(&mut self, include: Entry) -> Vec<(String, Origin)> {
        let name = |file: &Node| Some((file.text()?.to_owned(), file.origin.clone()));
        let names = match &include.node.value {
            Value::List(list) => list.iter().map(name).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        names.unwrap_or_else(|| {
            let help = "write a list of files: `include = [\"flows.toml\"]`";
            let message = "`include` is not a list of file names";
            self.problems.push(Diagnostic::error(include.node.origin, message, help));
            Vec::new()
        })
    }

    fn include(&mut self, file: &str, origin: &Origin, directory: &Path, prefix: &Path) -> Option<Node> {
        let path = directory.join(file);
        let name: Arc<str> = path.display().to_string().into();
        let text = match read(
            &path,
            &name,
            origin,
            "an include is a file; its path is relative to the plan that names it",
        ) {
            Ok(text) => text,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.stack.contains(&canonical) {
            let message = format!("`{name}` includes itself, directly or through another file");
            self.problems.push(Diagnostic::error(origin.clone(), message, "take one of the includes out"));
            return None;
        }
        if !self.seen.insert(canonical.clone()) {
            return None;
        }
        self.stack.push(canonical);
        let below = Path::new(file).parent().unwrap_or(Path::new(""));
        let node = self.fold(&name, &text, path.parent().unwrap_or(directory), &prefix.join(below));
        self.stack.pop();
        node
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::load;
    use std::path::Path;

    const MAIN: &str = "name = \"main\"\ninclude = [\"shared/flows.toml\", \"shared/more.toml\"]\n\
        [target]\nurl = \"http://127.0.0.1:1\"\n[load]\nrate = \"1/s\"\nfor = \"5s\"\n\
        [[flow]]\nname = \"own\"\n[[flow.step]]\nname = \"s\"\nget = \"/${people.name}\"\n\
        [[objective]]\nexpect = \"availability > 5%\"\n";
    const FLOWS: &str = "name = \"shared\"\nseed = 5\ninclude = [\"deep/feeders.toml\"]\n\
        [target]\nurl = \"http://127.0.0.1:2\"\ntimeout = \"3s\"\nheader = { A = \"1\" }\n\
        [load]\nusers = 5\n[[flow]]\nname = \"theirs\"\n[[flow.step]]\nname = \"s\"\nget = \"/\"\n";
    const MORE: &str = "include = [\"deep/feeders.toml\"]\n[[setup.step]]\nname = \"login\"\npost = \"/\"\n";
    const FEEDERS: &str = "[[feeder]]\nname = \"people\"\nfile = \"people.csv\"\n";

    /// Files in a folder of their own, with one of them changed.
    fn folder(changed: &str, text: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("shared/deep")).expect("a folder");
        for (name, usual) in [
            ("main.toml", MAIN),
            ("shared/flows.toml", FLOWS),
            ("shared/more.toml", MORE),
            ("shared/deep/feeders.toml", FEEDERS),
            ("shared/deep/people.csv", "name\nann\n"),
        ] {
            std::fs::write(folder.path().join(name), if name == changed { text } else { usual }).expect(name);
        }
        folder
    }

    fn wrong(changed: &str, text: &str) -> String {
        let folder = folder(changed, text);
        let messages = load(&folder.path().join("main.toml"), &[]).expect_err("a mistake").to_string();
        messages.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn sections_are_joined_and_the_including_plan_wins() {
        let folder = folder("", "");
        let loaded = load(&folder.path().join("main.toml"), &[]).unwrap_or_else(|wrong| panic!("{wrong}"));
        let plan = &loaded.plan;
        assert_eq!((plan.name.as_str(), plan.seed), ("main", 5));
        let flows: Vec<&str> = plan.flows.iter().map(|flow| flow.name.as_str()).collect();
        assert_eq!(flows, ["theirs", "own"]);
        assert_eq!(plan.target.url.source(), "http://127.0.0.1:1");
        assert_eq!(plan.target.timeout.to_string(), "3s");
        assert_eq!(plan.target.header.len(), 1);
        assert_eq!(plan.load.users, None, "a load is taken as a whole");
        assert_eq!(plan.setup.steps.len(), 1);
        assert_eq!(plan.feeders.len(), 1, "a file that is included twice counts once");
        assert_eq!(plan.feeders[0].file, "shared/deep/people.csv");
        assert!(loaded.sources.origin("flow[0].name").to_string().ends_with("flows.toml:11:8"));
        let again =
            crate::plan::load_text("manifest", &loaded.text, folder.path(), &[]).expect("the folded text");
        assert_eq!(format!("{:?}", again.plan), format!("{plan:?}"));
    }

    #[test]
    fn a_url_in_place_of_a_plan_is_told_where_it_belongs() {
        let told = |name: &str| load(Path::new(name), &[]).expect_err("no plan").to_string();
        assert!(told("http://127.0.0.1:1").contains("it names the URL under `[target]`"));
        assert!(told("none.toml").contains("relative to where you are"));
        let include = wrong("main.toml", &MAIN.replace("shared/more.toml", "http://127.0.0.1:1"));
        assert!(include.contains("an include is a file") && !include.contains("[target]"), "{include}");
    }

    #[test]
    fn mistakes_are_told_in_their_own_file() {
        let messages = wrong("shared/flows.toml", &FLOWS.replace("get = ", "gte = "));
        assert!(messages.starts_with("shared/flows.toml:14:1: error: unknown key `gte`"), "{messages}");
        let messages = wrong("shared/more.toml", "x = = 1");
        assert!(messages.starts_with("shared/more.toml:1:5: error: this is not TOML"), "{messages}");
    }

    #[test]
    fn files_that_are_missing_or_go_round_in_circles_are_told_where_they_are_named() {
        let messages = wrong("main.toml", &MAIN.replace("shared/more.toml", "shared/none.toml"));
        assert!(
            messages.starts_with("main.toml:2:33: error: `shared/none.toml` cannot be read"),
            "{messages}"
        );
        let messages = wrong("shared/more.toml", "include = [\"../main.toml\"]");
        assert!(messages.starts_with("shared/more.toml:1:12: error:"), "{messages}");
        assert!(messages.contains("includes itself"), "{messages}");
        let messages = wrong("shared/more.toml", "include = \"flows.toml\"");
        assert!(messages.contains("`include` is not a list of file names"), "{messages}");
    }

    #[test]
    fn a_file_that_is_not_there_or_not_text_is_told() {
        let missing = load(Path::new("/nowhere/plan.toml"), &[]).expect_err("no file").to_string();
        assert!(
            missing.starts_with("/nowhere/plan.toml:1:1: error: `/nowhere/plan.toml` cannot be read"),
            "{missing}"
        );
        let folder = folder("", "");
        let file = folder.path().join("main.toml");
        std::fs::write(&file, b"name = \"x\"\nclaim = \"\xff\"\n").expect("a file");
        let wrong = load(&file, &[]).expect_err("not UTF-8").to_string();
        assert!(wrong.contains("main.toml:2:10: error: this byte is not UTF-8"), "{wrong}");
    }
}
