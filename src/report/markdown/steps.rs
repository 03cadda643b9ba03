//! Steps of the measured load: how many operations, how many bad, how long.

use super::Page;
use crate::report::number::millis;
use crate::verify::{Assessment, StepReport};

/// The table; latencies in milliseconds from the intended start.
pub(super) fn section(page: &mut Page, assessment: &Assessment) {
    if assessment.steps.is_empty() {
        return;
    }
    page.heading("Steps");
    page.table(&["step", "operations:", "attempts:", "bad:", "p50 ms:", "p90 ms:", "p99 ms:", "max ms:"]);
    for report in &assessment.steps {
        page.row(&row(report));
    }
    if assessment.warmup_operations > 0 {
        page.gap();
        page.line(&format!("{} operations of the warm-up are left out.", assessment.warmup_operations));
    }
}

fn row(report: &StepReport) -> [String; 8] {
    let time = |nanos: Option<f64>| match nanos {
        None if report.operations > 0 => "no good reply".to_owned(),
        other => millis(other),
    };
    [
        format!("{}/{}", report.flow, report.step),
        report.operations.to_string(),
        report.attempts.to_string(),
        report.bad.to_string(),
        time(report.p50),
        time(report.p90),
        time(report.p99),
        time(report.max),
    ]
}
