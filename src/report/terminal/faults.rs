//! Faults: when each was planned, applied and healed, and when users were served again.

use super::table::Table;
use super::{Row, Style, judged};
use crate::event::Struck;
use crate::report::number::{count, recovered};
use crate::verify::{Assessment, FaultReport, Verdict, struck_of};

/// The table; at most [`MOST`] rows, the others are counted.
pub fn section(assessment: &Assessment, style: Style) -> String {
    if assessment.faults.is_empty() {
        return String::new();
    }
    let head = ["verdict", "fault", "kind", "planned", "applied", "healed", "recovered", "bad/ops"];
    let table = Table::new(&head).right(&[3, 4, 5, 6, 7]);
    let mut out = judged(table, assessment.faults.iter().take(MOST).map(row), &[1, 2], style);
    if assessment.faults.len() > MOST {
        let more = assessment.faults.len() - MOST;
        out.push_str(&format!("         and {more} more in faults.csv\n"));
    }
    out
}

const MOST: usize = 20;

fn row(fault: &FaultReport) -> Row {
    let again = if fault.occurrence == 0 { String::new() } else { format!(" #{}", fault.occurrence) };
    let kind = match fault.targets.as_slice() {
        [] => fault.kind.clone(),
        targets => format!("{} {}", fault.kind, targets.join(" ")),
    };
    let recovered =
        fault.recovery.as_ref().map_or("-".to_owned(), |recovery| recovered(recovery.after_applied));
    // What passes has its reason too where it proves less than it seems to.
    let notes = match &fault.struck {
        Some(struck) if fault.verdict == Verdict::Pass && all_felt(struck) => {
            vec![format!("struck {}", struck_of(struck))]
        }
        _ => vec![fault.reason.clone()],
    };
    let cells = vec![
        format!("{}{again}", fault.id),
        kind,
        second(fault.planned),
        second(fault.applied),
        second(fault.healed),
        recovered,
        format!("{}/{}", count(fault.bad, 5), count(fault.operations, 5)),
    ];
    (fault.verdict.into(), cells, notes)
}

/// Whether every target felt it.
fn all_felt(struck: &Struck) -> bool {
    struck.missed().next().is_none() && struck.not_known().next().is_none() && struck.total().struck > 0
}

/// Hundredths where they say something; the file has all digits.
fn second(at: Option<f64>) -> String {
    match at {
        None => "-".to_owned(),
        Some(at) if at < 1_000.0 => format!("{at:.2}s"),
        Some(at) => format!("{at:.0}s"),
    }
}
