//! The closed model: a number of users, each starting over when it has finished.

use super::schedule::Shift;
use super::signal::Stage;
use super::station::Station;
use super::timer::Time;
use super::users::{Ended, Users};
use crate::event::Nanos;
use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::JoinSet;

/// A user whose session failed faster than this has hardly touched the network, and pauses for as long before the next: a
/// refused connection or an impossible request would otherwise fill the record a hundred thousand times a second.
const BREATH: Duration = Duration::from_millis(1);

/// What is known of one user between its shifts.
#[derive(Default)]
struct User {
    /// Until when it starts sessions.
    to: Cell<Nanos>,
    /// Whether its task runs.
    there: Cell<bool>,
    /// The number of its next iteration.
    next: Cell<u64>,
}

/// Sends the users of one worker through their shifts, and returns when the load is over: its time is, or all iterations
/// are done, or it was stopped. Returns that time. Shifts may reach beyond the end: a load that is extended goes on.
pub(crate) async fn run<U: Users, T: Time>(
    station: &Rc<Station<U, T>>,
    shifts: Vec<Shift>,
    end: Nanos,
    iterations: Option<u64>,
) -> Nanos {
    let mut tasks = JoinSet::new();
    let mut users: HashMap<u32, Rc<User>> = HashMap::new();
    for shift in shifts {
        let from = station.start + shift.from;
        tokio::select! {
            biased;
            () = station.signal.reached(Stage::Stop) => break,
            () = station.time.wait_until(from) => {}
        }
        let user = users.entry(shift.user).or_default().clone();
        user.to.set(station.start + shift.to);
        // One who has not quite gone yet simply stays.
        if !user.there.replace(true) {
            let limit = iterations.unwrap_or(u64::MAX);
            tasks.spawn_local(attend(station.clone(), user, (shift.user, from, end), limit));
        }
    }
    loop {
        let until = station.signal.until(end);
        let all_gone = async { while tasks.join_next().await.is_some() {} };
        tokio::select! {
            biased;
            () = station.signal.reached(Stage::Stop) => break,
            () = all_gone => break,
            () = station.time.wait_until(until) => {}
        }
        if station.signal.until(end) == until {
            break;
        }
    }
    tasks.detach_all();
    station.time.now().min(station.signal.until(end))
}

/// One user, from coming to going: one task, one session after another. An iteration is intended for the end of the one
/// before it. A user who goes finishes its session.
async fn attend<U: Users, T: Time>(
    station: Rc<Station<U, T>>,
    user: Rc<User>,
    (number, from, end): (u32, Nanos, Nanos),
    limit: u64,
) {
    let pool = station.own_connections.then(|| station.users.pool());
    let mut intended = from;
    while user.next.get() < limit
        && intended < user.to.get().min(station.signal.until(end))
        && !station.signal.is(Stage::Stop)
    {
        let iteration = user.next.replace(user.next.get() + 1);
        station.tally.planned.add(1);
        let session = u64::from(number) << 32 | iteration;
        let ended = station.enter().session(u64::from(number), session, intended, pool.as_ref()).await;
        let now = station.time.now();
        match ended {
            Ended::Good => intended = now,
            Ended::Bad if now - intended >= Nanos::from(BREATH) => intended = now,
            Ended::Bad => {
                station.time.pause(BREATH).await;
                intended = station.time.now();
            }
            Ended::Cut | Ended::NoRow => break,
        }
        // A session that never had to wait would otherwise keep all others from their turn.
        tokio::task::consume_budget().await;
    }
    user.there.set(false);
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{shifts, timeline};
    use super::*;
    use crate::event::ErrorKind;
    use crate::load::tests::fakes::{Made, MadeUsers, Seen, station};
    use crate::plan::model::Load;

    fn ms(ms: i64) -> Nanos {
        Nanos(ms * 1_000_000)
    }

    /// Runs a closed load from time zero on, without grace, and tells when it ended.
    fn drive(time: &Made, station: &Rc<Station<MadeUsers, Made>>, text: &str) -> Nanos {
        let load: Load = toml::from_str(&format!("model = \"closed\"\n{text}")).expect("a load");
        let timeline = timeline(&load);
        time.run(async {
            let end = run(station, shifts(&timeline, 0, 1), timeline.total(), load.iterations).await;
            station.drain(station.time.now().max(end) + ms(10_000)).await;
            station.housekeep();
            end
        })
    }

    fn of_user(station: &Station<MadeUsers, Made>, user: u64) -> Vec<Seen> {
        station.users.seen.borrow().iter().filter(|seen| seen.user == user).copied().collect()
    }

    #[test]
    fn users_start_over_when_they_have_finished_until_the_time_is_over() {
        let (time, station, kept) = station(|_| ms(300));
        let station = Rc::new(station);
        assert_eq!(drive(&time, &station, "users = 3\nfor = \"1s\""), ms(1_000));
        for user in 0..3 {
            let seen = of_user(&station, user);
            let wanted: Vec<_> =
                (0..4).map(|n| (user << 32 | n, ms(300 * n as i64), ms(300 * n as i64))).collect();
            assert_eq!(seen.iter().map(|s| (s.session, s.intended, s.started)).collect::<Vec<_>>(), wanted);
        }
        assert_eq!(station.time.now(), ms(1_200), "the last sessions were finished");
        assert_eq!((station.tally.planned.get(), station.tally.started.get()), (12, 12));
        assert!(kept.events().is_empty());
    }

    #[test]
    fn a_load_that_is_extended_keeps_its_users() {
        let (time, station, _) = station(|_| ms(300));
        let station = Rc::new(station);
        let extender = station.clone();
        let load: Load = toml::from_str("model = \"closed\"\nusers = 2\nfor = \"1s\"").expect("a load");
        let longer = timeline(&load).prolonged(ms(5_000));
        let end = time.run(async {
            tokio::task::spawn_local(async move {
                extender.time.pause(Duration::from_millis(800)).await;
                extender.signal.extend(ms(2_000));
            });
            let end = run(&station, shifts(&longer, 0, 1), ms(1_000), None).await;
            station.drain(end + ms(1_000)).await;
            end
        });
        assert_eq!(end, ms(2_000));
        assert_eq!((of_user(&station, 0).len(), of_user(&station, 1).len()), (7, 7));
    }

    #[test]
    fn iterations_end_the_load_early() {
        let (time, station, _) = station(|session| ms(100 + 50 * (session >> 32) as i64));
        let station = Rc::new(station);
        assert_eq!(drive(&time, &station, "users = 2\niterations = 3"), ms(450));
        assert_eq!((of_user(&station, 0).len(), of_user(&station, 1).len()), (3, 3));
    }

    #[test]
    fn users_come_and_go_with_the_stages() {
        let (time, station, _) = station(|_| ms(100));
        let station = Rc::new(station);
        let stages = r#"stages = [{ ramp_users_to = 4, for = "4s" }, { ramp_users_to = 0, for = "4s" }]"#;
        drive(&time, &station, stages);
        let spans: Vec<_> = (0..4).map(|user| of_user(&station, user)).collect();
        let begins: Vec<_> = spans.iter().map(|seen| seen[0].started).collect();
        assert_eq!(begins, [ms(0), ms(1_000), ms(2_000), ms(3_000)]);
        let lasts: Vec<_> = spans.iter().map(|seen| seen[seen.len() - 1].started).collect();
        assert_eq!(lasts, [ms(7_900), ms(6_900), ms(5_900), ms(4_900)]);
    }

    #[test]
    fn one_who_returns_before_the_last_session_has_ended_is_still_one_user_and_counts_on() {
        let (time, station, _) = station(|session| ms(if session == 1 << 32 { 2_500 } else { 400 }));
        let station = Rc::new(station);
        let stages =
            r#"stages = [{ users = 2, for = "1s" }, { users = 1, for = "1s" }, { users = 2, for = "1s" }]"#;
        drive(&time, &station, stages);
        let seen: Vec<_> = of_user(&station, 1).iter().map(|s| (s.session & 0xff, s.started)).collect();
        assert_eq!(seen, [(0, ms(0)), (1, ms(2_500)), (2, ms(2_900))]);
    }

    #[test]
    fn one_who_returns_after_a_while_counts_on() {
        let (time, mut station, _) = station(|_| ms(400));
        station.own_connections = true;
        let station = Rc::new(station);
        let stages =
            r#"stages = [{ users = 2, for = "1s" }, { users = 1, for = "1s" }, { users = 2, for = "1s" }]"#;
        drive(&time, &station, stages);
        let seen = of_user(&station, 1);
        assert_eq!(seen.iter().map(|s| s.session & 0xff).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
        assert_eq!((seen[3].intended, seen[3].started), (ms(2_000), ms(2_000)));
        assert_eq!(
            of_user(&station, 0).iter().filter(|s| s.pool != Some(0)).count(),
            0,
            "connections are kept"
        );
        assert_eq!(
            seen.iter().map(|s| s.pool).collect::<Vec<_>>(),
            [Some(1), Some(1), Some(1), Some(2), Some(2), Some(2)]
        );
    }

    #[test]
    fn sessions_that_fail_at_once_take_a_breath_and_slow_failures_do_not() {
        for (service, count) in [(ms(0), 100), (ms(10), 10)] {
            let (time, mut station, _) = station(move |_| service);
            station.users.ending = Box::new(|_| Ended::Bad);
            let station = Rc::new(station);
            drive(&time, &station, "users = 1\nfor = \"100ms\"");
            assert_eq!(of_user(&station, 0).len(), count, "{service}");
        }
    }

    #[test]
    fn a_user_without_a_row_leaves_and_the_load_ends_when_all_have() {
        let (time, mut station, kept) = station(|_| ms(10));
        station.users.ending =
            Box::new(|session| if session & 0xff < 5 { Ended::Good } else { Ended::NoRow });
        let station = Rc::new(station);
        assert_eq!(drive(&time, &station, "users = 2\nfor = \"10s\""), ms(60));
        let errors: Vec<_> = kept.rows().iter().map(|row| row.error).collect();
        assert_eq!(errors, [ErrorKind::NoRow; 2]);
        assert_eq!((station.tally.started.get(), station.tally.dropped.get()), (10, 2));
    }

    #[test]
    fn a_stop_lets_sessions_end_and_starts_no_other() {
        let (time, station, _) = station(|_| ms(300));
        let station = Rc::new(station);
        let stopper = station.clone();
        let stages = r#"stages = [{ ramp_users_to = 10, for = "10s" }]"#;
        let load: Load = toml::from_str(&format!("model = \"closed\"\n{stages}")).expect("a load");
        let (end, cut) = time.run(async {
            tokio::task::spawn_local(async move {
                stopper.time.pause(Duration::from_millis(1_450)).await;
                stopper.signal.raise(Stage::Stop);
            });
            let end = run(&station, shifts(&timeline(&load), 0, 1), ms(10_000), None).await;
            (end, station.drain(end + ms(1_000)).await)
        });
        assert_eq!((end, cut), (ms(1_450), 0));
        assert_eq!(
            (of_user(&station, 0).len(), of_user(&station, 1).len(), of_user(&station, 2).len()),
            (5, 2, 0)
        );
        assert_eq!(station.time.now(), ms(1_600));
    }
}
