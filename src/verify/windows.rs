//! The windows of a run as they were observed, and which of them an operation belongs to.

use super::strike::Strike;
use crate::event::Nanos;
use crate::plan::expression::Window;
use crate::stats::Window as Span;
use std::collections::BTreeSet;
use std::ops::Range;

/// A piece of the run in which the same faults are in force and the same recoveries go on.
#[derive(Clone, Debug, Default)]
struct Segment {
    from: Nanos,
    faults: Vec<usize>,
    recoveries: Vec<usize>,
}

/// Where an operation belongs.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    faults: &'a [usize],
    caught: Range<usize>,
    recoveries: &'a [usize],
}

impl Place<'_> {
    /// The strikes whose fault window it belongs to, by their numbers.
    pub fn faults(&self) -> impl Iterator<Item = usize> + '_ {
        self.faults.iter().copied().chain(self.caught.clone())
    }

    /// Whether it belongs to the steady window.
    pub fn is_steady(&self) -> bool {
        self.faults.is_empty() && self.caught.is_empty() && self.recoveries.is_empty()
    }

    /// Whether it belongs to this window.
    pub fn is_in(&self, window: &Aim) -> bool {
        match window {
            Aim::Run => true,
            Aim::Steady => self.is_steady(),
            Aim::Fault(strikes) => self.faults().any(|strike| strikes[strike]),
            Aim::Recovery(strikes) => self.recoveries.iter().any(|strike| strikes[*strike]),
        }
    }
}

/// A whole second of the run's clock, and where it belongs.
#[derive(Clone, Debug)]
pub struct WholeSecond {
    /// Its number.
    pub second: i64,
    faults: Vec<usize>,
    recoveries: Vec<usize>,
}

impl WholeSecond {
    /// Where its operations belong.
    pub fn place(&self) -> Place<'_> {
        Place { faults: &self.faults, caught: 0..0, recoveries: &self.recoveries }
    }
}

/// A window of the plan, with its faults found among the strikes.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// The run without warm-up.
    Run,
    /// The run without faults and recoveries.
    Steady,
    /// While any of these strikes was being applied, was in force or was being healed.
    Fault(Vec<bool>),
    /// While any of these strikes was being recovered from.
    Recovery(Vec<bool>),
}

impl Aim {
    /// Whether it is a window of faults that names this strike.
    pub fn names(&self, strike: usize) -> bool {
        matches!(self, Aim::Fault(strikes) if strikes.get(strike).is_some_and(|named| *named))
    }
}

/// The windows of a run.
#[derive(Clone, Debug)]
pub struct Observed {
    measured: Span,
    ids: Vec<String>,
    begun: Vec<Nanos>,
    in_force: Vec<Option<Span>>,
    faults: Vec<Option<Span>>,
    recoveries: Vec<Option<Span>>,
    segments: Vec<Segment>,
}

impl Observed {
    /// From the measured load, the strikes (in the order of [`super::strike::strikes`]), and for each strike the time at
    /// which users were served again, where that was seen.
    pub fn new(measured: Span, strikes: &[Strike], recovered: &[Option<Nanos>]) -> Observed {
        let faults: Vec<Option<Span>> = strikes
            .iter()
            .map(|strike| {
                strike.begun().map(|from| Span { from, to: strike.gone().unwrap_or(Nanos::MAX).max(from) })
            })
            .collect();
        let recoveries = faults
            .iter()
            .enumerate()
            .map(|(number, fault)| {
                // What was never in force leaves nothing to recover from.
                strikes[number].applied?;
                let gone = (*fault)?.to;
                let next = next_of_same(strikes, number).unwrap_or(measured.to);
                let until = recovered.get(number).copied().flatten().unwrap_or(next);
                (gone < until).then_some(Span { from: gone, to: until })
            })
            .collect();
        let mut windows = Observed {
            measured,
            ids: strikes.iter().map(|strike| strike.id.clone()).collect(),
            begun: strikes.iter().map_while(Strike::begun).collect(),
            in_force: strikes.iter().map(Strike::in_force).collect(),
            faults,
            recoveries,
            segments: Vec::new(),
        };
        windows.cut();
        windows
    }

    /// The measured load: from the end of warm-up to the end of the load.
    pub fn measured(&self) -> Span {
        self.measured
    }

    fn cut(&mut self) {
        let mut points: Vec<Nanos> = self
            .faults
            .iter()
            .chain(&self.recoveries)
            .flatten()
            .flat_map(|span| [span.from, span.to])
            .collect();
        points.push(Nanos(i64::MIN));
        points.sort_unstable();
        points.dedup();
        let holding = |spans: &[Option<Span>], at| {
            let inside = |span: &Option<Span>| span.is_some_and(|span| span.contains(at));
            spans.iter().enumerate().filter(|(_, span)| inside(span)).map(|(number, _)| number).collect()
        };
        self.segments = points
            .into_iter()
            .map(|from| Segment {
                from,
                faults: holding(&self.faults, from),
                recoveries: holding(&self.recoveries, from),
            })
            .collect();
    }

    /// Where an operation belongs: to the windows of its intended start; one that begins in steady and is still open
    /// when a fault begins belongs to that fault.
    pub fn place(&self, intended: Nanos, end: Nanos) -> Place<'_> {
        let after = self.segments.partition_point(|segment| segment.from <= intended);
        let segment = &self.segments[after.saturating_sub(1)];
        let mut caught = 0..0;
        if segment.faults.is_empty() && segment.recoveries.is_empty() {
            let first = self.begun.partition_point(|begun| *begun <= intended);
            let behind = self.begun.partition_point(|begun| *begun < end);
            caught = first..behind.max(first);
        }
        Place { faults: &segment.faults, caught, recoveries: &segment.recoveries }
    }

    /// Where a whole second of the run's clock belongs, for records that kept only histograms: to a fault if it touches
    /// it, else to a recovery if it touches one, else to steady.
    pub fn second(&self, second: i64) -> WholeSecond {
        let whole = second_span(second);
        let touch = |spans: &[Option<Span>]| {
            let meets = |span: &Option<Span>| span.is_some_and(|span| !common(span, whole).is_empty());
            spans.iter().enumerate().filter(|(_, span)| meets(span)).map(|(number, _)| number).collect()
        };
        let faults: Vec<usize> = touch(&self.faults);
        let recoveries = if faults.is_empty() { touch(&self.recoveries) } else { Vec::new() };
        WholeSecond { second, faults, recoveries }
    }

    /// Whether a strike was in force at any time from `from` to `to`.
    pub fn is_in_force(&self, strike: usize, from: Nanos, to: Nanos) -> bool {
        self.in_force.get(strike).copied().flatten().is_some_and(|span| from < span.to && span.from <= to)
    }

    /// Whether any strike that this window names was in force at any time from `from` to `to`.
    pub fn is_any_in_force(&self, window: &Aim, from: Nanos, to: Nanos) -> bool {
        let Aim::Fault(strikes) = window else { return false };
        strikes.iter().enumerate().any(|(strike, wanted)| *wanted && self.is_in_force(strike, from, to))
    }

    /// When the last stretch of a window of faults or recoveries ends; nothing where one never does.
    pub fn ends(&self, window: &Aim) -> Option<Nanos> {
        let (spans, wanted) = match window {
            Aim::Fault(wanted) => (&self.faults, wanted),
            Aim::Recovery(wanted) => (&self.recoveries, wanted),
            Aim::Run | Aim::Steady => return None,
        };
        spans
            .iter()
            .zip(wanted)
            .filter(|(_, wanted)| **wanted)
            .filter_map(|(span, _)| *span)
            .map(|span| span.to)
            .max()
    }

    /// A window of the plan, with its faults found among the strikes.
    pub fn aim(&self, window: &Window) -> Aim {
        let of = |id: &str| self.ids.iter().map(|other| other == id).collect();
        match window {
            Window::Run => Aim::Run,
            Window::Steady => Aim::Steady,
            Window::Fault(id) => Aim::Fault(of(id)),
            Window::Recovery(id) => Aim::Recovery(of(id)),
        }
    }

    /// How many seconds of this stretch of the measured load lie in this window.
    pub fn seconds_within(&self, window: &Aim, stretch: Span) -> f64 {
        self.spans(window).map(|span| common(span, stretch).length().as_secs_f64()).sum()
    }

    /// The stretches of so many whole seconds of the run's clock that this window touches in the measured load, by number,
    /// in order.
    pub fn touched(&self, window: &Aim, seconds: i64) -> BTreeSet<i64> {
        let place = |at: Nanos| at.second().div_euclid(seconds);
        self.spans(window).flat_map(|span| place(span.from)..=place(span.to - Nanos(1))).collect()
    }

    /// The stretches of the measured load that lie in this window, in order of time.
    fn spans(&self, window: &Aim) -> impl Iterator<Item = Span> {
        let ends = self.segments.iter().map(|segment| segment.from).skip(1).chain([Nanos::MAX]);
        self.segments
            .iter()
            .zip(ends)
            .filter(|(segment, _)| {
                Place { faults: &segment.faults, caught: 0..0, recoveries: &segment.recoveries }.is_in(window)
            })
            .map(|(segment, to)| common(Span::new(segment.from, to), self.measured))
            .filter(|span| !span.is_empty())
    }

    /// Whether there was such a window at all: the fault was applied, the recovery began.
    pub fn exists(&self, window: &Aim) -> bool {
        let any = |there: &mut dyn Iterator<Item = bool>, wanted: &[bool]| {
            there.zip(wanted).any(|(there, wanted)| *wanted && there)
        };
        match window {
            Aim::Run | Aim::Steady => true,
            Aim::Fault(strikes) => any(&mut self.in_force.iter().map(Option::is_some), strikes),
            Aim::Recovery(strikes) => any(&mut self.recoveries.iter().map(Option::is_some), strikes),
        }
    }
}

/// When the same fault begins the next time.
pub fn next_of_same(strikes: &[Strike], number: usize) -> Option<Nanos> {
    let (before, after) = strikes.split_at_checked(number + 1)?;
    let id = &before.last()?.id;
    after.iter().filter(|strike| strike.id == *id).find_map(Strike::begun)
}

/// A whole second of the run's clock.
pub fn second_span(second: i64) -> Span {
    let from = Nanos(second.saturating_mul(1_000_000_000));
    Span::new(from, from + Nanos(1_000_000_000))
}

/// What two stretches have in common.
pub fn common(one: Span, other: Span) -> Span {
    Span::new(one.from.max(other.from), one.to.min(other.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Nanos {
        Nanos::from_secs_f64(seconds)
    }

    fn strike(id: &str, applied: f64, healed: Option<f64>) -> Strike {
        Strike { id: id.into(), applied: Some(at(applied)), healed: healed.map(at), ..Strike::default() }
    }

    /// Warm-up to 2 s, load to 30 s; `a` from 10 to 15 and recovered at 17, `b` from 20 and never healed.
    fn windows() -> Observed {
        Observed::new(
            Span { from: at(2.0), to: at(30.0) },
            &[strike("a", 10.0, Some(15.0)), strike("b", 20.0, None)],
            &[Some(at(17.0)), None],
        )
    }

    fn belongs(windows: &Observed, intended: f64, end: f64) -> Vec<&'static str> {
        ["steady", "fault(a)", "recovery(a)", "fault(b)", "recovery(b)"]
            .into_iter()
            .filter(|name| {
                let window = windows.aim(&name.parse().expect("a window"));
                windows.place(at(intended), at(end)).is_in(&window)
            })
            .collect()
    }

    #[test]
    fn an_operation_belongs_to_the_window_of_its_intended_start() {
        let windows = windows();
        assert_eq!(belongs(&windows, 3.0, 3.1), ["steady"]);
        assert_eq!(belongs(&windows, 10.0, 10.1), ["fault(a)"]);
        assert_eq!(belongs(&windows, 14.999, 25.0), ["fault(a)"]);
        assert_eq!(belongs(&windows, 15.0, 15.1), ["recovery(a)"]);
        assert_eq!(belongs(&windows, 17.0, 17.1), ["steady"]);
        assert_eq!(belongs(&windows, 29.0, 29.5), ["fault(b)"]);
    }

    #[test]
    fn one_that_is_open_when_a_fault_is_applied_belongs_to_the_fault() {
        let windows = windows();
        assert_eq!(belongs(&windows, 9.9, 10.2), ["fault(a)"]);
        assert_eq!(belongs(&windows, 9.9, 10.0), ["steady"]);
        assert_eq!(belongs(&windows, 9.9, 21.0), ["fault(a)", "fault(b)"]);
        assert_eq!(belongs(&windows, 16.9, 21.0), ["recovery(a)"], "only what begins in steady is caught");
    }

    #[test]
    fn what_fails_between_the_start_of_a_fault_and_its_being_applied_belongs_to_it() {
        let stop = Strike { started: Some(at(10.0)), ..strike("a", 20.0, Some(25.0)) };
        let failed = Strike {
            id: "b".into(),
            started: Some(at(27.0)),
            apply_failed: Some("no such process".into()),
            gave_up: Some(at(28.0)),
            ..Strike::default()
        };
        let span = Span { from: at(2.0), to: at(30.0) };
        let windows = Observed::new(span, &[stop, failed], &[Some(at(26.0)), None]);
        assert_eq!(belongs(&windows, 9.0, 9.5), ["steady"]);
        assert_eq!(belongs(&windows, 9.9, 10.1), ["fault(a)"]);
        assert_eq!(belongs(&windows, 10.0, 10.1), ["fault(a)"]);
        assert_eq!(belongs(&windows, 19.9, 19.95), ["fault(a)"]);
        assert_eq!(belongs(&windows, 25.0, 25.1), ["recovery(a)"]);
        assert_eq!(belongs(&windows, 27.5, 27.6), ["fault(b)"], "an attempt that failed is not steady");
        assert_eq!(belongs(&windows, 28.0, 28.1), ["steady"], "and leaves nothing to recover from");
        assert!(!windows.exists(&windows.aim(&Window::Fault("b".into()))), "it was never in force");
    }

    #[test]
    fn lengths_are_those_observed_and_add_up() {
        let windows = windows();
        let seconds = |name: &str| {
            windows.seconds_within(&windows.aim(&name.parse().expect("a window")), windows.measured())
        };
        assert_eq!(seconds("run"), 28.0);
        assert_eq!(seconds("fault(a)"), 5.0);
        assert_eq!(seconds("recovery(a)"), 2.0);
        assert_eq!(seconds("fault(b)"), 10.0);
        assert_eq!(seconds("steady"), 28.0 - 17.0);
        let fault = windows.aim(&Window::Fault("a".into()));
        assert_eq!(windows.seconds_within(&fault, second_span(14)), 1.0);
        assert_eq!(windows.seconds_within(&fault, second_span(15)), 0.0);
        assert_eq!(windows.touched(&fault, 1), BTreeSet::from([10, 11, 12, 13, 14]));
        assert_eq!(windows.touched(&fault, 4), BTreeSet::from([2, 3]));
    }

    #[test]
    fn a_window_that_never_was_does_not_exist() {
        let windows = windows();
        let exists = |name: &str| windows.exists(&windows.aim(&name.parse().expect("a window")));
        assert!(exists("fault(a)") && exists("steady") && exists("fault(b)"));
        assert!(!exists("recovery(b)"), "it was never healed");
        assert!(!exists("fault(c)"), "it never struck");
    }

    #[test]
    fn the_next_strike_of_the_same_fault_ends_a_recovery() {
        let strikes = [strike("a", 10.0, Some(12.0)), strike("b", 13.0, None), strike("a", 15.0, Some(16.0))];
        let windows = Observed::new(Span { from: at(0.0), to: at(30.0) }, &strikes, &[None, None, None]);
        assert_eq!(windows.recoveries[0], Some(Span { from: at(12.0), to: at(15.0) }));
        assert_eq!(windows.recoveries[2], Some(Span { from: at(16.0), to: at(30.0) }));
    }

    #[test]
    fn whole_seconds_belong_to_the_fault_that_they_touch() {
        let strikes = [strike("a", 10.5, Some(12.5))];
        let windows = Observed::new(Span { from: at(0.0), to: at(30.0) }, &strikes, &[Some(at(14.0))]);
        let fault = windows.aim(&Window::Fault("a".into()));
        let recovery = windows.aim(&Window::Recovery("a".into()));
        let of = |window: &Aim| {
            (0..30).filter(|second| windows.second(*second).place().is_in(window)).collect::<Vec<_>>()
        };
        assert_eq!(of(&fault), [10, 11, 12]);
        assert_eq!(of(&recovery), [13]);
        assert_eq!(of(&Aim::Steady).len(), 26);
    }
}
