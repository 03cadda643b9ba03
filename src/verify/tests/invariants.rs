//! Invariants judged from recorded runs: the marks of the plan, the record's attempts, the verdict of the whole.

use super::run::{Run, bad, good};
use crate::event::StepId;
use crate::record::FinalTable;
use crate::verify::{Assessment, Verdict};

/// These lines belong to the step `order`, which stands last in the plan.
const ORDERS: &str = "effect = { kind = 'order', key = 'k', value = 'v' }\n\
                      [[invariant]]\nid = 'ids'\ncheck = 'unique-ids'\neffect = 'order'\n";

/// Orders with the ids that are given, one a second; the second attempt of each is the one that is answered.
fn orders(ids: &[&str]) -> Run {
    let mut run = Run::calm(10);
    for (number, id) in ids.iter().enumerate() {
        let mut first = good(1_000_000 + number as u64, number as f64);
        (first.step, first.key) = (StepId(1), Some(format!("key-{number}")));
        let mut second = first.clone();
        bad(&mut first);
        first.last = false;
        (second.attempt, second.value) = (1, Some((*id).to_owned()));
        run.attempts.extend([first, second]);
    }
    run
}

fn invariant(found: &Assessment) -> (Verdict, u64, &str) {
    let report = &found.invariants[0];
    (report.verdict, report.samples, report.reason.as_str())
}

#[test]
fn marks_of_the_plan_and_attempts_of_the_record_become_a_history() {
    let found = orders(&["a", "b", "c"]).assessed(ORDERS);
    assert_eq!(invariant(&found), (Verdict::Pass, 3, "3 ids, all different."));
    let found = orders(&["a", "b", "a"]).assessed(ORDERS);
    assert_eq!(invariant(&found), (Verdict::Fail, 3, "1 of 3 ids were given twice."));
    assert_eq!(found.verdict, Verdict::Fail);
    let told = &found.invariants[0].evidence[1];
    assert!(told.contains("0.000 s to 0.005 s: buy/order ok (200) after 2 attempts, value `a`"), "{told}");
}

#[test]
fn evidence_names_the_faults_that_were_in_force() {
    let found = orders(&["a", "b", "a"]).fault("dies", 1.5, 9.0).assessed(ORDERS);
    let evidence = &found.invariants[0].evidence;
    assert!(!evidence[1].contains("dies") && evidence[2].ends_with(", during dies"), "{evidence:?}");
}

#[test]
fn an_invariant_about_a_final_read_that_never_came_is_unknown() {
    let plan = "effect = { kind = 'order', key = 'k' }\n[[invariant]]\nid = 'once'\ncheck = 'exactly-once'\n\
                effect = 'order'\nstate = 'orders'\n";
    let found = orders(&["a"]).assessed(plan);
    assert_eq!(invariant(&found), (Verdict::Unknown, 0, "the record has no final read `orders`."));
}

#[test]
fn requests_without_a_mark_are_judged_where_the_invariant_is_about_requests() {
    let limit = |burst: u32| {
        let plan =
            format!("[[invariant]]\nid = 'limit'\ncheck = 'rate-limit'\nrate = '10/s'\nburst = {burst}\n");
        Run::calm(100).assessed(&plan).invariants[0].verdict
    };
    assert_eq!((limit(5), limit(3_000)), (Verdict::Fail, Verdict::Pass));
}

/// A settled final read of these keys.
fn read(keys: &[&str]) -> FinalTable {
    let mut table = FinalTable::new("orders", "", 2);
    table.settled = true;
    for (number, key) in keys.iter().enumerate() {
        table.push([("id", Some(*key)), ("place", Some(number.to_string().as_str()))]).expect("two columns");
    }
    table
}

const KEPT: &str = "effect = { kind = 'order', key = 'k' }\n\
    [[final]]\nname = 'orders'\nget = '/orders'\nrows = '$[*]'\n\
    [[invariant]]\nid = 'kept'\ncheck = 'acknowledged-not-lost'\neffect = 'order'\nstate = 'orders'\nkey = 'id'\n\
    [[invariant]]\nid = 'once'\ncheck = 'exactly-once'\neffect = 'order'\nstate = 'orders'\nkey = 'id'\n";

/// What was there before the load: nothing, or these keys.
fn before(keys: &[&str]) -> FinalTable {
    let mut table = read(keys);
    (table.baseline, table.grown, table.snapshot) = (true, Some(0), 2);
    table
}

fn judged(keys: &[&str]) -> Assessment {
    let mut run = orders(&["a", "b", "c", "d"]).fault("dies", 2.5, 9.0);
    run.finals.extend([before(&[]), read(keys)]);
    run.assessed(KEPT)
}

#[test]
fn final_reads_of_the_record_are_held_against_its_operations() {
    let verdicts =
        |keys: &[&str]| judged(keys).invariants.iter().map(|report| report.verdict).collect::<Vec<_>>();
    use Verdict::{Fail, Pass};
    assert_eq!(verdicts(&["key-0", "key-1", "key-2", "key-3"]), [Pass, Pass]);
    assert_eq!(verdicts(&["key-0", "key-1", "key-2", "key-3", "key-2"]), [Pass, Fail]);
    assert_eq!(verdicts(&["key-0", "key-1", "key-2"]), [Fail, Fail]);
}

#[test]
fn what_was_recorded_before_the_load_is_not_this_runs() {
    let found = |before: Option<FinalTable>, id: Option<&str>, key: &str| {
        let mut run = orders(&["a", "b"]);
        run.manifest.run_id = id.map(str::to_owned);
        run.finals.extend(before);
        run.finals.push(read(&["key-0", "key-1", "old", "old"]));
        let found = run.assessed(&KEPT.replace("key = 'k' }", &format!("key = '{key}' }}")));
        let kept = &found.invariants[0];
        (kept.verdict, kept.reason.clone())
    };
    let verdict = |before, id, key| found(before, id, key).0;
    let there = || Some(before(&["old", "old"]));
    assert_eq!(verdict(there(), Some("7q"), "k"), Verdict::Pass);
    assert!(found(there(), Some("7q"), "k").1.ends_with("Not judged: 2 rows there before the load."));
    assert_eq!(verdict(Some(before(&["key-1", "old"])), Some("7q"), "k"), Verdict::Unknown);
    assert_eq!(verdict(None, Some("7q"), "k"), Verdict::Unknown, "keys that may come again");
    assert_eq!(verdict(None, Some("7q"), "${uuid:k}"), Verdict::Pass, "keys of the run's own");
    assert_eq!(verdict(None, None, "${uuid:k}"), Verdict::Unknown, "an old record: keys of the seed alone");
    let mut open = before(&[]);
    open.grown = None;
    assert_eq!(verdict(Some(open), Some("7q"), "${uuid:k}"), Verdict::Unknown, "it did not settle");
}

#[test]
fn what_a_fault_cost_is_told_with_the_fault() {
    let rpo = |keys: &[&str]| judged(keys).faults[0].rpo.as_ref().map(|rpo| (rpo.lost, rpo.span));
    assert_eq!(rpo(&["key-0"]), Some((3, 2.0)));
    assert_eq!(rpo(&["key-0", "key-1", "key-2", "key-3"]), Some((0, 0.0)));
    assert!(judged(&["key-0"]).faults[0].mttr.is_some());
}
