//! Faults that prove nothing: nothing was touched by them.

use super::scene::{Run, run};
use super::support::Desk;

/// A shop of two processes, with a fault on the link that its traffic takes, or on one that nothing takes.
fn plan(link: &str, more: &str) -> String {
    format!(
        r#"name = "a slow link"
seed = 7
[stack]
kind = "processes"
[[stack.service]]
name = "node"
command = ["${{shakedown}}", "demo-shop", "node", "--db", "${{run}}/shop.db", "--port", "${{port}}"]
ready = {{ http = "/health/ready", within = "20s" }}
[[stack.link]]
name = "used"
to = "node"
[[stack.link]]
name = "idle"
to = "node"
[target]
url = "http://${{link.used.address}}"
[load]
rate = "60/s"
for = "3s"
max_lateness = "5s"
[[flow]]
name = "look"
[[flow.step]]
name = "list"
get = "/products?limit=5"
[[fault]]
id = "slow"
at = "500ms"
for = "1500ms"
toxic = {{ link = "{link}", type = "latency", attributes = {{ latency = 20 }} }}
{more}
[[objective]]
id = "all-along"
expect = "availability >= 99%"
[[objective]]
id = "through-it"
expect = "availability >= 99%"
window = "fault(slow)"
"#
    )
}

/// A run in which the machine did not stand still: that alone would make it Unknown. At most five are tried.
fn undisturbed(desk: &Desk, plan: &str) -> Run {
    let mut found = run(desk, plan, &[]);
    for _ in 0..4 {
        if !found.assessment["generator"]["reason"].to_string().contains("did not run") {
            break;
        }
        found = run(desk, plan, &[]);
    }
    found
}

#[test]
fn what_was_felt_was_survived() {
    let desk = Desk::new();
    undisturbed(&desk, &plan("used", "")).passes().expect("through-it", "pass", "");
}

#[test]
fn nothing_is_kept_through_a_fault_that_touched_nothing() {
    let desk = Desk::new();
    let found = undisturbed(&desk, &plan("idle", ""));
    assert_eq!((found.verdict(), found.code), ("unknown", 2));
    found.expect("through-it", "unknown", "struck 0 of 0 connections on link idle").expect(
        "all-along",
        "pass",
        "",
    );
}

#[test]
fn a_fault_that_may_miss_takes_nothing_from_the_verdict() {
    let desk = Desk::new();
    undisturbed(&desk, &plan("idle", "may_miss = true")).passes();
}
