//! Every fixture again with rows in its final reads that are not this run's: what others wrote, what was there before.

use super::fixture::{Fixture, TableSpec};
use super::verdicts::files;
use shakedown::verify::Verdict;
use std::path::Path;

/// Checkers that judge rows by their keys (or by their values).
const BY_KEY: [&str; 10] = [
    "acknowledged-not-lost",
    "exactly-once",
    "no-phantom",
    "idempotent-replay",
    "saga-atomic",
    "fan-out",
    "queue",
    "set",
    "unique-ids",
    "failover-complete",
];

/// Every fixture of those checkers that has settled reads and this verdict.
fn fixtures(verdict: Verdict) -> Vec<(String, Fixture)> {
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("readable");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, Fixture::read(&text).expect("a fixture"))
    };
    let chosen = |fixture: &Fixture| {
        BY_KEY.contains(&fixture.invariant.check.as_str())
            && !fixture.invariant.state.is_empty()
            && fixture
                .state
                .iter()
                .all(|table| table.settled && table.trouble.is_none() && !table.columns.is_empty())
            && fixture.judge().verdict == verdict
    };
    let all = files("checkers", &["json"]);
    let found: Vec<_> = all.iter().map(|path| read(path)).filter(|(_, fixture)| chosen(fixture)).collect();
    assert!(found.len() >= 8, "{}", found.len());
    found
}

/// A row with this text in every column that may hold a key or an element.
fn row(table: &TableSpec, text: &str) -> Vec<Option<String>> {
    let cell = |column: &String| match column.as_str() {
        "state" => "pending".to_owned(),
        "deliveries" => "3".to_owned(),
        _ => text.to_owned(),
    };
    table.columns.iter().map(|column| Some(cell(column))).collect()
}

fn each_table(fixture: &Fixture, change: impl Fn(&mut TableSpec)) -> Fixture {
    let mut changed = fixture.clone();
    changed.state.iter_mut().for_each(change);
    changed
}

/// Doubled rows of others, and doubled rows that were there before.
fn with_noise(fixture: &Fixture) -> Fixture {
    each_table(fixture, |table| {
        let (theirs, old) = (row(table, "theirs"), row(table, "old"));
        table.rows.extend([theirs.clone(), theirs, old.clone(), old.clone()]);
        table.before.extend([old.clone(), old]);
    })
}

/// A key (or element) of this run.
fn own(fixture: &Fixture) -> Option<String> {
    let by_value = match fixture.invariant.check.as_str() {
        "set" => !fixture.invariant.value.is_empty(),
        check => check == "unique-ids",
    };
    let is_ours = |op: &&super::fixture::OpSpec| {
        op.outcome.is_none() && fixture.invariant.effect.as_ref().is_none_or(|kind| *kind == op.what)
    };
    fixture.ops.iter().filter(is_ours).find_map(|op| if by_value { op.value.clone() } else { op.key.clone() })
}

#[test]
fn rows_of_others_and_rows_from_before_decide_nothing() {
    for verdict in [Verdict::Pass, Verdict::Fail] {
        for (name, fixture) in fixtures(verdict).into_iter().filter(|(_, fixture)| !fixture.exclusive) {
            let found = with_noise(&fixture).judge();
            assert_eq!(found.verdict, verdict, "{name}: {}", found.reason);
            assert!(
                found.reason.contains("of others") && found.reason.contains("before the load"),
                "{name}: {}",
                found.reason
            );
        }
    }
}

#[test]
fn others_that_go_on_writing_decide_nothing_where_keys_are_the_runs_own() {
    for (name, mut fixture) in fixtures(Verdict::Pass) {
        if matches!(fixture.invariant.check.as_str(), "set" | "unique-ids") {
            continue;
        }
        fixture.keys = "own".into();
        let moving = each_table(&with_noise(&fixture), |table| {
            (table.settled, table.ours_settled, table.grown) = (false, true, 2);
        });
        assert_eq!(moving.judge().verdict, Verdict::Pass, "{name}: {}", moving.judge().reason);
        let ours = each_table(&moving, |table| table.ours_settled = false);
        assert_eq!(ours.judge().verdict, Verdict::Unknown, "{name}");
    }
}

#[test]
fn a_key_of_ours_that_was_there_before_the_load_is_unknown() {
    for (name, fixture) in fixtures(Verdict::Pass) {
        let Some(own) = own(&fixture) else { continue };
        let there = each_table(&fixture, |table| table.before.push(row(table, &own)));
        let found = there.judge();
        assert_eq!(found.verdict, Verdict::Unknown, "{name}: {}", found.reason);
        assert!(
            found.reason.contains(&format!("`{own}`")) && found.reason.contains("before the load"),
            "{name}: {}",
            found.reason
        );
    }
}

#[test]
fn a_baseline_that_is_not_known_is_unknown() {
    for verdict in [Verdict::Pass, Verdict::Fail] {
        for (name, fixture) in fixtures(verdict) {
            for why in ["it did not settle", "it could not be read: status 503", "not recorded"] {
                let open = each_table(&fixture, |table| table.before_unknown = Some(why.to_owned()));
                let found = open.judge();
                assert_eq!(found.verdict, Verdict::Unknown, "{name}: {}", found.reason);
                assert!(found.reason.contains("before the load"), "{name}: {}", found.reason);
            }
            let growing = each_table(&fixture, |table| table.grown = 3);
            if !matches!(fixture.invariant.check.as_str(), "set" | "unique-ids") && !fixture.exclusive {
                assert_eq!(growing.judge().verdict, Verdict::Unknown, "{name}: {}", growing.judge().reason);
            }
        }
    }
}

#[test]
fn without_a_baseline_keys_that_are_the_runs_own_are_judged() {
    for (name, mut fixture) in fixtures(Verdict::Pass) {
        if matches!(fixture.invariant.check.as_str(), "set" | "unique-ids") {
            continue;
        }
        fixture.keys = "own".into();
        let none = each_table(&fixture, |table| table.before_unknown = Some("not recorded".into()));
        assert_eq!(none.judge().verdict, Verdict::Pass, "{name}: {}", none.judge().reason);
    }
}

#[test]
fn in_an_exclusive_stack_rows_of_others_are_phantoms_and_make_the_rest_unknown() {
    for (name, mut fixture) in fixtures(Verdict::Pass) {
        fixture.exclusive = true;
        assert_eq!(fixture.judge().verdict, Verdict::Pass, "{name}: nobody else writes");
        let found = with_noise(&fixture).judge();
        let wanted = if fixture.invariant.check == "no-phantom" { Verdict::Fail } else { Verdict::Unknown };
        assert_eq!(found.verdict, wanted, "{name}: {}", found.reason);
        let growing = each_table(&with_noise(&fixture), |table| table.grown = 1);
        assert_eq!(growing.judge().verdict, Verdict::Unknown, "{name}: over a baseline that settled only");
    }
}
