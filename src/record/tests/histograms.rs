//! Histograms are complete whatever else is kept.

use super::*;
use crate::record::Series;
use crate::stats::Bucket;
use proptest::prelude::*;

fn sum(rows: &[HistogramRow], series: Series) -> u64 {
    rows.iter().filter(|row| row.series == series).map(|row| u64::from(row.count)).sum()
}

/// The second and third attempt of an operation that was first tried as `number`.
fn retried(number: u64, outcomes: &[(Outcome, bool)]) -> Vec<Attempt> {
    let first = Attempt { key: None, replay_of: None, arrival: true, ..attempt(number) };
    let count = outcomes.len();
    let each = |(place, &(outcome, good)): (usize, &(Outcome, bool))| {
        let later = Nanos(place as i64 * 3_000 * MILLI);
        Attempt {
            attempt: place as u16,
            last: place + 1 == count,
            arrival: place == 0,
            intended: first.intended + later,
            started: first.started + later,
            sent: Some(first.started + later + Nanos(10_000)),
            end: first.intended + later + Nanos(5 * MILLI),
            outcome,
            good,
            ..first.clone()
        }
    };
    outcomes.iter().enumerate().map(each).collect()
}

#[test]
fn with_marked_rows_only_the_histograms_are_still_complete() {
    let run = Run::with(Arc::new(Disk), Keep::Marked, Vec::new());
    let plain = |number| Attempt { key: None, replay_of: None, reply: None, target: None, ..attempt(number) };
    let mut attempts: Vec<Attempt> = (0..5_000).map(plain).collect();
    attempts.push(refused(5_000));
    attempts.push(Attempt { key: Some("k".into()), ..plain(5_001) });
    attempts.push(Attempt { replay_of: Some(3), ..plain(5_002) });
    attempts.push(Attempt { reply: Some(3), ..plain(5_003) });
    attempts.extend(retried(5_004, &[(Outcome::Indeterminate, false), (Outcome::Ok, true)]));
    run.submit(&attempts);
    let manifest = run.close();
    assert!(!manifest.complete);
    assert_eq!(manifest.counts["attempts_left_out"], 5_000);
    let record = run.read();
    assert_eq!(record.torn, None, "what was left out on purpose is not lost");
    assert_eq!(rows(&record), shown(&attempts[5_000..]));
    let histograms = record.histograms().expect("readable");
    assert_eq!(manifest.counts["replays"], 1, "repeated on purpose: no user's");
    assert_eq!(sum(&histograms, Series::Response), 5_004);
    assert_eq!(sum(&histograms, Series::FromSend), 5_004);
    assert_eq!(sum(&histograms, Series::Service), 5_005);
    assert_eq!(sum(&histograms, Series::Lateness), attempts.iter().filter(|row| row.arrival).count() as u64);
}

#[test]
fn where_every_row_was_marked_the_record_is_complete() {
    let run = Run::with(Arc::new(Disk), Keep::Marked, Vec::new());
    run.submit(&[refused(1), refused(2)]);
    assert!(run.close().complete);
}

#[test]
fn the_attempts_of_an_operation_are_one_operation_from_the_first_intended_start_to_the_last_end() {
    let run = Run::start();
    let mine =
        retried(1_500, &[(Outcome::Indeterminate, false), (Outcome::Fail, false), (Outcome::Fail, true)]);
    let other = retried(1_700, &[(Outcome::Fail, false), (Outcome::Ok, false)]);
    run.submit(&[mine[0].clone(), other[0].clone()]);
    run.submit(&[mine[1].clone(), other[1].clone(), mine[2].clone()]);
    run.close();
    let histograms = run.read().histograms().expect("readable");
    let of = |series, step| {
        let found: Vec<_> = histograms
            .iter()
            .filter(|row| row.series == series && row.step == StepId(step))
            .copied()
            .collect();
        found
    };
    // 1500 and 1700 both are step 0; they differ in their outcome.
    let response = of(Series::Response, 0);
    assert_eq!(response.len(), 2);
    let bucket = |millis: u64| Bucket::of(millis * 1_000);
    let mine = response.iter().find(|row| row.outcome == Outcome::Indeterminate).expect("joined");
    assert_eq!((mine.second, mine.good, mine.bucket, mine.count), (1, true, bucket(6_005), 1));
    let other = response.iter().find(|row| row.outcome == Outcome::Ok).expect("joined");
    assert_eq!((other.second, other.good, other.bucket, other.count), (1, false, bucket(3_005), 1));
    let from_send = of(Series::FromSend, 0);
    assert!(from_send.iter().any(|row| row.bucket == Bucket::of(6_005_000 - 20)));
    let seconds: Vec<i64> = of(Series::Service, 0).iter().map(|row| row.second).collect();
    assert!(seconds.contains(&1) && seconds.contains(&4) && seconds.contains(&7), "{seconds:?}");
    assert_eq!(of(Series::Lateness, 0).iter().map(|row| row.count).sum::<u32>(), 2);
}

#[test]
fn an_operation_whose_last_attempt_never_came_is_counted_and_bad() {
    let run = Run::start();
    let first = retried(3, &[(Outcome::Ok, true), (Outcome::Ok, true)]).swap_remove(0);
    run.submit(&[first]);
    let manifest = run.close();
    assert_eq!((manifest.counts["unfinished"], manifest.counts["bad"]), (1, 1));
    let histograms = run.read().histograms().expect("readable");
    let response: Vec<bool> =
        histograms.iter().filter(|row| row.series == Series::Response).map(|row| row.good).collect();
    assert_eq!(response, [false]);
}

#[test]
fn observers_hear_what_is_written() {
    let listener = Listener::default();
    let run = Run::with(Arc::new(Disk), Keep::All, vec![Box::new(listener.clone())]);
    run.submit(&(0..3_000).map(attempt).collect::<Vec<_>>());
    run.note(1, "heard");
    send_samples(&run, 4);
    run.close();
    let record = run.read();
    assert_eq!(*listener.histograms.lock().expect("lock"), record.histograms().expect("readable"));
    assert_eq!(*listener.events.lock().expect("lock"), record.events);
    assert_eq!(*listener.samples.lock().expect("lock"), record.samples().expect("readable"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    /// Counted once more from the rows themselves.
    #[test]
    fn histograms_are_what_the_rows_say(
        operations in proptest::collection::vec(proptest::collection::vec((0u8..3, any::<bool>()), 1..4), 0..60),
    ) {
        let run = Run::start();
        let mut expected: BTreeMap<(i64, u8, bool, u32), u64> = BTreeMap::new();
        let mut attempts = Vec::new();
        for (number, outcomes) in operations.iter().enumerate() {
            let outcomes: Vec<_> =
                outcomes.iter().map(|&(o, good)| (Outcome::from_number(o).expect("three"), good)).collect();
            let rows = retried(number as u64 * 100, &outcomes);
            let joined = outcomes.iter().map(|(outcome, _)| *outcome).reduce(Outcome::join).expect("one at least");
            let last = rows.last().expect("one at least");
            let bucket = Bucket::of((last.end - rows[0].intended).as_micros());
            *expected.entry((rows[0].intended.second(), joined as u8, last.good, bucket.0)).or_insert(0) += 1;
            attempts.extend(rows);
        }
        attempts.sort_by_key(|row| row.end);
        run.submit(&attempts);
        run.close();
        let mut found: BTreeMap<(i64, u8, bool, u32), u64> = BTreeMap::new();
        for row in run.read().histograms().expect("readable") {
            if row.series == Series::Response {
                *found.entry((row.second, row.outcome as u8, row.good, row.bucket.0)).or_insert(0) += u64::from(row.count);
            }
        }
        prop_assert_eq!(found, expected);
    }
}
