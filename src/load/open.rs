//! The open model: the clock decides when a user starts, whether or not the deployment keeps up.

use super::bell::Bell;
use super::crew::{Crew, Order};
use super::schedule::Pacer;
use super::signal::{Signal, Stage};
use super::station::Station;
use super::timer::Time;
use super::users::Users;
use crate::event::Nanos;
use std::rc::Rc;
use std::sync::Arc;

/// So many arrivals start in one go before responses get their turn.
const BURST: u32 = 64;

/// Starts every arrival of one worker, and returns when the load is over: its last arrival has started and its time is
/// over, or it was stopped. Returns that time. The pacer may reach beyond the end: a load that is extended goes on.
///
/// However late the worker is, every arrival that is due starts, also after a stall, and its row tells its true lateness.
/// What finds `cap` users in flight, or is due but not started when the load is cut, is recorded as dropped.
pub(crate) async fn run<U: Users, T: Time>(
    station: &Rc<Station<U, T>>,
    mut pacer: Pacer,
    end: Nanos,
    cap: u64,
) -> Nanos {
    let bell = Rc::new(Bell::default());
    let watch = tokio::task::spawn_local(ring_at_stop(station.signal.clone(), bell.clone()));
    let end = pace(station, &mut pacer, end, cap, &bell).await;
    watch.abort();
    end
}

async fn ring_at_stop(signal: Arc<Signal>, bell: Rc<Bell>) {
    signal.reached(Stage::Stop).await;
    bell.ring();
}

async fn pace<U: Users, T: Time>(
    station: &Rc<Station<U, T>>,
    pacer: &mut Pacer,
    end: Nanos,
    cap: u64,
    stopped: &Bell,
) -> Nanos {
    let (crew, mut burst) = (Crew::new(), 0);
    while !station.signal.is(Stage::Stop) {
        let now = station.time.now();
        let until = station.signal.until(end);
        if let Some(arrival) = pacer.take_due(now.min(until - Nanos(1)) - station.start) {
            station.tally.planned.add(1);
            begin(station, &crew, arrival.number, station.start + arrival.at, cap);
            burst += 1;
            if burst == BURST {
                burst = 0;
                tokio::task::yield_now().await;
            }
            continue;
        }
        burst = 0;
        let next = pacer.next().map_or(until, |arrival| station.start + arrival.at).min(until);
        if next <= now {
            return until;
        }
        tokio::select! {
            biased;
            () = stopped.heard() => {}
            () = station.time.wait_until(next) => {}
        }
    }
    // What was due before the stop was planned.
    let now = station.time.now();
    let until = station.signal.until(end);
    while let Some(arrival) = pacer.take_due(now.min(until - Nanos(1)) - station.start) {
        station.tally.planned.add(1);
        let cap = if station.signal.is(Stage::Cut) { 0 } else { cap };
        begin(station, &crew, arrival.number, station.start + arrival.at, cap);
    }
    now.min(until)
}

fn begin<U: Users, T: Time>(
    station: &Rc<Station<U, T>>,
    crew: &Rc<Crew<U, T>>,
    number: u64,
    intended: Nanos,
    cap: u64,
) {
    if station.tally.in_flight.get() >= cap {
        return station.drop_arrival(number, number, intended);
    }
    let presence = station.enter();
    let pool = station.own_connections.then(|| station.users.pool());
    crew.carry_out(Order { presence, number, intended, pool });
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{Timeline, timeline};
    use super::super::users::Ended;
    use super::*;
    use crate::event::{ErrorKind, LoadEvent, Outcome};
    use crate::load::tests::fakes::{Kept, Made, MadeUsers, Seen, station};
    use crate::plan::model::{Arrivals, Load};

    const MS: i64 = 1_000_000;

    fn ms(ms: i64) -> Nanos {
        Nanos(ms * MS)
    }

    fn plan(text: &str) -> Arc<Timeline> {
        Arc::new(timeline(&toml::from_str::<Load>(text).expect("a load")))
    }

    fn pacer(text: &str) -> Pacer {
        Pacer::new(plan(text), Arrivals::Even, 0, 0, 1)
    }

    fn sessions(station: &Station<MadeUsers, Made>) -> Vec<u64> {
        station.users.seen.borrow().iter().map(|seen| seen.session).collect()
    }

    fn dropped(kept: &Kept) -> Vec<u64> {
        kept.rows().iter().filter(|row| row.error.is_unstarted()).map(|row| row.session).collect()
    }

    #[test]
    fn every_arrival_starts_at_its_time_whatever_the_deployment_does() {
        let (time, mut station, kept) = station(|_| ms(5_000));
        station.start = ms(100);
        let station = Rc::new(station);
        let (end, cut) = time.run(async {
            let end = run(&station, pacer("rate = \"10/s\"\nfor = \"1s\""), ms(1_100), 1_000).await;
            (end, station.drain(end + ms(10_000)).await)
        });
        assert_eq!((end, cut), (ms(1_100), 0));
        let seen = station.users.seen.borrow();
        let times: Vec<_> = seen.iter().map(|seen| (seen.session, seen.intended, seen.started)).collect();
        let wanted: Vec<_> = (0..10).map(|k| (k as u64, ms(100 + 100 * k), ms(100 + 100 * k))).collect();
        assert_eq!(times, wanted);
        assert_eq!(station.time.now(), ms(6_000), "the last of them ended before the drain did");
        assert_eq!(
            (station.tally.planned.get(), station.tally.started.get(), kept.rows().len()),
            (10, 10, 0)
        );
    }

    #[test]
    fn arrivals_beyond_the_cap_are_recorded_and_told_and_those_within_go_on() {
        let (time, station, kept) = station(|_| ms(250));
        let station = Rc::new(station);
        time.run(async {
            let end = run(&station, pacer("rate = \"10/s\"\nfor = \"1s\""), ms(1_000), 2).await;
            station.drain(end + ms(1_000)).await;
            station.housekeep();
            station.housekeep();
        });
        assert_eq!(sessions(&station), [0, 1, 3, 4, 6, 7, 9]);
        assert_eq!(dropped(&kept), [2, 5, 8]);
        let row = &kept.rows()[0];
        assert_eq!((row.op, row.user, row.attempt, row.last, row.arrival), (2 << 16, 2, 0, true, true));
        assert_eq!((row.intended, row.started, row.end, row.sent), (ms(200), ms(200), ms(200), None));
        assert_eq!((row.outcome, row.good, row.step.0), (Outcome::Fail, false, 0));
        assert_eq!(kept.rows()[1].step.0, 1, "the step is that of the flow it would have walked");
        assert_eq!(kept.load_events(), [LoadEvent::Dropped { count: 3 }]);
        let tally = &station.tally;
        assert_eq!((tally.planned.get(), tally.started.get(), tally.dropped.get()), (10, 7, 3));
    }

    #[test]
    fn the_cap_holds_within_a_burst() {
        let (time, station, kept) = station(|_| ms(250));
        let station = Rc::new(station);
        time.run(async {
            station.time.stall(ms(2_000));
            let end = run(&station, pacer("rate = \"100/s\"\nfor = \"1s\""), ms(1_000), 30).await;
            assert_eq!(station.tally.in_flight.get(), 30);
            station.drain(end + ms(9_000)).await;
            station.housekeep();
        });
        assert_eq!((sessions(&station).len(), dropped(&kept).len()), (30, 70));
    }

    #[test]
    fn after_a_stall_every_arrival_starts_with_its_true_lateness_even_past_the_end() {
        let (time, station, kept) = station(|session| if session == 3 { ms(0) } else { ms(10) });
        let station = Rc::new(station);
        let staller = station.clone();
        time.run(async {
            let stall = tokio::task::spawn_local(async move {
                // A second waiter of the made-up time, between the arrivals 3 and 4.
                staller.time.pause(std::time::Duration::from_millis(350)).await;
                staller.time.stall(ms(5_000));
            });
            run(&station, pacer("rate = \"10/s\"\nfor = \"1s\""), ms(1_000), 1_000).await;
            station.drain(ms(9_000)).await;
            stall.await.expect("stalled");
        });
        let seen: Vec<Seen> = station.users.seen.borrow().clone();
        assert_eq!(sessions(&station), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!((seen[4].intended, seen[4].started), (ms(400), ms(5_000)));
        assert_eq!((seen[9].intended, seen[9].started), (ms(900), ms(5_000)));
        assert!(kept.rows().is_empty());
    }

    #[test]
    fn a_load_that_is_extended_goes_on_at_its_last_rate_without_a_gap() {
        let (time, station, _) = station(|_| ms(10));
        let station = Rc::new(station);
        let extender = station.clone();
        let longer = Arc::new(plan("rate = \"10/s\"\nfor = \"1s\"").prolonged(ms(5_000)));
        let pacer = Pacer::new(longer, Arrivals::Even, 0, 0, 1);
        let end = time.run(async {
            tokio::task::spawn_local(async move {
                extender.time.pause(std::time::Duration::from_millis(850)).await;
                extender.signal.extend(ms(1_200));
                extender.time.pause(std::time::Duration::from_millis(250)).await;
                extender.signal.extend(ms(1_450));
            });
            run(&station, pacer, ms(1_000), 1_000).await
        });
        assert_eq!(end, ms(1_450));
        let times: Vec<i64> = station.users.seen.borrow().iter().map(|seen| seen.started.0 / MS).collect();
        assert_eq!(times, (0..15).map(|k| k * 100).collect::<Vec<i64>>());
    }

    #[test]
    fn a_stop_ends_arrivals_and_leaves_those_in_flight_their_grace() {
        let (time, station, kept) = station(|session| ms(if session == 4 { 60_000 } else { 300 }));
        let station = Rc::new(station);
        let stopper = station.clone();
        let (end, cut) = time.run(async {
            tokio::task::spawn_local(async move {
                stopper.time.pause(std::time::Duration::from_millis(450)).await;
                stopper.signal.raise(Stage::Stop);
            });
            let end = run(&station, pacer("rate = \"10/s\"\nfor = \"10s\""), ms(10_000), 1_000).await;
            (end, station.drain(end + ms(1_000)).await)
        });
        assert_eq!((end, cut), (ms(450), 1));
        assert_eq!(sessions(&station), [0, 1, 2, 3, 4]);
        assert_eq!((station.tally.planned.get(), station.tally.in_flight.get()), (5, 0));
        assert_eq!(station.time.now(), ms(1_450));
        assert_eq!(kept.load_events(), [LoadEvent::InFlightAtEnd { count: 1 }]);
    }

    #[test]
    fn a_cut_ends_all_at_once_and_what_was_due_is_recorded() {
        let (time, station, kept) = station(|_| ms(60_000));
        let station = Rc::new(station);
        let cutter = station.clone();
        let cut = time.run(async {
            tokio::task::spawn_local(async move {
                cutter.time.pause(std::time::Duration::from_millis(250)).await;
                cutter.time.stall(ms(480));
                cutter.signal.raise(Stage::Cut);
            });
            let end = run(&station, pacer("rate = \"10/s\"\nfor = \"10s\""), ms(10_000), 1_000).await;
            let cut = station.drain(end + ms(1_000)).await;
            station.housekeep();
            cut
        });
        assert_eq!((cut, station.time.now()), (3, ms(480)));
        assert_eq!((sessions(&station), dropped(&kept)), (vec![0, 1, 2], vec![3, 4]));
    }

    #[test]
    fn a_session_without_a_row_counts_as_dropped_and_is_told_once() {
        let (time, mut station, kept) = station(|_| ms(0));
        station.users.ending = Box::new(|session| if session < 3 { Ended::Good } else { Ended::NoRow });
        let station = Rc::new(station);
        time.run(async {
            let end = run(&station, pacer("rate = \"10/s\"\nfor = \"1s\""), ms(1_000), 10).await;
            station.drain(end).await;
            station.housekeep();
        });
        assert_eq!(dropped(&kept), [3, 4, 5, 6, 7, 8, 9]);
        assert!(kept.rows().iter().all(|row| row.error == ErrorKind::NoRow), "told from the cap");
        assert_eq!((station.tally.started.get(), station.tally.dropped.get()), (3, 7));
        assert_eq!(kept.load_events(), [LoadEvent::FeederExhausted { feeder: "cards".into() }]);
    }

    #[test]
    fn own_connections_are_new_for_every_session() {
        let (time, mut station, _) = station(|_| ms(0));
        station.own_connections = true;
        let station = Rc::new(station);
        time.run(run(&station, pacer("rate = \"4/s\"\nfor = \"1s\""), ms(1_000), 10));
        let pools: Vec<_> = station.users.seen.borrow().iter().map(|seen| seen.pool).collect();
        assert_eq!(pools, [Some(0), Some(1), Some(2), Some(3)]);
    }
}
