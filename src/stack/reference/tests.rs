use super::digest::digest;
use super::image::{PARTS, reference};
use super::{Files, child};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn checkout() -> Files {
    Files::find(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the checkout holds the stack")
}

#[test]
fn the_files_are_found_from_anywhere_inside_the_checkout() {
    let inside = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/stack");
    assert_eq!(Files::find(&inside), Ok(checkout()));
    let outside = tempfile::tempdir().expect("a folder");
    let error = Files::find(outside.path()).expect_err("nothing is there");
    assert!(error.message.contains("inside a checkout"), "{error}");
}

#[test]
fn every_image_of_the_compose_file_is_built_and_every_built_one_is_used() {
    let compose = fs::read_to_string(checkout().compose()).expect("the compose file");
    let mut used: Vec<&str> = compose
        .lines()
        .filter_map(|line| line.trim().strip_prefix("image: ${SHOP_IMAGES:-shakedown-shop}-"))
        .map(|rest| rest.trim_end_matches(":built"))
        .collect();
    used.sort_unstable();
    used.dedup();
    let mut built: Vec<&str> = PARTS.iter().map(|part| part.name).chain(["services"]).collect();
    built.sort_unstable();
    assert_eq!(used, built);
    assert_eq!(reference("shakedown-shop", "edge"), "shakedown-shop-edge:built");
    for part in PARTS {
        assert!(checkout().image(part.name).join("Dockerfile").is_file(), "{} has no Dockerfile", part.name);
    }
}

#[test]
fn another_file_name_content_or_base_is_another_digest() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a");
    fs::write(&file, "one").expect("written");
    let first = digest(folder.path(), &["base"]).expect("readable");
    assert_eq!(digest(folder.path(), &["base"]).expect("readable"), first);
    assert_ne!(digest(folder.path(), &["other base"]).expect("readable"), first);
    fs::write(&file, "two").expect("written");
    let second = digest(folder.path(), &["base"]).expect("readable");
    assert_ne!(second, first);
    fs::rename(&file, folder.path().join("b")).expect("renamed");
    assert_ne!(digest(folder.path(), &["base"]).expect("readable"), second);
}

#[test]
fn a_failing_child_shows_the_end_of_its_log_and_a_slow_one_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("logs/child.txt");
    let mut failing = Command::new("sh");
    failing.args(["-c", "echo first; echo last >&2; exit 3"]);
    let error = child::run("the test", &mut failing, &log, Duration::from_secs(10)).expect_err("it fails");
    assert!(error.message.starts_with("the test failed (exit status: 3)"), "{error}");
    assert_eq!(error.context, ["first", "last"]);
    let mut slow = Command::new("sleep");
    slow.arg("60");
    let error = child::run("the test", &mut slow, &log, Duration::from_millis(100)).expect_err("too slow");
    assert!(error.message.starts_with("the test took longer"), "{error}");
    let error = child::run("the test", &mut Command::new("/no/such"), &log, Duration::from_secs(1));
    assert!(error.expect_err("nothing there").message.contains("could not be started"));
}
