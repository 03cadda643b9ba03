//! `one-writer`: at any time one instance acknowledges writes. After a successor's first acknowledgement the old writer
//! acknowledges nothing more, unless a fault has struck the successor since.

use super::evidence::count;
use super::reigns::{NOBODY, acknowledged, reigns};
use super::{Case, Checker, Evidence, Finding};

/// See the file's head.
pub struct OneWriter;

impl Checker for OneWriter {
    fn name(&self) -> &'static str {
        "one-writer"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let (reigns, deposed, known) = reigns(case);
        if known == 0 {
            return Err(NOBODY.to_owned());
        }
        let mut evidence = Evidence::default();
        for found in &deposed {
            let name = |number: Option<u16>| number.map_or("?", |number| case.history.instance(number));
            let line = || {
                format!(
                    "{} acknowledged a write after {} had become the writer",
                    name(found.write.instance),
                    name(found.successor.instance),
                )
            };
            evidence.add(case, line, [found.successor, found.write]);
        }
        let order: Vec<&str> =
            reigns.iter().take(8).map(|reign| case.history.instance(reign.writer)).collect();
        let silent = match acknowledged(case).count() as u64 - known {
            0 => String::new(),
            silent => format!(" {} more did not say who did it.", silent),
        };
        let reason = match deposed.len() as u64 {
            0 => format!(
                "{} by one writer at a time: {}.{silent}",
                count(known, "acknowledged write"),
                order.join(", then ")
            ),
            found => format!(
                "{} by a writer that had been succeeded (writers: {}).",
                count(found, "write"),
                order.join(", then ")
            ),
        };
        Ok(Finding::judged(!deposed.is_empty(), reason, known, evidence.lines()))
    }
}
