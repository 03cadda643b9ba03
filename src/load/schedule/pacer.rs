//! When arrivals are due: a pure function of the time elapsed and the arrivals so far.

use super::Timeline;
use crate::event::Nanos;
use crate::plan::model::Arrivals;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::sync::Arc;

/// Keeps the stream of arrival times apart from all other streams that a plan's seed makes.
const ARRIVALS: u64 = 0x4152_5249_5645_5331;

/// One arrival of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its number among all arrivals of the load, from 0.
    pub number: u64,
    /// When it is due, from the start of the load.
    pub at: Nanos,
}

/// The arrivals of one worker: every n-th of all. It reads no clock.
///
/// With Λ(t) the arrivals expected until t, the even k-th arrival (from 0) is at Λ⁻¹(k): the first at the start, none at
/// the end. A Poisson process of changing rate is one of rate 1 on the time axis Λ (Çinlar, *Introduction to Stochastic
/// Processes*, 4.7), so its k-th arrival is at Λ⁻¹(E₀ + … + Eₖ) with independent standard exponential E. Times come from
/// the start of the load, never from the arrival before, so that nothing drifts; and each worker derives all of the
/// sequence, so that its times do not depend on how many workers there are.
#[derive(Clone, Debug)]
pub struct Pacer {
    timeline: Arc<Timeline>,
    poisson: Option<Poisson>,
    worker: u64,
    workers: u64,
    number: u64,
    next: Option<Arrival>,
}

#[derive(Clone, Debug)]
struct Poisson {
    random: Xoshiro256PlusPlus,
    sum: f64,
}

impl Poisson {
    /// The next arrival on the axis Λ.
    fn next(&mut self) -> f64 {
        // 53 random bits: uniform on [0, 1), so that the logarithm's argument is never 0.
        let uniform = (self.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        self.sum -= (-uniform).ln_1p();
        self.sum
    }
}

impl Pacer {
    /// The arrivals `worker`, `worker + workers`, … of the load.
    pub fn new(timeline: Arc<Timeline>, arrivals: Arrivals, seed: u64, worker: u64, workers: u64) -> Pacer {
        let poisson = (arrivals == Arrivals::Poisson)
            .then(|| Poisson { random: Xoshiro256PlusPlus::seed_from_u64(seed ^ ARRIVALS), sum: 0.0 });
        let mut pacer = Pacer { timeline, poisson, worker, workers: workers.max(1), number: 0, next: None };
        pacer.next = pacer.step(worker + 1);
        pacer
    }

    /// The next arrival; None after the last.
    #[inline]
    pub fn next(&self) -> Option<Arrival> {
        self.next
    }

    /// Takes the next arrival, if it is due when so much time has passed since the start of the load. A late caller gets all
    /// that are due, one by one, each with its own time.
    pub fn take_due(&mut self, elapsed: Nanos) -> Option<Arrival> {
        let arrival = self.next.filter(|arrival| arrival.at <= elapsed)?;
        self.next = self.step(self.workers);
        Some(arrival)
    }

    /// Moves on by `count` arrivals and tells the time of the last of them.
    fn step(&mut self, count: u64) -> Option<Arrival> {
        self.number += count;
        let number = self.number - 1;
        let area = match &mut self.poisson {
            None => number as f64,
            Some(poisson) => (0..count).fold(0.0, |_, _| poisson.next()),
        };
        let at = self.timeline.curve().time_of_area(area)?;
        debug_assert_eq!(number % self.workers, self.worker);
        Some(Arrival { number, at })
    }
}

#[cfg(test)]
mod tests {
    use super::super::timeline;
    use super::*;
    use crate::plan::model::Load;

    fn shared(text: &str) -> Arc<Timeline> {
        Arc::new(timeline(&toml::from_str::<Load>(text).expect("a load")))
    }

    fn all(text: &str, kind: Arrivals, seed: u64, worker: u64, workers: u64) -> Vec<Arrival> {
        let mut pacer = Pacer::new(shared(text), kind, seed, worker, workers);
        std::iter::from_fn(|| pacer.take_due(Nanos::MAX)).collect()
    }

    const CHANGING: &str = r#"stages = [{ ramp_to = "100/s", for = "3s" }, { rate = "0/s", for = "1s" }, { rate = "37/s", for = "5s" }]
                              spikes = [{ at = "2s", for = "3s", rate = "11/s" }]"#;

    #[test]
    fn even_arrivals_lie_at_even_distances_from_the_start_on() {
        let arrivals = all("rate = \"4/s\"\nfor = \"2s\"", Arrivals::Even, 0, 0, 1);
        let times: Vec<i64> = arrivals.iter().map(|a| a.at.0 / 1_000_000).collect();
        assert_eq!(times, [0, 250, 500, 750, 1000, 1250, 1500, 1750]);
        assert_eq!(arrivals[7].number, 7);
    }

    #[test]
    fn arrivals_up_to_the_planned_end_are_the_same_where_the_load_may_go_on() {
        let planned = shared(CHANGING);
        let longer = Arc::new(planned.prolonged(Nanos::from_secs_f64(10.0)));
        for kind in [Arrivals::Even, Arrivals::Poisson] {
            let until = |timeline: &Arc<Timeline>| {
                let mut pacer = Pacer::new(timeline.clone(), kind, 7, 0, 1);
                let end = planned.total() - Nanos(1);
                std::iter::from_fn(|| pacer.take_due(end)).collect::<Vec<Arrival>>()
            };
            assert_eq!(until(&planned), until(&longer), "{kind:?}");
            let mut pacer = Pacer::new(longer.clone(), kind, 7, 0, 1);
            let all = std::iter::from_fn(|| pacer.take_due(Nanos::MAX)).count();
            assert!(all > until(&planned).len() + 300, "it goes on at 37/s: {all}");
        }
    }

    #[test]
    fn ten_million_arrivals_do_not_drift() {
        let pacer = |worker| {
            Pacer::new(shared("rate = \"10000/s\"\nfor = \"2000s\""), Arrivals::Even, 0, worker, 20_000_000)
        };
        for number in [0, 1, 9_999_999, 10_000_000, 12_345_678, 19_999_999] {
            assert_eq!(pacer(number).next(), Some(Arrival { number, at: Nanos(number as i64 * 100_000) }));
        }
        assert_eq!(pacer(20_000_000).next(), None);
        let thirds = Pacer::new(
            shared("rate = \"3000/s\"\nfor = \"10000s\""),
            Arrivals::Even,
            0,
            10_000_000,
            30_000_000,
        );
        assert_eq!(thirds.next().map(|a| a.at), Some(Nanos(3_333_333_333_333)));
    }

    #[test]
    fn any_number_of_workers_shares_exactly_the_same_arrivals() {
        for kind in [Arrivals::Even, Arrivals::Poisson] {
            let one = all(CHANGING, kind, 7, 0, 1);
            assert!(one.len() > 300, "{}", one.len());
            for workers in [2, 3, 8] {
                let mut many: Vec<_> =
                    (0..workers).flat_map(|w| all(CHANGING, kind, 7, w, workers)).collect();
                many.sort_by_key(|arrival| arrival.number);
                assert_eq!(many, one, "{kind:?} over {workers}");
            }
        }
    }

    #[test]
    fn a_seed_makes_the_same_poisson_arrivals_and_another_one_others() {
        assert_eq!(all(CHANGING, Arrivals::Poisson, 7, 0, 1), all(CHANGING, Arrivals::Poisson, 7, 0, 1));
        assert_ne!(all(CHANGING, Arrivals::Poisson, 7, 0, 1), all(CHANGING, Arrivals::Poisson, 8, 0, 1));
    }

    #[test]
    fn poisson_arrivals_have_the_mean_and_the_variance_of_a_poisson_process() {
        let arrivals = all("rate = \"100/s\"\nfor = \"1000s\"", Arrivals::Poisson, 3, 0, 1);
        let mut counts = vec![0f64; 1000];
        for arrival in &arrivals {
            counts[arrival.at.second() as usize] += 1.0;
        }
        let mean = counts.iter().sum::<f64>() / 1000.0;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / 999.0;
        // Four standard errors: 10/√1000 for the mean, about 100·√(2/999) for the variance.
        assert!((mean - 100.0).abs() < 1.3, "{mean}");
        assert!((variance - 100.0).abs() < 18.0, "{variance}");
    }

    #[test]
    fn poisson_arrivals_follow_a_ramp() {
        let arrivals = all(r#"stages = [{ ramp_to = "1000/s", for = "20s" }]"#, Arrivals::Poisson, 5, 0, 1);
        let early = arrivals.iter().filter(|arrival| arrival.at < Nanos::from_secs_f64(10.0)).count() as f64;
        assert!((early - 2500.0).abs() < 4.0 * 50.0, "{early}");
        assert!((arrivals.len() as f64 - 10_000.0).abs() < 4.0 * 100.0, "{}", arrivals.len());
    }

    #[test]
    fn only_what_is_due_is_taken_and_after_a_stall_all_of_it() {
        let mut pacer = Pacer::new(shared("rate = \"10/s\"\nfor = \"1s\""), Arrivals::Even, 0, 0, 1);
        assert_eq!(pacer.take_due(Nanos(-1)), None);
        assert_eq!(pacer.take_due(Nanos::ZERO).map(|a| a.number), Some(0));
        assert_eq!(pacer.take_due(Nanos(99_999_999)), None);
        let late: Vec<u64> =
            std::iter::from_fn(|| pacer.take_due(Nanos::from_secs_f64(60.0))).map(|a| a.number).collect();
        assert_eq!(late, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(pacer.next(), None);
    }
}
