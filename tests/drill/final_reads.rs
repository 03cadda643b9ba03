//! Final reads that never end, never settle or cannot be read, before the load and after it.

use super::scene::run;
use super::shop::OWN;
use super::store::{Order, Store};
use super::support::Desk;

fn plan(store: &Store, key: &str, more: &str) -> String {
    super::shop::plan(&store.address.to_string(), 7, key, more)
        .replace("/audit/orders?after=${cursor}&limit=25", "/rows?after=${cursor}")
        .replace("$.orders[*]", "$.rows[*]")
}

#[test]
fn a_final_read_whose_cursor_always_changes_ends_with_its_time() {
    let (desk, store) = (Desk::new(), Store::start(Order::Written, 0));
    store.script(|script| script.endless = true);
    let run = run(&desk, &plan(&store, OWN, ""), &[]);
    run.expect("not-lost", "unknown", "not read to its end within 2s").expect("once", "unknown", "within 2s");
    assert_eq!(run.code, 2);
}

#[test]
fn a_baseline_that_does_not_settle_is_unknown() {
    let (desk, store) = (Desk::new(), Store::start(Order::Written, 30));
    store.script(|script| script.moves_before_the_load = true);
    let run = run(&desk, &plan(&store, OWN, ""), &[]);
    for id in ["not-lost", "once", "asked-for"] {
        run.expect(id, "unknown", "before the load is not known: it did not settle");
    }
}

#[test]
fn a_baseline_that_cannot_be_read_is_unknown() {
    let (desk, store) = (Desk::new(), Store::start(Order::Written, 30));
    store.script(|script| script.fails_before_the_load = true);
    let run = run(&desk, &plan(&store, OWN, ""), &[]);
    for id in ["not-lost", "once", "asked-for"] {
        run.expect(id, "unknown", "status 503");
    }
}

#[test]
fn a_large_store_is_not_read_whole_twice() {
    let (desk, store) = (Desk::new(), Store::start(Order::Written, 2_000));
    let plan = |baseline: &str| {
        plan(&store, OWN, "")
            .replace("within = \"2s\"", &format!("within = \"30s\"\nbaseline = \"{baseline}\""))
    };
    let found = run(&desk, &plan("cursor"), &[]);
    found.passes().expect("once", "pass", "2000 rows there before the load");
    let pages = store.pages();
    assert!((200..250).contains(&pages), "{pages} pages of ten rows");
    run(&desk, &plan("whole"), &[]).passes();
    assert!(store.pages() - pages > 800, "before and after, twice each");
}

#[test]
fn rows_that_do_not_come_last_are_found_all_the_same() {
    let (desk, store) = (Desk::new(), Store::start(Order::ByKey, 300));
    for _ in 0..2 {
        run(&desk, &plan(&store, OWN, ""), &[]).passes();
    }
}

#[test]
fn without_a_baseline_only_keys_of_the_runs_own_are_judged() {
    let (desk, store) = (Desk::new(), Store::start(Order::Written, 30));
    let none = |key: &str| plan(&store, key, "").replace("within =", "baseline = \"none\"\nwithin =");
    run(&desk, &none(OWN), &[]).passes();
    run(&desk, &none("k-${session}"), &[]).expect("not-lost", "unknown", "not recorded");
}
