//! The plan's load as a function of time.

use super::Curve;
use crate::event::Nanos;
use crate::plan::model::{Load, LoadModel, Stage};

/// One stage on the timeline. Times count from the start of the load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Its number in the plan, from 0.
    pub stage: usize,
    /// When it begins.
    pub from: Nanos,
    /// When it ends.
    pub to: Nanos,
    /// The rate per second (open model) or number of users (closed model) at its beginning.
    pub first: f64,
    /// The same at its end.
    pub last: f64,
    /// Whether it is excluded from objectives.
    pub warmup: bool,
}

/// How much load is planned at which time. Times count from the start of the load.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    model: LoadModel,
    spans: Vec<Span>,
    warmup: Nanos,
    curve: Curve,
}

/// The timeline of a plan's load. Pure: for `--dry-run`, the live view and the manifest, and what the workers follow.
///
/// A closed load with `iterations` and without `for` has no end of its own: its length is [`Nanos::MAX`]. A spike that
/// reaches beyond the last stage ends with it.
pub fn timeline(load: &Load) -> Timeline {
    let mut timeline =
        Timeline { model: load.model, spans: Vec::new(), warmup: Nanos::ZERO, curve: Curve::default() };
    if load.stages.is_empty() {
        timeline.add_whole(load);
    }
    for (number, stage) in load.stages.iter().enumerate() {
        timeline.add_stage(number, stage, load);
    }
    if load.model == LoadModel::Open {
        for spike in &load.spikes {
            let from = Nanos::from(spike.at.0);
            timeline.curve = timeline.curve.raised(from, from + spike.duration.0, spike.rate.0);
        }
    }
    timeline
}

impl Timeline {
    /// The same, going on at its last level for so much longer, should it have to. Up to its own end nothing changes.
    #[must_use]
    pub fn prolonged(&self, by: Nanos) -> Timeline {
        let mut longer = self.clone();
        if self.total() < Nanos::MAX {
            longer.curve.push(by, self.level(), self.level());
        }
        longer
    }

    /// Whether it speaks of arrivals per second or of users.
    pub fn model(&self) -> LoadModel {
        self.model
    }

    /// The stages (a load without stages has one), spikes not counted in.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// When the warm-up is over.
    pub fn warmup_end(&self) -> Nanos {
        self.warmup
    }

    /// How long the load lasts.
    pub fn total(&self) -> Nanos {
        self.curve.end()
    }

    /// The planned rate per second (open model) or number of users (closed model) at a time, spikes included.
    pub fn at(&self, time: Nanos) -> f64 {
        self.curve.value(time)
    }

    /// The highest rate, or the most users.
    pub fn highest(&self) -> f64 {
        self.curve.highest()
    }

    /// Open model: how many arrivals are expected until a time.
    pub fn expected(&self, until: Nanos) -> f64 {
        self.curve.area(until)
    }

    /// The stage that a time lies in.
    pub fn stage_at(&self, time: Nanos) -> Option<usize> {
        self.spans.iter().find(|span| span.from <= time && time < span.to).map(|span| span.stage)
    }

    /// The curve behind it.
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    fn add_whole(&mut self, load: &Load) {
        let level = match load.model {
            LoadModel::Open => load.rate.map_or(0.0, |rate| rate.0),
            LoadModel::Closed => load.users.map_or(0.0, f64::from),
        };
        let endless = load.model == LoadModel::Closed && load.iterations.is_some();
        let length = match load.duration {
            Some(time) => Nanos::from(time.0),
            None if endless => Nanos::MAX,
            None => Nanos::ZERO,
        };
        self.warmup = load.warmup.map_or(Nanos::ZERO, |time| Nanos::from(time.0)).min(length);
        self.rise_to(level, length, load);
        self.close_span(0, Nanos::ZERO, false);
    }

    fn add_stage(&mut self, number: usize, stage: &Stage, load: &Load) {
        let (from, length) = (self.curve.end(), Nanos::from(stage.duration.0));
        let before = self.level();
        match (load.model, stage.rate, stage.ramp_to, stage.users, stage.ramp_users_to) {
            (LoadModel::Open, Some(rate), ..) => self.curve.push(length, rate.0, rate.0),
            (LoadModel::Open, None, ramp, ..) => {
                self.curve.push(length, before, ramp.map_or(before, |r| r.0))
            }
            (LoadModel::Closed, _, _, Some(users), _) => self.rise_to(f64::from(users), length, load),
            (LoadModel::Closed, _, _, None, ramp) => {
                self.curve.push(length, before, ramp.map_or(before, f64::from))
            }
        }
        // Only the first stages can be warm-up; one that comes later is measured.
        let warmup = stage.warmup && self.spans.iter().all(|span| span.warmup);
        self.close_span(number, from, warmup);
        if warmup {
            self.warmup = self.curve.end();
        }
    }

    /// A constant level, which users reach by the hatch rate where there is one.
    fn rise_to(&mut self, level: f64, length: Nanos, load: &Load) {
        let before = self.level();
        let hatch = load.hatch_rate.map_or(0.0, |rate| rate.0);
        if load.model == LoadModel::Open || hatch <= 0.0 || level <= before {
            return self.curve.push(length, level, level);
        }
        let rise = Nanos::from_secs_f64((level - before) / hatch);
        if rise > length {
            self.curve.push(length, before, before + hatch * length.as_secs_f64());
        } else {
            self.curve.push(rise, before, level);
            self.curve.push(length - rise, level, level);
        }
    }

    fn close_span(&mut self, stage: usize, from: Nanos, warmup: bool) {
        let first = self.curve.value(from);
        self.spans.push(Span { stage, from, to: self.curve.end(), first, last: self.level(), warmup });
    }

    fn level(&self) -> f64 {
        self.curve.pieces().last().map_or(0.0, |piece| piece.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Load {
        toml::from_str(text).expect("a load")
    }

    fn seconds(seconds: f64) -> Nanos {
        Nanos::from_secs_f64(seconds)
    }

    #[test]
    fn stages_follow_one_another_and_ramps_start_from_the_stage_before() {
        let timeline = timeline(&load(
            r#"stages = [{ ramp_to = "100/s", for = "10s", warmup = true }, { rate = "200/s", for = "5s" },
                         { ramp_to = "0/s", for = "10s" }]"#,
        ));
        assert_eq!(timeline.total(), seconds(25.0));
        assert_eq!(timeline.warmup_end(), seconds(10.0));
        assert_eq!(
            [5.0, 10.0, 14.9, 20.0, 25.0].map(|t| timeline.at(seconds(t))),
            [50.0, 200.0, 200.0, 100.0, 0.0]
        );
        assert_eq!(timeline.expected(timeline.total()), 500.0 + 1000.0 + 1000.0);
        assert_eq!(timeline.stage_at(seconds(10.0)), Some(1));
        assert_eq!((timeline.spans()[2].first, timeline.spans()[2].last), (200.0, 0.0));
    }

    #[test]
    fn a_load_without_stages_is_one_and_its_warmup_comes_out_of_it() {
        let timeline = timeline(&load(
            r#"rate = "50/s"
            for = "30s"
            warmup = "5s""#,
        ));
        assert_eq!((timeline.total(), timeline.warmup_end()), (seconds(30.0), seconds(5.0)));
        assert_eq!(timeline.expected(timeline.total()), 1500.0);
        assert_eq!(timeline.spans().len(), 1);
    }

    #[test]
    fn spikes_come_on_top_of_stages_and_of_each_other() {
        let timeline = timeline(&load(
            r#"stages = [{ rate = "10/s", for = "10s" }, { rate = "20/s", for = "10s" }]
               spikes = [{ at = "9s", for = "2s", rate = "100/s" }, { at = "10s", for = "2s", rate = "1000/s" }]"#,
        ));
        assert_eq!(
            [8.9, 9.0, 10.0, 11.5, 12.0].map(|t| timeline.at(seconds(t))),
            [10.0, 110.0, 1120.0, 1020.0, 20.0]
        );
        assert_eq!(timeline.expected(timeline.total()), 100.0 + 200.0 + 200.0 + 2000.0);
    }

    #[test]
    fn users_hatch_at_their_rate_and_a_short_stage_does_not_get_them_all() {
        let hatched =
            timeline(&load("model = \"closed\"\nusers = 100\nfor = \"20s\"\nhatch_rate = \"10/s\""));
        assert_eq!([0.0, 5.0, 10.0, 19.0].map(|t| hatched.at(seconds(t))), [0.0, 50.0, 100.0, 100.0]);
        let short = timeline(&load(
            "model = \"closed\"\nhatch_rate = \"10/s\"\nstages = [{ users = 100, for = \"2s\" }, { ramp_users_to = 0, for = \"2s\" }]",
        ));
        assert_eq!(short.at(seconds(2.0)), 20.0);
        assert_eq!(short.highest(), 20.0);
    }

    #[test]
    fn iterations_without_a_time_have_no_end() {
        let endless = timeline(&load("model = \"closed\"\nusers = 2\niterations = 3"));
        assert_eq!(endless.total(), Nanos::MAX);
        assert_eq!(endless.at(seconds(1e6)), 2.0);
        assert_eq!(timeline(&load("rate = \"5/s\"")).total(), Nanos::ZERO);
    }
}
