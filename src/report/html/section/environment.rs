//! Where and with what the run was made, how late its generator was, and how to run it again.

use super::super::chart::{Line, Point, Scale, TimeChart, Unit};
use super::super::part::{badge, section, wide};
use super::super::said::said;
use super::super::{Story, figures};
use super::rerun::rerun;
use crate::event::Phase;
use crate::plan::secret::plan_text;
use crate::verify::GeneratorReport;
use maud::{Markup, html};

const LEAD: &str =
    "What the figures above rest on: the generator's own lateness, the machine, the versions, the plan.";

/// The section.
pub fn environment(story: &Story) -> Markup {
    let content = html! {
        (generator(story))
        div class="columns" { (machine(story)) (phases(story)) }
        (rerun(story))
        details class="plan" {
            summary { "The plan as it was run" }
            pre tabindex="0" { (plan_text(&story.source.record.manifest.plan)) }
        }
    };
    section("environment", "Environment, generator, and how to run it again", LEAD, content)
}

fn generator(story: &Story) -> Markup {
    let report = &story.source.assessment.generator;
    html! {
        h3 id="generator" { "The generator" }
        p { (badge(report.verdict)) " " (said(&report.reason)) }
        (pairs(&[
            ("Arrivals planned", figures::count(report.planned)),
            ("Arrivals begun in time", figures::count(report.started)),
            ("Arrivals dropped", figures::count(report.dropped)),
            ("Rate planned", figures::rate(report.rate_planned)),
            ("Rate reached", figures::rate(report.rate_reached)),
            ("Lateness p50", late(report, |report| report.lateness_p50)),
            ("Lateness p99", late(report, |report| report.lateness_p99)),
            ("Lateness at most", late(report, |report| report.lateness_max)),
            ("Processor", format!("{:.2} cores", report.cpu)),
        ]))
        @if story.frame.bins.count > 0 { (lateness(story).draw(&story.frame)) }
    }
}

fn late(report: &GeneratorReport, of: fn(&GeneratorReport) -> Option<f64>) -> String {
    of(report).map_or(figures::NONE.to_owned(), figures::latency)
}

fn lateness(story: &Story) -> TimeChart<'static> {
    let points = story.source.tables.arrivals.lateness().into_iter();
    let points = points.map(|late| Point::from(late.map(|nanos| nanos.max(1_000) as f64)));
    let most = story.source.plan.load.max_lateness.0.as_nanos() as f64;
    TimeChart {
        id: "lateness-chart",
        title: "The generator's own lateness",
        note: "p99 of actual minus planned start, by when arrivals were to begin. The axis is logarithmic."
            .to_owned(),
        unit: Unit::Latency,
        scale: Scale::Log,
        lines: vec![Line::new("lateness p99", points.collect())],
        limits: vec![("max_lateness of the whole run".to_owned(), most)],
        filled: false,
        height: 90.0,
    }
}

fn machine(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    let machine = &manifest.environment;
    let rows = [
        ("shakedown", manifest.version.clone()),
        ("Record format", manifest.format.to_string()),
        ("Plan file", said(&manifest.plan_file)),
        ("Plan SHA-256", manifest.plan_sha256.clone()),
        ("Seed", manifest.seed.to_string()),
        ("Generator", format!("#{}", manifest.generator)),
        ("Host", machine.host.clone()),
        ("System", format!("{} {}", machine.os, machine.arch)),
        ("Cores", machine.cores.to_string()),
        ("Memory", figures::bytes(machine.memory as f64)),
        ("Attempts kept", if manifest.complete { "all".to_owned() } else { "marked ones only".to_owned() }),
        ("Requests recorded", figures::count(story.source.assessment.attempts)),
    ];
    html! { div { h3 { "Machine and plan" } (pairs(&rows)) } }
}

fn phases(story: &Story) -> Markup {
    let manifest = &story.source.record.manifest;
    html! {
        div {
            h3 { "Phases" }
            (wide("Phases", html! {
                table {
                    caption { "Phases" }
                    thead { tr { th scope="col" { "Phase" } th scope="col" class="number" { "From" } th scope="col" class="number" { "Lasted" } } }
                    tbody {
                        @for info in &manifest.phases {
                            tr {
                                th scope="row" { (name(info.phase)) }
                                td class="number" { (figures::seconds(story.frame.bins.at(info.from))) }
                                td class="number" { (figures::seconds((info.to - info.from).as_secs_f64())) }
                            }
                        }
                    }
                }
            }))
        }
    }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::StackUp => "stack comes up",
        Phase::Setup => "setup",
        Phase::Baseline => "state before the load is read",
        Phase::Warmup => "warm-up",
        Phase::Load => "load",
        Phase::Drain => "drain",
        Phase::Heal => "heal",
        Phase::FinalRead => "final state is read",
        Phase::Teardown => "teardown",
        Phase::StackDown => "stack goes down",
        Phase::Done => "done",
    }
}

fn pairs(rows: &[(&str, String)]) -> Markup {
    html! { dl class="pairs" { @for (name, value) in rows { div { dt { (name) } dd { (value) } } } } }
}
