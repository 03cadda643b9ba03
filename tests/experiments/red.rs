//! The harness goes red: against deliberately broken services, and where it cannot say.

use super::support::{Finished, Lab, ONE_STEP, steady_stack};

/// The quickstart, shortened so that each colour costs seconds.
fn shortened(changes: &[&str]) -> (Finished, Lab) {
    let lab = Lab::new();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/plans/quickstart.toml"))
        .expect("the plan");
    let arguments: Vec<&str> = changes.iter().flat_map(|change| ["--set", change]).collect();
    (lab.run(&text, &arguments), lab)
}

fn failed(run: &Finished) -> Vec<String> {
    let verdict = run.verdict();
    let objectives = verdict["objectives"].as_array().expect("objectives");
    let red = objectives.iter().filter(|objective| objective["verdict"] == "fail");
    red.map(|objective| objective["expect"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn without_retries_users_notice_the_dead_node() {
    let (run, _lab) =
        shortened(&["flow.buy.step.look.retry.attempts=1", "flow.buy.step.order.retry.attempts=1"]);
    run.expect_code(1);
    assert!(failed(&run).iter().any(|expect| expect.starts_with("availability")), "{:?}", failed(&run));
}

#[test]
fn replies_that_come_late() {
    let (run, _lab) = shortened(&["stack.service.node.env.MINISHOP_REPLY_LATE=800ms"]);
    run.expect_code(1);
    assert!(failed(&run).iter().any(|expect| expect.starts_with("p99")), "{:?}", failed(&run));
}

#[test]
fn replies_that_never_come() {
    let (run, _lab) = shortened(&["stack.service.node.env.MINISHOP_NEVER_REPLY=1/20"]);
    run.expect_code(1);
    assert!(!failed(&run).is_empty());
}

#[test]
fn a_fault_that_never_lands_is_unknown() {
    let fault = "[[fault]]\nid = \"never\"\nwhen = \"throughput > 1000000/s\"\nfor = \"1s\"\npause = { service = \"server\" }\n";
    let plan = format!(
        "name = \"never lands\"\n{}[load]\nrate = \"50/s\"\nfor = \"2s\"\n{ONE_STEP}{fault}[[objective]]\nexpect = \"availability >= 99%\"\n",
        steady_stack(1, "ok")
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    run.expect_code(2);
    assert!(run.stdout.contains("never"), "{}", run.stdout);
}

#[test]
fn a_rate_that_is_never_reached_is_unknown() {
    let plan = format!(
        "name = \"too fast\"\n{}[load]\nrate = \"400/s\"\nfor = \"2s\"\nmax_in_flight = 2\n{ONE_STEP}[[objective]]\nexpect = \"p50 < 10s\"\n",
        steady_stack(100, "ok")
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    let verdict = run.verdict();
    assert_eq!(verdict["generator"]["verdict"], "unknown", "{verdict:#}");
    assert!(run.code == 2 || run.code == 1, "{}", run.code);
}

#[test]
fn an_invariant_that_saw_too_little_is_unknown() {
    let plan = format!(
        "name = \"vacuous\"\n{}[load]\nrate = \"100/s\"\nfor = \"2s\"\n{}[[objective]]\nexpect = \"availability >= 90%\"\n\
         [[invariant]]\nid = \"fresh\"\ncheck = \"read-your-writes\"\neffect = \"x\"\nread = \"x\"\n",
        steady_stack(1, "ok"),
        ONE_STEP.replace("expect =", "effect = { kind = \"x\", key = \"${uuid}\" }\nexpect =")
            + "[[flow.step]]\nname = \"read\"\nget = \"/\"\nwhen = \"${user} == 'nobody'\"\nread = { kind = \"x\", key = \"k\" }\n"
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    run.expect_code(2);
    assert_eq!(run.verdict()["invariants"][0]["verdict"], "unknown", "{}", run.stdout);
}

#[test]
fn a_stack_that_does_not_come_up() {
    let plan = "name = \"down\"\n[stack]\nkind = \"processes\"\n[[stack.service]]\nname = \"bad\"\ncommand = [\"sh\", \"-c\", \"echo no config; exit 7\", \"${port}\"]\n\
                [target]\nurl = \"http://${bad.address}\"\n[load]\nrate = \"1/s\"\nfor = \"1s\"\n";
    let lab = Lab::new();
    let run = lab.run(&format!("{plan}{ONE_STEP}"), &[]);
    run.expect_code(3);
    assert!(run.stderr.contains("bad-1") && run.stderr.contains("no config"), "{}", run.stderr);
}
