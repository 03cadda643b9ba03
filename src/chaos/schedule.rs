//! When a fault strikes: pure arithmetic on the plan's timeline, whose zero is the start of the load.

use crate::event::Nanos;
use crate::plan::model::FaultSpec;

/// What begins a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// This time.
    At(Nanos),
    /// The first heal of this other fault.
    After(String),
    /// A condition that somebody else watches.
    When(String),
}

/// When a fault strikes and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// What begins it.
    pub begin: Begin,
    /// How long a strike lasts; `None`: to the end of the load.
    pub duration: Option<Nanos>,
    /// The distance from strike to strike, and how often in all (`None`: until the end of the load).
    pub repeat: Option<(Nanos, Option<u32>)>,
}

/// One strike on the plan's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strike {
    /// 0, 1, 2, …
    pub occurrence: u32,
    /// When.
    pub at: Nanos,
    /// When it is healed; `None`: when the load ends.
    pub heal_at: Option<Nanos>,
}

impl Timing {
    /// The timing of a plan's fault; `momentary` ones last no time. The error says what does not fit.
    pub fn of(spec: &FaultSpec, momentary: bool) -> Result<Timing, String> {
        let wrong = |what: &str| Err(format!("fault `{}`: {what}", spec.id));
        let begin = match (&spec.at, &spec.after, &spec.when) {
            (Some(at), None, None) => Begin::At(Nanos::from(at.0)),
            (None, Some(after), None) if *after == spec.id => return wrong("it waits for itself"),
            (None, Some(after), None) => Begin::After(after.clone()),
            (None, None, Some(when)) => Begin::When(when.clone()),
            (None, None, None) => return wrong("it never strikes; add `at`, `after` or `when`"),
            _ => return wrong("only one of `at`, `after` and `when` can begin it"),
        };
        let repeat = match (spec.every, spec.times) {
            (Some(every), _) if every.0.is_zero() => return wrong("`every` must be longer than nothing"),
            (_, Some(0)) => return wrong("`times = 0` never strikes"),
            (Some(every), times) => Some((Nanos::from(every.0), times)),
            (None, Some(_)) => return wrong("`times` needs `every`: how long from strike to strike?"),
            (None, None) => None,
        };
        let duration =
            if momentary { Some(Nanos::ZERO) } else { spec.duration.map(|time| Nanos::from(time.0)) };
        Ok(Timing { begin, duration, repeat })
    }

    /// A rolling fault that does not say how often strikes each of its targets once.
    pub(super) fn once_for_each(&mut self, targets: usize) {
        if let Some((_, times)) = &mut self.repeat {
            times.get_or_insert(u32::try_from(targets).unwrap_or(u32::MAX));
        }
    }

    /// The strikes, if the first one is at `first`, of a load that ends at `end`. None is at or after the end.
    pub fn strikes(&self, first: Nanos, end: Nanos) -> impl Iterator<Item = Strike> + use<> {
        let (every, times) = match self.repeat {
            Some((every, times)) => (every, times.unwrap_or(u32::MAX)),
            None => (Nanos::ZERO, 1),
        };
        let duration = self.duration;
        (0..times)
            .map(move |occurrence| (occurrence, first + Nanos(every.0.saturating_mul(i64::from(occurrence)))))
            .take_while(move |(_, at)| *at < end)
            .map(move |(occurrence, at)| {
                let heal_at = duration.map(|duration| at + duration).filter(|heal_at| *heal_at < end);
                Strike { occurrence, at, heal_at }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(toml: &str) -> Result<Timing, String> {
        let spec: FaultSpec = toml::from_str(&format!("id='f'\n{toml}")).expect(toml);
        Timing::of(&spec, false)
    }

    fn strikes(toml: &str, end: i64) -> Vec<(i64, Option<i64>)> {
        let timing = timing(toml).expect(toml);
        let Begin::At(first) = timing.begin else { panic!("{toml}") };
        let second = |at: Nanos| at.0 / 1_000_000_000;
        let end = Nanos::from_secs_f64(end as f64);
        timing.strikes(first, end).map(|one| (second(one.at), one.heal_at.map(second))).collect()
    }

    #[test]
    fn strikes_lie_inside_the_load() {
        assert_eq!(strikes("at='5s'\nfor='3s'", 10), [(5, Some(8))]);
        assert_eq!(strikes("at='5s'", 10), [(5, None)]);
        assert_eq!(strikes("at='5s'\nfor='5s'", 10), [(5, None)], "healed with the end of the load");
        assert_eq!(strikes("at='10s'\nfor='1s'", 10), []);
        assert_eq!(strikes("at='0s'\nfor='1s'", 10), [(0, Some(1))]);
    }

    #[test]
    fn repeats_count_from_strike_to_strike() {
        assert_eq!(strikes("at='1s'\nfor='1s'\nevery='4s'", 10), [(1, Some(2)), (5, Some(6)), (9, None)]);
        assert_eq!(strikes("at='1s'\nevery='4s'\ntimes=2", 10), [(1, None), (5, None)]);
    }

    #[test]
    fn an_endless_repetition_is_not_laid_out_at_once() {
        let timing = timing("at='0s'\nevery='1ns'").expect("a timing");
        assert_eq!(timing.strikes(Nanos::ZERO, Nanos::MAX).take(3).count(), 3);
    }

    #[test]
    fn what_lasts_no_time_is_healed_at_once() {
        let spec: FaultSpec = toml::from_str("id='f'\nat='1s'\nfor='5s'").expect("a fault");
        let timing = Timing::of(&spec, true).expect("a timing");
        let one = timing.strikes(Nanos(5), Nanos(9)).next().expect("a strike");
        assert_eq!(one.heal_at, Some(one.at));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        for (toml, word) in [
            ("", "never strikes"),
            ("at='1s'\nafter='g'", "only one"),
            ("after='f'", "itself"),
            ("at='1s'\nevery='0s'", "longer"),
            ("at='1s'\nevery='1s'\ntimes=0", "times = 0"),
            ("at='1s'\ntimes=2", "every"),
        ] {
            let error = timing(toml).expect_err(toml);
            assert!(error.contains(word) && error.contains("fault `f`"), "{error}");
        }
    }
}
