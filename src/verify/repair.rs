//! What each fault cost: mean time to repair, and acknowledged writes.

use super::assessment::{FaultReport, RpoReport};
use super::invariant::Judged;
use crate::event::Nanos;
use std::collections::BTreeMap;

/// Adds the mean time to repair to every occurrence of a fault all of whose occurrences recovered.
pub fn add_mttr(faults: &mut [FaultReport]) {
    let mut of_fault: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    for fault in faults.iter().filter(|fault| fault.applied.is_some()) {
        let repaired = fault.recovery.as_ref().and_then(|recovery| recovery.after_applied.high);
        of_fault.entry(fault.id.clone()).or_default().push(repaired);
    }
    for fault in faults.iter_mut().filter(|fault| fault.applied.is_some()) {
        let times: Option<Vec<f64>> = of_fault[&fault.id].iter().copied().collect();
        fault.mttr = times.map(|times| times.iter().sum::<f64>() / times.len() as f64);
    }
}

/// Adds the lost writes to the faults: each to the first fault that had not ended when it was acknowledged, for what is
/// acknowledged after a fault is over cannot be lost to it. Of several invariants the one with the most counts.
pub fn add_rpo(faults: &mut [FaultReport], judged: &[Judged], load_start: Nanos) {
    let Some(worst) = judged.iter().filter(|judged| judged.tells_loss).max_by_key(|judged| judged.lost.len())
    else {
        return;
    };
    let mut order: Vec<usize> = (0..faults.len()).filter(|place| faults[*place].applied.is_some()).collect();
    let gone = |fault: &FaultReport| fault.healed.unwrap_or(f64::INFINITY);
    order.sort_by(|one, other| gone(&faults[*one]).total_cmp(&gone(&faults[*other])));
    let mut lost: BTreeMap<usize, Vec<f64>> = order.iter().map(|place| (*place, Vec::new())).collect();
    for at in &worst.lost {
        let second = (*at - load_start).as_secs_f64();
        let to = order.iter().find(|place| second < gone(&faults[**place]));
        if let Some(times) = to.and_then(|place| lost.get_mut(place)) {
            times.push(second);
        }
    }
    for (place, times) in lost {
        let span = times.last().zip(times.first()).map_or(0.0, |(last, first)| last - first);
        let invariant = worst.report.id.clone();
        faults[place].rpo = Some(RpoReport { invariant, lost: times.len() as u64, span });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::testing::fault;
    use crate::verify::{InvariantReport, Verdict};

    fn judged(seconds: &[f64]) -> Judged {
        let report = InvariantReport {
            id: "kept".into(),
            check: "acknowledged-not-lost".into(),
            verdict: Verdict::Fail,
            reason: String::new(),
            samples: 10,
            evidence: Vec::new(),
            role: None,
        };
        let lost = seconds.iter().map(|second| Nanos::from_secs_f64(*second)).collect();
        Judged { report, lost, tells_loss: true }
    }

    #[test]
    fn a_lost_write_is_lost_to_the_first_fault_that_had_not_ended() {
        let mut faults = [fault(), fault()];
        (faults[0].applied, faults[0].healed) = (Some(10.0), Some(12.0));
        (faults[1].applied, faults[1].healed) = (Some(20.0), Some(22.0));
        add_rpo(&mut faults, &[judged(&[9.0, 9.5, 11.0, 13.0, 25.0])], Nanos::ZERO);
        let told: Vec<(u64, f64)> = faults
            .iter()
            .map(|fault| fault.rpo.as_ref().map_or((0, -1.0), |rpo| (rpo.lost, rpo.span)))
            .collect();
        assert_eq!(told, [(3, 2.0), (1, 0.0)], "the last was acknowledged after both");
    }

    #[test]
    fn the_mean_is_over_all_occurrences_and_absent_if_one_did_not_recover() {
        let mut faults = [fault(), fault()];
        faults[1].recovery.as_mut().expect("there").after_applied.high = Some(1.0);
        add_mttr(&mut faults);
        assert_eq!(faults[0].mttr, Some(0.8));
        faults[1].recovery.as_mut().expect("there").after_applied.high = None;
        add_mttr(&mut faults);
        assert_eq!(faults[0].mttr, None);
    }
}
