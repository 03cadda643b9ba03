//! Runs one after another on a store that stays: none is judged by what another left.

use super::scene::run;
use super::shop::{OWN, Shop, plan};
use super::support::Desk;

/// A desk with a database on it.
fn desk() -> (Desk, std::path::PathBuf) {
    let desk = Desk::new();
    let db = desk.path().join("shop.db");
    (desk, db)
}

#[test]
fn five_runs_of_one_plan_in_a_row_pass() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[]);
    for number in 0..5 {
        let run = run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]);
        run.passes().expect("not-lost", "pass", "60 writes acknowledged");
        if number > 0 {
            run.expect("once", "pass", &format!("{} rows there before the load", number * 60));
        }
    }
}

#[test]
fn a_store_that_forgets_fails_on_the_second_run_as_on_the_first() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[("FORGET", "1/10")]);
    for _ in 0..2 {
        let run = run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]);
        run.expect("not-lost", "fail", "6 of 60 acknowledged writes are lost");
        assert_eq!(run.code, 1);
    }
}

#[test]
fn without_idempotency_and_without_a_fault_earlier_rows_fail_nothing() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[("IDEMPOTENCY", "off")]);
    for _ in 0..2 {
        run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]).passes();
    }
}

#[test]
fn doubled_rows_that_an_earlier_run_left_fail_nothing_later() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[("DOUBLE", "1/5")]);
    run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]).expect("once", "fail", "12 keys with more");
    let shop = shop.replaced(&db, &[]);
    run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]).passes();
}

#[test]
fn keys_that_another_run_had_are_unknown() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[]);
    for key in ["k-${session}", "a"] {
        let plan = plan(&shop.address.to_string(), 7, key, "").replace("p-00${int(1..9):product}", "p-001");
        run(&desk, &plan, &[]).expect("not-lost", "pass", "none lost");
        let again = run(&desk, &plan, &[]);
        again.expect("not-lost", "unknown", "before the load").expect("once", "unknown", "${run_id}");
        assert_eq!((again.verdict(), again.code), ("unknown", 2), "{key}");
    }
}

#[test]
fn the_runs_id_as_a_prefix_makes_keys_a_runs_own() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[]);
    for _ in 0..2 {
        run(&desk, &plan(&shop.address.to_string(), 7, "${run_id}-${session}", ""), &[]).passes();
    }
}

#[test]
fn a_sum_that_was_wrong_before_the_load_fails_nothing() {
    let (desk, db) = desk();
    let sum = format!(
        r#"[[final]]
name = "stock"
database = "sqlite:{}"
sql = """
SELECT p.id AS key, p.initial AS initial, p.stock AS left, COALESCE(SUM(o.quantity), 0) AS sold
FROM products p LEFT JOIN orders o ON o.product = p.id GROUP BY p.id"""
wait = "300ms"
within = "2s"
[[invariant]]
id = "adds-up"
check = "conservation"
state = "stock"
value = ["left", "sold"]
"#,
        db.display()
    );
    let shop = Shop::with(&db, &[]);
    let plan = plan(&shop.address.to_string(), 7, OWN, &sum);
    run(&desk, &plan, &[]).passes();
    shop.forget(5);
    run(&desk, &plan, &[]).passes().expect("adds-up", "pass", "before the load already");
}

#[test]
fn what_an_earlier_run_took_from_what_a_probe_shows_fails_nothing() {
    let (desk, db) = desk();
    let shop = Shop::with(&db, &[]);
    let left = r#"[[probe]]
name = "left"
get = "/audit/summary"
value = "$.stock_left"
every = "100ms"
[[invariant]]
id = "taken"
check = "conservation"
effect = "order"
probe = "left"
initial = 20_000_000
"#;
    let plan = plan(&shop.address.to_string(), 7, OWN, left);
    run(&desk, &plan, &[]).passes();
    run(&desk, &plan, &[]).passes().expect("taken", "pass", "showed 19999940 before the load");
}
