//! Rules by contract.

use super::objectives::find_step;
use super::steps::status_code;
use super::{Findings, Subject};

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    for (i, contract) in subject.plan.contracts.iter().enumerate() {
        let path = format!("contract[{i}]");
        if contract.status.is_empty() {
            found.error(format!("{path}.status"), "a contract about no status", "name one: `status = 503`");
        }
        for status in contract.status.iter() {
            status_code(*status, &format!("{path}.status"), found);
        }
        if let Some(header) = &contract.header {
            let name = header.split(':').next().unwrap_or_default().trim();
            super::templates::header_name(name, &format!("{path}.header"), found);
        }
        if let Some(step) = &contract.step {
            find_step(subject.plan, None, step, &format!("{path}.step"), found);
        }
    }
}
