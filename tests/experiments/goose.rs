//! Goose as a library schedules the users; the sessions and their record are ours.

use super::support::{Lab, ONE_STEP, steady_stack};

#[test]
fn goose_schedules_and_we_record() {
    let plan = format!(
        "name = \"goose\"\n{}[load]\nmodel = \"closed\"\nexecutor = \"goose\"\nusers = 5\nhatch_rate = \"50/s\"\nfor = \"3s\"\n{ONE_STEP}\
         [[objective]]\nexpect = \"availability >= 99%\"\n",
        steady_stack(5, "ok")
    );
    let lab = Lab::new();
    let run = lab.run(&plan, &[]);
    run.expect_code(0);
    // Five users, each a request after another of 5 ms and a little.
    let attempts = run.verdict()["attempts"].as_u64().expect("attempts");
    assert!((500..=3000).contains(&attempts), "{attempts} attempts");
}
