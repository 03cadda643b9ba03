//! Points at which this process may be told to die: `CRASH_AT=after-charge@0.02,after-commit` exits at the named points,
//! always or in that share of the passes; `every` stands for all of them. `PUT /crash/{point}` makes the next pass of
//! one instance do it, once. What has been committed by then stays, what has not never happened.

use crate::environment::Environment;
use crate::log;
use crate::problem::Problem;
use axum::Json;
use axum::extract::Path;
use serde_json::{Value, json};
use std::sync::{Mutex, OnceLock, PoisonError};

/// The exit status of a crash on purpose.
pub const STATUS: i32 = 86;

/// The points there are, in the order in which an order passes them.
pub const POINTS: [&str; 9] = [
    "after-accept",
    "after-reserve",
    "after-charge",
    "after-ship",
    "after-commit",
    "in-compensation",
    "after-publish",
    "before-effect",
    "after-effect",
];

static PLAN: OnceLock<Vec<(String, f64)>> = OnceLock::new();
static ONCE: Mutex<Option<String>> = Mutex::new(None);

/// Reads `CRASH_AT`.
pub fn prepare(environment: &Environment) -> Result<(), String> {
    let plan: Result<Vec<_>, String> =
        environment.list("CRASH_AT", "").iter().map(|text| read(text)).collect();
    // Set once, at the start.
    let _ = PLAN.set(plan?);
    Ok(())
}

fn read(text: &str) -> Result<(String, f64), String> {
    let (point, share) = text.split_once('@').unwrap_or((text, "1"));
    let wrong = |why: String| format!("CRASH_AT={text}: {why}; write it like `after-charge@0.02`");
    if point != "every" && !POINTS.contains(&point) {
        return Err(wrong(format!("`{point}` is no point; there are {}", POINTS.join(", "))));
    }
    let share = share.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    Ok((point.to_owned(), share.ok_or_else(|| wrong("the share must be from 0 to 1".to_owned()))?))
}

/// Passes a point, or ends here.
pub fn point(name: &'static str) {
    let plan = PLAN.get().map(Vec::as_slice).unwrap_or_default();
    let share =
        plan.iter().find(|(point, _)| point == name || point == "every").map_or(0.0, |(_, share)| *share);
    let once = ONCE.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(name);
    if once || (share > 0.0 && fastrand::f64() < share) {
        log::warn("dies on purpose", &[("point", &name)]);
        std::process::exit(STATUS);
    }
}

/// `PUT /crash/{point}`.
pub async fn arm(Path(point): Path<String>) -> Result<Json<Value>, Problem> {
    if !POINTS.contains(&point.as_str()) {
        return Err(Problem::not_found(format!("`{point}` is no point; there are {}", POINTS.join(", "))));
    }
    *ONCE.lock().unwrap_or_else(PoisonError::into_inner) = Some(point.clone());
    Ok(Json(json!({ "armed": point })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_read_with_their_share() {
        assert_eq!(read("after-charge@0.25"), Ok(("after-charge".to_owned(), 0.25)));
        assert_eq!(read("every"), Ok(("every".to_owned(), 1.0)));
        assert!(read("after-lunch").expect_err("no point").contains("`after-lunch` is no point"));
        assert!(read("every@2").expect_err("no share").contains("from 0 to 1"));
    }
}
