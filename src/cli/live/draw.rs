//! The view as text.

use super::super::output;
use super::heat;
use super::state::{KEPT, Second, State};
use crate::event::{Nanos, Phase};
use crate::report::visible;
use crate::stats::Quantile;
use std::fmt::Write as _;
use std::io::Write as _;

/// How long after a second is over all its operations have reached us.
const SETTLED: Nanos = Nanos(700_000_000);

/// Draws the block over the one before, which had `drawn` lines; returns how many lines it has.
pub(super) fn block(state: &mut State, drawn: usize) -> usize {
    let lines = lines(state);
    let mut text = String::new();
    if drawn > 0 {
        let _ = write!(text, "\x1b[{drawn}A");
    }
    for line in &lines {
        let cut: String = visible(line).chars().take(output::width().saturating_sub(1)).collect();
        let _ = writeln!(text, "\r\x1b[2K{cut}");
    }
    for _ in lines.len()..drawn {
        text.push_str("\r\x1b[2K\n");
    }
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    lines.len().max(drawn)
}

/// Removes the block.
pub(super) fn clear(drawn: usize) {
    if drawn > 0 {
        let mut err = std::io::stderr().lock();
        let _ = write!(err, "\x1b[{drawn}A\r\x1b[J").and_then(|()| err.flush());
    }
}

/// One plain line; `None` before there is anything to say.
pub(super) fn line(state: &mut State) -> Option<String> {
    state.phase?;
    let mut text = headline(state);
    match state.news.back() {
        _ if state.load.is_some() => {
            let _ = write!(text, " | {} | {}", rates(state), latencies(&last(state)));
        }
        Some(news) => {
            let _ = write!(text, " | {}", news.trim());
        }
        None => {}
    }
    for (id, fault) in &state.faults {
        let _ = write!(text, " | {id}: {fault}");
    }
    Some(text)
}

fn lines(state: &State) -> Vec<String> {
    let mut lines = vec![headline(state)];
    if state.load.is_some() {
        let second = last(state);
        lines.push(format!("  rate      {}", rates(state)));
        lines.push(format!("  latency   {}", latencies(&second)));
        lines.push(format!(
            "  total     {} good, {} bad, {} users in flight",
            state.total.good,
            state.total.bad,
            state.watch.in_flight()
        ));
    }
    if let Some((start, since)) = state.load {
        strip(&mut lines, state, (start + since.elapsed() - SETTLED).second() - 1);
    }
    let faults: Vec<String> = state.faults.iter().map(|(id, fault)| format!("{id}: {fault}")).collect();
    lines.push(format!("  faults    {}", if faults.is_empty() { "none".into() } else { faults.join(" · ") }));
    lines.extend(state.news.iter().map(|news| format!("  {news}")));
    lines
}

/// The strip up to a second, and its marks; as wide as there is room and figures are kept.
fn strip(lines: &mut Vec<String>, state: &State, last: i64) {
    let width = output::width().saturating_sub(13).min(KEPT);
    lines.push(format!("  heat      {}", heat::strip(&state.seconds, last, width)));
    lines.extend(heat::marks(&state.marks, last, width).map(|marks| format!("            {marks}")));
    lines.push(format!("            {}", heat::LEGEND));
}

fn headline(state: &State) -> String {
    let phase = state.phase.map_or("starting", name);
    let Some((_, since)) = state.load else { return format!("{}: {phase}", state.name) };
    let total = state.timeline.total().as_secs_f64();
    let elapsed = since.elapsed().as_secs_f64().min(total);
    format!("{}: {phase}, {elapsed:.0} s of {total:.0} s, {:.0} s left", state.name, total - elapsed)
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::StackUp => "stack coming up",
        Phase::Setup => "setup",
        Phase::Baseline => "reading the state before the load",
        Phase::Warmup => "warm-up",
        Phase::Load => "load",
        Phase::Drain => "draining",
        Phase::Heal => "healing",
        Phase::FinalRead => "reading the final state",
        Phase::Teardown => "teardown",
        Phase::StackDown => "stack going down",
        Phase::Done => "done",
    }
}

/// The last second whose operations can all have reached us.
fn last(state: &State) -> Second {
    let Some((start, since)) = state.load else { return Second::default() };
    let settled = start + since.elapsed() - SETTLED;
    state.seconds.range(..settled.second()).next_back().map(|(_, second)| second.clone()).unwrap_or_default()
}

fn rates(state: &State) -> String {
    let second = last(state);
    let errors = format!("{} ok/s, {} bad/s", second.good, second.bad);
    let Some((_, since)) = state.load else { return errors };
    if !state.open {
        return errors;
    }
    let wanted = state.timeline.at(since.elapsed().into());
    format!("wanted {wanted:.0}/s, started {}/s, {errors}", second.arrivals)
}

fn latencies(second: &Second) -> String {
    let show = |q: f64| match second.latencies.quantile(q) {
        Quantile::Value(nanos) => format!("{:.1} ms", nanos as f64 / 1e6),
        Quantile::Empty => "-".to_owned(),
        Quantile::NoGoodReply => "no good reply".to_owned(),
    };
    format!("p50 {}, p99 {}", show(0.5), show(0.99))
}
