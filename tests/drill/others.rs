//! Others write to the same store meanwhile.

use super::scene::{Second, program, run};
use super::shop::{OWN, Shop, plan};
use super::support::Desk;
use super::support::waiting::blocking::eventually;

/// A second harness with another seed that writes for as long as it is held, and has written already.
fn second(desk: &Desk, shop: &Shop) -> Second {
    let rest = plan(&shop.address.to_string(), 99, OWN, "").replace("for = \"1s\"", "for = \"10m\"");
    let before = shop.orders();
    let second = Second::start(desk, &rest);
    eventually("the second harness writes", || shop.orders() > before + 20);
    second
}

#[test]
fn what_others_write_meanwhile_is_shown_and_decides_nothing() {
    let (desk, other) = (Desk::new(), Desk::new());
    let shop = Shop::with(&desk.path().join("shop.db"), &[]);
    let _second = second(&other, &shop);
    for _ in 0..2 {
        let run = run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]);
        run.passes().expect("asked-for", "pass", "of others");
    }
}

#[test]
fn a_store_that_forgets_fails_though_others_write_too() {
    let (desk, other) = (Desk::new(), Desk::new());
    let shop = Shop::with(&desk.path().join("shop.db"), &[("FORGET", "1/7")]);
    let _second = second(&other, &shop);
    let run = run(&desk, &plan(&shop.address.to_string(), 7, OWN, ""), &[]);
    run.expect("not-lost", "fail", "acknowledged writes are lost");
}

#[test]
fn where_the_run_alone_should_write_rows_of_others_are_phantoms() {
    let desk = Desk::new();
    let db = desk.path().join("shop.db");
    let shop = Shop::with(&db, &[]);
    let address = shop.address.to_string();
    let exclusive = plan(&address, 7, OWN, "[stack]\nexclusive = true\n");
    run(&desk, &exclusive, &[]).passes();
    // The teardown step writes too late to be seen; this order comes in with the load, and is marked as no effect.
    let stranger = "[stack]\nexclusive = true\n[[flow]]\nname = \"stranger\"\n[[flow.step]]\nname = \"order\"\npost = \"/orders\"\n\
                    header = { Idempotency-Key = \"theirs-${uuid:order}\" }\njson = { product = \"p-001\", quantity = 1 }\n\
                    expect = { status = 201 }\n";
    let found = run(&desk, &plan(&address, 7, OWN, stranger), &[]);
    found
        .expect("asked-for", "fail", "asked for by nobody")
        .expect("not-lost", "unknown", "exclusive")
        .expect("once", "unknown", "exclusive");
}

/// Runs of one plan, its counter-run and a proof of so many rounds, on one store, with a second harness that writes all the
/// while.
fn long_day(desk: &Desk, runs: u32, times: u32) {
    let other = Desk::new();
    let db = desk.path().join("shop.db");
    let (honest, doubling) = (Shop::with(&db, &[]), Shop::with(&db, &[("DOUBLE", "1/5")]));
    let counter = format!(
        "[counter]\nwhy = \"this node carries each fifth order out twice\"\nset = {{ \"target.url\" = \"http://{}\" }}\nfails = [\"once\"]\n",
        doubling.address
    );
    let plan = plan(&honest.address.to_string(), 7, OWN, &counter);
    let _second = second(&other, &honest);
    for _ in 0..runs {
        run(desk, &plan, &[]).passes();
    }
    assert_eq!(run(desk, &plan, &["--counter"]).code, 0, "it failed as named");
    desk.file(
        "plans/T1-once.toml",
        &plan.replacen("name =", "claim = \"Each order counts once.\"\nname =", 1),
    );
    let (code, told) = program(desk, &["prove", "T1", "--times", &times.to_string(), "--quiet"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("1 of 1 claims"), "{told}");
    println!("{told}");
}

#[test]
fn a_day_on_one_store() {
    long_day(&Desk::new(), 1, 2);
}

#[test]
#[ignore = "takes a minute: `cargo test --test drill -- --ignored`"]
fn a_long_day_on_one_store() {
    long_day(&Desk::new(), 5, 3);
}
