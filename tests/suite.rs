//! Many runs as a user meets them: several at once, `report` of several, `compare`, `prove`, and what CI systems read.

mod support;

use serde_json::Value;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::{Desk, ended, replies};

/// A server whose replies take as long as it is told, in milliseconds.
fn server() -> (String, Arc<AtomicU64>) {
    let delay = Arc::new(AtomicU64::new(0));
    let told = delay.clone();
    let address = replies(move |path| {
        std::thread::sleep(Duration::from_millis(told.load(Ordering::Relaxed)));
        (if path == "/broken" { 503 } else { 200 }, "{}".to_owned())
    });
    (address, delay)
}

/// A plan of two seconds; the second objective stands on line 16.
fn plan(address: &str) -> String {
    format!(
        r#"name = "two seconds"
claim = "It answers."
seed = 7
[target]
url = "http://{address}"
[load]
rate = "60/s"
for = "2s"
[[flow]]
name = "ask"
[[flow.step]]
name = "one"
get = "/"
[[objective]]
expect = "availability >= 50%"
[[objective]]
id = "fast"
expect = "p50 < 100ms"
"#
    )
}

/// Each has reports and state of its own, as on a machine of a CI system. Whoever ends first must leave the others' processes
/// alone, although they began in the same second; so must whoever strikes one of its own.
#[test]
fn runs_of_one_plan_that_begin_together_do_not_touch_each_other() {
    let plan = r#"
name = "two nodes"
seed = 7
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${shakedown}", "demo-shop", "node", "--name", "${instance}", "--db", "${run}/shop.db", "--port", "${port}"]
instances = 2
ready = { http = "/health/ready", within = "30s" }
[target]
url = "http://${node-1.address}"
[load]
rate = "20/s"
for = "1s"
[[flow]]
name = "look"
[[flow.step]]
name = "look"
get = "/products?limit=1"
expect = { status = 200 }
[[fault]]
id = "dies"
at = "200ms"
for = "600ms"
kill = { service = "node", index = 2 }
[[objective]]
expect = "availability >= 100%"
"#;
    let begun: Vec<_> = (1..=4)
        .map(|seconds| {
            let desk = Desk::new();
            desk.file("plan.toml", plan);
            let longer = format!("load.for={seconds}s");
            let mut run = desk.command(&["run", "plan.toml", "--quiet", "--set", &longer]);
            (run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts"), desk)
        })
        .collect();
    for (run, _desk) in begun {
        let (code, told, error) = ended(&run.wait_with_output().expect("it ends"));
        assert_eq!(code, 0, "{told}{error}");
    }
}

#[test]
fn several_runs_have_a_page_and_can_be_compared() {
    let desk = Desk::new();
    let (address, delay) = server();
    desk.file("plan.toml", &plan(&address));
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "a"]).0, 0);
    delay.store(150, Ordering::Relaxed);
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "b"]).0, 1);

    let (code, told, error) = desk.run(&["report", "a", "b"]);
    assert_eq!(code, 0, "{error}");
    assert_eq!(told.lines().last(), Some("index.html"), "{told}");
    let page = desk.read("index.html");
    assert_eq!(
        (page.matches("class=\"spark\"").count(), page.matches("/report.html\"").count()),
        (1, 2),
        "{page}"
    );
    assert!(page.contains("two seconds") && page.contains("1 plans, 2 runs"), "{page}");

    let (code, shown, error) = desk.run(&["compare", "a", "b", "--markdown", "c.md", "--html", "c.html"]);
    assert_eq!(code, 0, "without a gate nothing fails: {error}");
    assert!(shown.contains("B breaks what A kept: fast."), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    for file in ["c.md", "c.html"] {
        assert!(desk.read(file).contains("B breaks what A kept: fast."), "{file}");
    }
    let gate = |a: &str, b: &str| desk.run(&["compare", a, b, "--fail-on-regression", "5%"]).0;
    assert_eq!(gate("a", "b"), 1, "a promise is broken");
    assert_eq!(gate("a", "a"), 2, "one run a side concludes nothing");
    let run = desk.runs("a")[0].display().to_string();
    let (_, json, _) = desk.run(&["compare", "--a", &run, "--b", "b", "--json"]);
    let found: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&found["verdict"], &found["a"]["verdicts"]["pass"]), (&"fail".into(), &1.into()));
}

#[test]
fn runs_of_different_experiments_are_not_compared() {
    let desk = Desk::new();
    let (address, _) = server();
    desk.file("plan.toml", &plan(&address));
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "a"]).0, 0);
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "b", "--set", "load.rate=30/s"]).0, 0);
    let (code, _, error) = desk.run(&["compare", "a", "b"]);
    assert_eq!(code, 64, "{error}");
    assert!(error.contains("different texts of the plan") && error.contains("--anyway"), "{error}");
    assert_eq!(desk.run(&["compare", "a", "b", "--anyway"]).0, 0);
    for wrong in [&["compare", "a"][..], &["compare", "a", "nowhere"], &["compare", "--a", "a"], &["report"]]
    {
        assert_eq!(desk.run(wrong).0, 64, "{wrong:?}");
    }
}

#[test]
fn github_gets_annotations_at_the_plans_lines_and_a_step_summary() {
    let desk = Desk::new();
    let (address, delay) = server();
    delay.store(150, Ordering::Relaxed);
    desk.file("plans/plan.toml", &plan(&address));
    desk.file("summary.md", "before\n");
    let github = |arguments: &[&str]| {
        let output = desk
            .command(arguments)
            .env("GITHUB_STEP_SUMMARY", desk.path().join("summary.md"))
            .env("GITHUB_WORKSPACE", desk.path())
            .output()
            .expect("runs");
        support::ended(&output)
    };
    let (code, told, error) = github(&["run", "plans/plan.toml", "--quiet", "--github"]);
    assert_eq!(code, 1, "{error}");
    let expected = "::error file=plans/plan.toml,line=16,col=1,title=FAIL fast::";
    assert!(told.lines().any(|line| line.starts_with(expected)), "{told}");
    assert_eq!(told.lines().filter(|line| line.starts_with("::error")).count(), 1, "{told}");
    let summary = desk.read("summary.md");
    assert!(summary.starts_with("before\n## FAIL: two seconds\n"), "{summary}");

    let run = desk.runs("reports")[0].display().to_string();
    let (code, _, errors) = github(&["verify", &run, "--json", "--github"]);
    assert_eq!(code, 1);
    assert!(errors.contains(expected), "with --json they stand on standard error: {errors}");
    assert_eq!(desk.read("summary.md").matches("## FAIL: two seconds").count(), 2);
    desk.file("summary.md", &"x".repeat(1 << 20));
    let (_, _, errors) = github(&["verify", &run, "--quiet", "--github"]);
    assert!(errors.contains("no step summary") && errors.contains("room left"), "{errors}");
}

/// A shop of one node, as the quickstart has it; its counter-run makes every reply late.
const SHOP: &str = r#"name = "a small shop"
claim = "Replies come at once."
seed = 7
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${shakedown}", "demo-shop", "node", "--name", "${instance}", "--db", "${run}/shop.db", "--port", "${port}"]
ready = { http = "/health/ready", within = "20s" }
[target]
url = "http://${node.address}"
[load]
rate = "30/s"
for = "2s"
[[flow]]
name = "buy"
[[flow.step]]
name = "look"
get = "/products?limit=20"
expect = { status = 200 }
extract = { product = "$.items[3].id" }
[[flow.step]]
name = "order"
post = "/orders"
header = { Idempotency-Key = "${uuid:order}" }
json = { product = "${product}", quantity = 1 }
expect = { status = [200, 201] }
[[objective]]
id = "at-once"
expect = "p50 < 300ms"
step = "order"
[counter]
why = "nodes answer late"
set = { "stack.service.node.env.MINISHOP_REPLY_LATE" = "400ms" }
fails = ["at-once"]
"#;

#[test]
fn a_claim_is_proven_by_its_run_and_its_counter_run() {
    let desk = Desk::new();
    desk.file("plans/L1-at-once.toml", SHOP);
    // Its counter-run changes nothing, so that it cannot fail.
    desk.file("plans/L2-blind.toml", &SHOP.replace("\"400ms\"", "\"1ms\""));
    let (code, told, error) = desk.run(&["prove", "l1", "L2", "--quiet"]);
    assert_eq!(code, 1, "{told}\n{error}");
    assert!(told.contains("1 of 2 claims are proven, 1 failed, 0 are open."), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
    assert!(
        error.contains("[1/4] L1 (L1-at-once), run 1") && error.contains("at-once failed, as it must"),
        "{error}"
    );

    let folder = told.lines().last().expect("a path").trim_end_matches("/prove.md").to_owned();
    let lines: Vec<Value> = desk
        .read(&format!("{folder}/results.jsonl"))
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let verdicts: Vec<&str> = lines.iter().filter_map(|line| line["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["pass", "pass", "pass", "fail"]);
    assert!(
        desk.read(&format!("{folder}/prove.md")).contains("| L1 | PASS | 1 of 1 passed | 1 of 1 failed |")
    );
    assert!(
        desk.read(&format!("{folder}/prove.csv"))
            .lines()
            .nth(2)
            .is_some_and(|row| row.starts_with("L2,fail,1,1,0,1,"))
    );
    assert!(desk.read(&format!("{folder}/index.html")).contains("a small shop (counter-run)"));
    assert_eq!(desk.runs(&folder).len(), 4, "a run folder each");

    let (code, told, error) = desk.run(&["prove", "L1", "L2", "--quiet", "--resume", "--times", "1"]);
    assert_eq!(code, 1, "{error}");
    assert!(error.contains("4 results of before count") && !error.contains("[1/"), "{error}");
    assert!(told.contains("1 of 2 claims are proven"), "{told}");
    let (code, told, _) = desk.run(&["prove", "L1", "--quiet", "--resume", &folder, "--json"]);
    assert_eq!(code, 0);
    let proof: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!((&proof["rows"][0]["claim"], &proof["rows"][0]["verdict"]), (&"L1".into(), &"pass".into()));
}

#[test]
fn what_cannot_be_proven_is_told_before_anything_runs() {
    let desk = Desk::new();
    desk.file("plans/L1-at-once.toml", SHOP);
    desk.file("plans/D3-wrong.toml", &SHOP.replace("rate =", "raet ="));
    let (code, _, error) = desk.run(&["prove", "X9"]);
    assert_eq!(code, 64);
    assert!(error.contains("`X9`") && error.contains("D3, L1"), "{error}");
    let (code, _, error) = desk.run(&["prove"]);
    assert_eq!(code, 64);
    assert!(error.contains("D3-wrong.toml:13:1") && error.contains("raet"), "{error}");
    assert_eq!(desk.run(&["prove", "L1", "--resume"]).0, 64, "there is nothing to go on with");
    assert!(!desk.path().join("reports").exists());
}

#[test]
fn annotations_of_a_record_point_into_the_file_that_was_included() {
    let desk = Desk::new();
    let (address, delay) = server();
    delay.store(150, Ordering::Relaxed);
    let whole = plan(&address);
    let (head, objectives) = whole.split_once("[[objective]]").expect("objectives");
    desk.file("plans/shared/promises.toml", &format!("[[objective]]{objectives}"));
    desk.file("plans/plan.toml", &format!("include = [\"shared/promises.toml\"]\n{head}"));
    let (code, told, error) =
        desk.run(&["run", "plans/plan.toml", "--quiet", "--github", "--set", "load.rate=50/s"]);
    assert_eq!(code, 1, "{error}");
    let expected = "::error file=plans/shared/promises.toml,line=3,col=1,title=FAIL fast::";
    assert!(told.lines().any(|line| line.starts_with(expected)), "{told}");
    let run = desk.runs("reports")[0].display().to_string();
    let (code, again, error) = desk.run(&["verify", &run, "--quiet", "--github"]);
    assert_eq!(code, 1, "{error}");
    assert!(again.lines().any(|line| line.starts_with(expected)), "{again}");
}

/// A plan whose counter-run makes the server's path one that fails.
const COUNTER: &str = r#"
[counter]
why = "the path is broken"
set = { "flow.ask.step.one.get" = "/broken" }
fails = ["availability >= 50%"]
may_fail = ["fast"]
"#;

#[test]
fn a_counter_run_that_failed_as_named_is_green_in_every_output() {
    let desk = Desk::new();
    let (address, _) = server();
    desk.file("plan.toml", &(plan(&address) + COUNTER));
    let (code, told, error) = desk.run(&["run", "plan.toml", "--counter", "--github"]);
    assert_eq!(code, 0, "{told}\n{error}");
    assert!(told.contains("PASS     two seconds (counter-run)\n"), "{told}");
    assert!(told.contains("availability >= 50% failed, as it must: the path is broken."), "{told}");
    assert!(told.contains("EXPECTED  all operations"), "{told}");
    assert!(told.contains("::notice ") && !told.contains("::error "), "{told}");
    assert!(!told.contains("FAIL"), "{told}");

    let folder = desk.runs("reports")[0].clone();
    let run = folder.display().to_string();
    let (code, json, _) = desk.run(&["verify", &run, "--json"]);
    assert_eq!(code, 0, "a record is judged as its run was");
    let found: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&found["verdict"], &found["counter"]), (&"pass".into(), &"".into()));
    let promise = &found["objectives"][0];
    assert_eq!((&promise["verdict"], &promise["role"]), (&"fail".into(), &"must-fail".into()));
    let junit = std::fs::read_to_string(folder.join("junit.xml")).expect("there");
    assert!(!junit.contains("<failure") && junit.contains("failed, as the counter-run must"), "{junit}");
    let summary = std::fs::read_to_string(folder.join("summary.md")).expect("there");
    assert!(summary.starts_with("## PASS: two seconds (counter-run)"), "{summary}");
    assert!(!summary.contains("FAIL"), "{summary}");
    let page = std::fs::read_to_string(folder.join("report.html")).expect("there");
    assert!(page.contains("EXPECTED") && !page.contains(" FAIL</span>"), "the page");
    assert_eq!(desk.run(&["report", "reports", "--quiet"]).0, 0);
    assert!(desk.read("reports/index.html").contains("1 passed, 0 failed"));
}

#[test]
fn a_counter_run_that_did_not_fail_is_red_in_every_output() {
    let desk = Desk::new();
    let (address, _) = server();
    desk.file("plan.toml", &(plan(&address) + &COUNTER.replace("/broken", "/other")));
    let (code, told, error) = desk.run(&["run", "plan.toml", "--counter", "--github"]);
    assert_eq!(code, 1, "{told}\n{error}");
    assert!(told.contains("FAIL     two seconds (counter-run)\n"), "{told}");
    assert!(told.contains("::error ") && told.contains("title=FAIL availability >= 50%"), "{told}");
    let junit = std::fs::read_to_string(desk.runs("reports")[0].join("junit.xml")).expect("there");
    assert!(junit.contains("<failure"), "{junit}");
}

#[test]
fn runs_that_differ_by_their_seed_alone_are_compared() {
    let desk = Desk::new();
    let (address, _) = server();
    desk.file("plan.toml", &plan(&address));
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "a"]).0, 0);
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "b", "--set", "seed=8"]).0, 0);
    let (code, told, error) = desk.run(&["compare", "a", "b"]);
    assert_eq!(code, 0, "{error}");
    assert!(told.contains("the seeds are 7 and 8"), "{told}");
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "c", "--set", "load.rate=30/s"]).0, 0);
    let (code, _, error) = desk.run(&["compare", "a", "c"]);
    assert_eq!(code, 64);
    assert!(error.contains("`load.rate` is \"60/s\" and \"30/s\""), "{error}");
}

#[test]
fn what_was_sent_stands_in_the_jtl_and_the_report() {
    let desk = Desk::new();
    let (address, _) = server();
    let steps = plan(&address).replace("get = \"/\"", "get = \"/balance/acc-${int(1..50):account}?full=1\"");
    desk.file("plan.toml", &steps);
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--jtl"]).0, 0);
    let folder = desk.runs("reports")[0].clone();
    let jtl = std::fs::read_to_string(folder.join("results.jtl")).expect("there");
    let urls: Vec<&str> = jtl.lines().skip(1).filter_map(|line| line.split(',').nth(13)).collect();
    assert_eq!(urls.len(), 120);
    assert!(urls.iter().all(|url| url.starts_with("/balance/acc-") && url.ends_with("?full=1")), "{urls:?}");
    assert!(!jtl.contains("${"), "{jtl}");
    let page = std::fs::read_to_string(folder.join("report.html")).expect("there");
    assert!(page.contains("?full=1 (for example)"), "the steps' table shows a request that was sent");

    // Asked for afterwards: what the record does not hold is left out, and the plan's text is not put in its place.
    assert_eq!(desk.run(&["run", "plan.toml", "--quiet", "--reports", "other"]).0, 0);
    let folder = desk.runs("other")[0].clone();
    assert_eq!(desk.run(&["report", &folder.display().to_string(), "--jtl", "--quiet"]).0, 0);
    let jtl = std::fs::read_to_string(folder.join("results.jtl")).expect("there");
    assert!(!jtl.contains("${"), "{jtl}");
}

#[test]
fn nothing_that_a_plan_or_a_server_says_steers_the_terminal() {
    let desk = Desk::new();
    let address = replies(|_| (200, "{\"t\":\"\u{1b}]0;title\u{7}\u{1b}[31m\u{202e}\"}".to_owned()));
    let text = plan(&address).replace(
        "id = \"fast\"\nexpect = \"p50 < 100ms\"",
        "id = \"esc \\u001b[31m id\\nline two\"\nexpect = \"availability >= 100%\"",
    );
    desk.file(
        "plan.toml",
        &text.replace("get = \"/\"", "get = \"/\"\nexpect = { json = { \"$.t\" = \"no\" } }"),
    );
    let (code, told, error) = desk.run(&["run", "plan.toml", "--github"]);
    assert_eq!(code, 1, "{error}");
    let run = desk.runs("reports")[0].display().to_string();
    let (_, again, errors) = desk.run(&["verify", &run]);
    for text in [told, error, again, errors] {
        let steers =
            |letter: char| letter != '\n' && letter != '\t' && (letter.is_control() || letter == '\u{202e}');
        assert!(!text.contains(steers), "{text:?}");
        assert!(text.is_empty() || !text.contains("\nline two"), "{text}");
    }
}
