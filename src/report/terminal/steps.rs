//! Steps: how many operations, how many bad, how long.

use super::Style;
use super::table::Table;
use crate::plan::expression::{Quantity, Unit};
use crate::report::number::{count, short};
use crate::verify::{Assessment, StepReport};

/// The table, and below it what was left out of it.
pub fn section(assessment: &Assessment, style: Style) -> String {
    if assessment.steps.is_empty() {
        return String::new();
    }
    let one_flow = assessment.steps.iter().all(|step| step.flow == assessment.steps[0].flow);
    let mut table = Table::new(&["step", "operations", "attempts", "bad", "p50", "p90", "p99", "max"])
        .right(&[1, 2, 3, 4, 5, 6, 7]);
    for step in &assessment.steps {
        table.row(row(step, one_flow), Vec::new());
    }
    let mut out = table.print(style.width, &[0], |_, cell| cell.to_owned());
    if assessment.warmup_operations > 0 {
        out.push_str(&format!("{} operations of the warm-up are left out.\n", assessment.warmup_operations));
    }
    out
}

fn row(step: &StepReport, one_flow: bool) -> Vec<String> {
    // Where a quantile has no value although there were operations, it lies among the bad.
    let none = if step.operations == 0 { "-" } else { "no reply" };
    let time = |nanos: Option<f64>| {
        nanos.map_or(none.to_owned(), |value| Quantity { unit: Unit::Time, value: short(value) }.to_string())
    };
    vec![
        if one_flow { step.step.clone() } else { format!("{}/{}", step.flow, step.step) },
        count(step.operations, 7),
        count(step.attempts, 7),
        count(step.bad, 7),
        time(step.p50),
        time(step.p90),
        time(step.p99),
        time(step.max),
    ]
}
