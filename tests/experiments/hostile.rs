//! Servers that misbehave: right outcomes, counts and latencies, and no request sent twice unless the plan says so.

use super::support::{Finished, Lab, ONE_STEP, steady_stack};
use shakedown::event::{ErrorKind, Outcome, Sent};

const COUNT: &str = r#"
[[probe]]
name = "count"
get = "/count"
value = "$"
every = "100ms"
"#;

const ANY: &str = "[[objective]]\nid = \"any\"\nexpect = \"availability > 1%\"\n";

struct Seen {
    attempts: u64,
    good: u64,
    outcomes: Vec<(Outcome, ErrorKind, Sent)>,
    longest: f64,
    shortest: f64,
}

fn seen(run: &Finished) -> Seen {
    let mut seen = Seen { attempts: 0, good: 0, outcomes: Vec::new(), longest: 0.0, shortest: f64::MAX };
    for batch in run.record().attempts().expect("attempts") {
        for attempt in batch.expect("a batch").iter() {
            seen.attempts += 1;
            seen.good += u64::from(attempt.good);
            let kind = (attempt.outcome, attempt.error, attempt.sent_state);
            if !seen.outcomes.contains(&kind) {
                seen.outcomes.push(kind);
            }
            let latency = (attempt.end - attempt.intended).as_secs_f64();
            seen.longest = seen.longest.max(latency);
            seen.shortest = seen.shortest.min(latency);
        }
    }
    seen
}

/// The server's own count at the end, as the probe saw it.
fn counted(run: &Finished) -> f64 {
    let samples = run.record().samples().expect("samples");
    samples
        .iter()
        .filter(|sample| sample.name == "count")
        .filter_map(|sample| sample.value)
        .fold(0.0, f64::max)
}

/// Load for a second and a half, so that the probe sees the final count: the last stage asks for next to nothing.
fn load(rate: u32) -> String {
    format!(
        "[load]\ngrace = \"2s\"\nstages = [{{ rate = \"{rate}/s\", for = \"1s\" }}, {{ rate = \"0.001/s\", for = \"1500ms\" }}]\n"
    )
}

#[test]
fn one_that_accepts_and_never_answers() {
    let lab = Lab::new();
    let stack = steady_stack(0, "never").replace("[target]\n", "[target]\ntimeout = \"400ms\"\n");
    let run = lab.run(&format!("name = \"never\"\n{stack}{}{ONE_STEP}{COUNT}{ANY}", load(50)), &[]);
    let seen = seen(&run);
    assert_eq!(seen.outcomes, [(Outcome::Indeterminate, ErrorKind::Timeout, Sent::All)]);
    assert!((50..=51).contains(&seen.attempts), "{}", seen.attempts);
    assert!(seen.shortest >= 0.4 && seen.longest < 0.6, "{} … {}", seen.shortest, seen.longest);
    assert_eq!(counted(&run), seen.attempts as f64);
}

#[test]
fn one_that_resets_every_connection() {
    let lab = Lab::new();
    let run = lab.run(
        &format!("name = \"reset\"\n{}{}{ONE_STEP}{COUNT}{ANY}", steady_stack(0, "reset"), load(100)),
        &[],
    );
    let seen = seen(&run);
    assert_eq!(seen.outcomes, [(Outcome::Indeterminate, ErrorKind::Reset, Sent::All)]);
    assert!((100..=101).contains(&seen.attempts) && seen.good == 0, "{} of {}", seen.good, seen.attempts);
    assert_eq!(counted(&run), seen.attempts as f64);
}

#[test]
fn one_that_closes_each_connection_after_its_reply() {
    let lab = Lab::new();
    let run = lab.run(
        &format!("name = \"close\"\n{}{}{ONE_STEP}{COUNT}{ANY}", steady_stack(0, "close"), load(200)),
        &[],
    );
    let seen = seen(&run);
    assert!((200..=201).contains(&seen.attempts), "{}", seen.attempts);
    // A close that arrives before the next request is seen, and costs nothing. One that crosses it is a reset, and is
    // never sent again.
    assert!(seen.good + 5 >= seen.attempts, "{} of {} good, {:?}", seen.good, seen.attempts, seen.outcomes);
    // What was not good never reached the server's hands: it had closed before it read.
    assert_eq!(counted(&run), seen.good as f64);
}

#[test]
fn one_killed_and_started_again_on_the_same_port() {
    let fault = "[[fault]]\nid = \"dies\"\nat = \"1s\"\nfor = \"1s\"\nkill = { service = \"server\" }\n";
    let plan = format!(
        "name = \"restart\"\n{}[load]\nrate = \"100/s\"\nfor = \"4s\"\n{ONE_STEP}{fault}{ANY}",
        steady_stack(1, "ok")
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    run.expect_code(0);
    let seen = seen(&run);
    assert_eq!(seen.attempts, 400);
    let bad = seen.attempts - seen.good;
    assert!((80..=160).contains(&bad), "{bad} bad of 400; dead for about a second at 100/s");
    assert!(
        seen.outcomes.contains(&(Outcome::Fail, ErrorKind::Refused, Sent::Nothing)),
        "{:?}",
        seen.outcomes
    );
}
