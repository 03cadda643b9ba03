//! When the users of a closed load come and go.

use super::{Curve, Timeline};
use crate::event::Nanos;

/// A stretch of time in which one user is there. Times count from the start of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The user's number, from 0.
    pub user: u32,
    /// When the user comes.
    pub from: Nanos,
    /// When the user starts no further session.
    pub to: Nanos,
}

/// All shifts of the users `worker`, `worker + workers`, …, in the order in which they begin.
///
/// User i is there while the planned number of users is above i: they come one by one as the number rises, and the last to
/// come is the first to go.
pub fn shifts(timeline: &Timeline, worker: u32, workers: u32) -> Vec<Shift> {
    let users = timeline.highest().ceil() as u32;
    let mine = (worker..users).step_by(workers.max(1) as usize);
    let mut shifts: Vec<Shift> = mine.flat_map(|user| shifts_of(timeline.curve(), user)).collect();
    shifts.sort_by_key(|shift| (shift.from, shift.user));
    shifts
}

fn shifts_of(curve: &Curve, user: u32) -> Vec<Shift> {
    let level = f64::from(user);
    let mut shifts: Vec<Shift> = Vec::new();
    for piece in curve.pieces() {
        let (from, to) = match (piece.first > level, piece.last > level) {
            (true, true) => (piece.from, piece.to),
            (false, true) => (piece.time_of_value(level), piece.to),
            (true, false) => (piece.from, piece.time_of_value(level)),
            (false, false) => continue,
        };
        match shifts.last_mut() {
            Some(last) if last.to == from => last.to = to,
            _ => shifts.push(Shift { user, from, to }),
        }
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::super::timeline;
    use super::*;
    use crate::plan::model::Load;

    fn plan(text: &str) -> Timeline {
        timeline(&toml::from_str::<Load>(&format!("model = \"closed\"\n{text}")).expect("a load"))
    }

    fn in_tenths(shifts: &[Shift]) -> Vec<(u32, i64, i64)> {
        shifts.iter().map(|s| (s.user, s.from.0 / 100_000_000, s.to.0 / 100_000_000)).collect()
    }

    #[test]
    fn users_come_and_go_evenly_and_the_last_to_come_goes_first() {
        let plan = plan(
            r#"stages = [{ ramp_users_to = 4, for = "4s" }, { users = 4, for = "1s" }, { ramp_users_to = 0, for = "2s" }]"#,
        );
        assert_eq!(in_tenths(&shifts(&plan, 0, 1)), [(0, 0, 70), (1, 10, 65), (2, 20, 60), (3, 30, 55)]);
    }

    #[test]
    fn a_user_who_went_can_come_again() {
        let plan = plan(
            r#"stages = [{ users = 2, for = "1s" }, { users = 1, for = "1s" }, { users = 2, for = "1s" }]"#,
        );
        assert_eq!(in_tenths(&shifts(&plan, 0, 1)), [(0, 0, 30), (1, 0, 10), (1, 20, 30)]);
    }

    #[test]
    fn hatching_spaces_them_from_the_first_on() {
        let plan = plan("users = 3\nfor = \"10s\"\nhatch_rate = \"2/s\"");
        assert_eq!(in_tenths(&shifts(&plan, 0, 1)), [(0, 0, 100), (1, 5, 100), (2, 10, 100)]);
    }

    #[test]
    fn workers_share_the_users_between_them() {
        let plan = plan("users = 7\nfor = \"10s\"");
        let mut all: Vec<u32> =
            (0..3).flat_map(|worker| shifts(&plan, worker, 3)).map(|shift| shift.user).collect();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(shifts(&plan, 9, 10), []);
    }
}
