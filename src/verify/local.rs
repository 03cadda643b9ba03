//! Operations that failed by our own doing, and not by the deployment's: a limit of this machine was reached, a feeder had no
//! row left, the run's end cut them off.
//!
//! What the deployment would have answered is not known. They are counted apart from all others, and an objective is
//! judged with all of them good and with all of them bad: the same verdict stands, another one is Unknown.

use super::operations::Operation;
use crate::event::{ErrorKind, Event, LoadEvent, Nanos, Timed};
use crate::record::Record;
use crate::stats::Window as Span;

/// Why an operation failed by our own doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A limit of this machine was reached: open files, ports, memory, threads.
    Limit,
    /// A feeder with unique rows had none left.
    NoRow,
    /// The end of the run cut it off before its time.
    Cut,
    /// The generator did not run for a while, so that its times say nothing.
    Stalled,
}

/// Tells such operations from all others.
#[derive(Clone, Debug, Default)]
pub struct Local {
    /// When the load was cut, where the run was ended before its time.
    cut: Option<Nanos>,
    load_end: Nanos,
    /// When the generator did not run.
    pub stalls: Vec<Span>,
}

impl Local {
    /// What the record says of it.
    pub fn new(record: &Record) -> Local {
        let manifest = &record.manifest;
        let aborted = record.events.iter().find(|timed| matches!(timed.event, Event::Abort { .. }));
        Local {
            cut: manifest.aborted.as_ref().map(|_| aborted.map_or(manifest.load_end, |timed| timed.time)),
            load_end: manifest.load_end,
            stalls: stalls(&record.events),
        }
    }

    /// Why this operation failed by our own doing, if it did.
    pub fn cause(&self, operation: &Operation) -> Option<Cause> {
        match operation.error {
            ErrorKind::Local => return Some(Cause::Limit),
            ErrorKind::NoRow => return Some(Cause::NoRow),
            ErrorKind::InFlight | ErrorKind::Dropped if self.cut.is_some_and(|cut| operation.end >= cut) => {
                return Some(Cause::Cut);
            }
            // A step that began after the end of the load had less than the grace period. One that began before had all
            // of it: a reply that slow is the deployment's.
            ErrorKind::InFlight if operation.started >= self.load_end => return Some(Cause::Cut),
            _ => {}
        }
        let under_way = |stall: &Span| operation.intended < stall.to && stall.from < operation.end;
        self.stalls.iter().any(under_way).then_some(Cause::Stalled)
    }

    /// For how many seconds of this stretch the generator did not run.
    pub fn stalled_within(&self, span: Span) -> f64 {
        let common = |stall: &Span| super::windows::common(*stall, span);
        self.stalls.iter().map(|stall| common(stall).length().as_secs_f64()).sum()
    }
}

fn stalls(events: &[Timed]) -> Vec<Span> {
    events
        .iter()
        .filter_map(|timed| match &timed.event {
            Event::Load(LoadEvent::Stalled { since, .. }) => Some(Span::new(*since, timed.time)),
            _ => None,
        })
        .collect()
}

/// How many failed by our own doing, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LocalCount {
    /// Operations.
    pub operations: u64,
    /// Arrivals among them.
    pub arrivals: u64,
    limit: u64,
    no_row: u64,
    cut: u64,
    stalled: u64,
}

impl LocalCount {
    /// Counts one operation.
    pub fn add(&mut self, operation: &Operation, cause: Cause) {
        self.operations += 1;
        self.arrivals += u64::from(operation.arrival);
        *match cause {
            Cause::Limit => &mut self.limit,
            Cause::NoRow => &mut self.no_row,
            Cause::Cut => &mut self.cut,
            Cause::Stalled => &mut self.stalled,
        } += 1;
    }

    /// How many failed at a limit of this machine.
    pub fn at_limits(&self) -> u64 {
        self.limit
    }

    /// The causes in words, each with its number.
    pub fn causes(&self) -> String {
        let causes = [
            (self.limit, "at a limit of this machine"),
            (self.no_row, "for want of a feeder's row"),
            (self.cut, "cut off by the end of the run"),
            (self.stalled, "while the generator did not run"),
        ];
        let told = causes.iter().filter(|(count, _)| *count > 0);
        told.map(|(count, cause)| format!("{count} {cause}")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Outcome, StepId};

    fn operation(error: ErrorKind, started: i64, end: i64) -> Operation {
        Operation {
            step: StepId(0),
            intended: Nanos(started),
            started: Nanos(started),
            end: Nanos(end),
            outcome: Outcome::Indeterminate,
            good: error == ErrorKind::None,
            arrival: true,
            dropped: error == ErrorKind::Dropped,
            attempts: 1,
            error,
            status: None,
            bytes: 0,
        }
    }

    #[test]
    fn own_limits_are_ours_and_slow_replies_are_not() {
        let whole = Local { load_end: Nanos(100), ..Local::default() };
        for (error, started, cause) in [
            (ErrorKind::Local, 5, Some(Cause::Limit)),
            (ErrorKind::NoRow, 5, Some(Cause::NoRow)),
            (ErrorKind::Timeout, 5, None),
            (ErrorKind::Dropped, 5, None),
            (ErrorKind::InFlight, 99, None),
            (ErrorKind::InFlight, 100, Some(Cause::Cut)),
        ] {
            assert_eq!(whole.cause(&operation(error, started, 110)), cause, "{error:?} from {started}");
        }
    }

    #[test]
    fn what_an_early_end_cut_is_ours_and_what_failed_before_it_is_not() {
        let cut = Local { cut: Some(Nanos(50)), load_end: Nanos(50), stalls: Vec::new() };
        for (error, end, cause) in [
            (ErrorKind::InFlight, 50, Some(Cause::Cut)),
            (ErrorKind::Dropped, 51, Some(Cause::Cut)),
            (ErrorKind::Dropped, 49, None),
            (ErrorKind::Timeout, 49, None),
            (ErrorKind::Refused, 60, None),
        ] {
            assert_eq!(cut.cause(&operation(error, 10, end)), cause, "{error:?} at {end}");
        }
    }

    #[test]
    fn what_was_under_way_while_the_generator_stood_still_says_nothing() {
        let span = Span::new(Nanos(20), Nanos(30));
        let stalled = Local { stalls: vec![span], load_end: Nanos(100), ..Local::default() };
        for (started, end, cause) in
            [(10, 20, None), (10, 21, Some(Cause::Stalled)), (25, 40, Some(Cause::Stalled)), (30, 40, None)]
        {
            assert_eq!(stalled.cause(&operation(ErrorKind::None, started, end)), cause, "{started} to {end}");
        }
    }
}
