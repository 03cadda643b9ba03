//! The steps: how many operations, how many bad, how long they took.

use super::super::chart::Point;
use super::super::part::{nothing, section, wide};
use super::super::spark::sparkline;
use super::super::{Story, figures};
use crate::record::Scope;
use crate::verify::StepReport;
use maud::{Markup, html};

/// The section.
pub fn steps(story: &Story) -> Markup {
    let assessment = story.source.assessment;
    let lead = format!(
        "The measured load by step, in {:.0}s. {} of the warm-up are left out.",
        assessment.duration,
        figures::counted(assessment.warmup_operations, "operation"),
    );
    let content = if assessment.steps.is_empty() {
        nothing("No step was carried out.")
    } else {
        wide("Steps", table(story))
    };
    section("steps", "Steps", &lead, content)
}

fn table(story: &Story) -> Markup {
    let assessment = story.source.assessment;
    let head = ["Operations", "Rate", "Requests", "Not served", "p50", "p90", "p99", "Longest"];
    html! {
        table class="sortable" {
            caption { "Steps" }
            thead {
                tr {
                    th scope="col" { "Step" }
                    @for name in head { th scope="col" class="number" { (name) } }
                    th scope="col" data-fixed="" { "p99 over time" }
                }
            }
            tbody {
                @for (report, anchor) in assessment.steps.iter().zip(&story.anchors.steps) { (row(story, report, anchor)) }
            }
            tfoot {
                tr {
                    th scope="row" { "All steps" }
                    td class="number" { (figures::count(assessment.operations)) }
                    td class="number" { (per_second(assessment.operations, assessment.duration)) }
                    td class="number" { (figures::count(assessment.attempts)) }
                    td class="number"
                        { (figures::count(assessment.bad)) " " small { (figures::share(assessment.bad, assessment.operations)) } }
                    @for q in [0.5, 0.9, 0.99] { td class="number" { (figures::quantile(story.series.load.measured.quantile(q))) } }
                    td class="number"
                        { (time(story.series.load.measured.max().map(|max| max as f64), assessment.operations)) }
                    td {}
                }
            }
        }
    }
}

fn row(story: &Story, report: &StepReport, anchor: &str) -> Markup {
    let value = |nanos: Option<f64>| nanos.map_or(String::new(), |nanos| nanos.to_string());
    html! {
        tr id=(anchor) {
            th scope="row"
                { a class="anchor" href={ "#" (anchor) } { (report.flow) "/" (report.step) } " " small { (request(story, report)) } }
            td class="number" data-v=(report.operations) { (figures::count(report.operations)) }
            td class="number" data-v=(report.operations)
                { (per_second(report.operations, story.source.assessment.duration)) }
            td class="number" data-v=(report.attempts) { (figures::count(report.attempts)) }
            td class="number" data-v=(report.bad)
                { (figures::count(report.bad)) @if report.bad > 0 { " " small { (figures::share(report.bad, report.operations)) } } }
            @for nanos in [report.p50, report.p90, report.p99, report.max] {
                td class="number" data-v=(value(nanos)) { (time(nanos, report.operations)) }
            }
            td { (spark(story, report)) }
        }
    }
}

/// Where a value is missing there was no operation, or no good reply.
fn time(nanos: Option<f64>, operations: u64) -> String {
    match nanos {
        Some(nanos) => figures::latency(nanos),
        None if operations == 0 => figures::NONE.to_owned(),
        None => figures::NO_REPLY.to_owned(),
    }
}

fn per_second(count: u64, seconds: f64) -> String {
    if seconds > 0.0 { figures::rate(count as f64 / seconds) } else { figures::NONE.to_owned() }
}

/// The request that was sent; where the plan fills values in, one of those that were sent.
fn request(story: &Story, report: &StepReport) -> String {
    let steps = &story.source.record.manifest.steps;
    let Some(place) = steps.iter().position(|info| is(info, report)) else { return String::new() };
    let (info, sent) = (&steps[place], story.source.tables.targets.get(place).and_then(Option::as_ref));
    let path = sent.unwrap_or(&info.path);
    let varies = if sent.is_some_and(|sent| *sent != info.path) { " (for example)" } else { "" };
    super::super::said::said(&format!("{} {path}{varies}", info.method))
}

fn spark(story: &Story, report: &StepReport) -> Markup {
    let steps = &story.source.record.manifest.steps;
    let series = &story.series.load.steps;
    let found =
        series.iter().find(|(step, _)| steps.get(usize::from(step.0)).is_some_and(|info| is(info, report)));
    let points: Vec<Point> =
        found.map(|(_, points)| points.iter().map(|point| Point::from(*point)).collect()).unwrap_or_default();
    sparkline(&format!("p99 of {}/{} over time", report.flow, report.step), &points)
}

fn is(info: &crate::record::StepInfo, report: &StepReport) -> bool {
    info.scope == Scope::Load && info.flow == report.flow && info.name == report.step
}
