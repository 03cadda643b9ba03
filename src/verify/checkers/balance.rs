//! `balance`: requests spread evenly over the instances, outside faults. With `deviation` none may be further from the
//! even share than that; without, the counts may not be less even than chance would make them (chi-square, 0.1 %).

use super::evidence::count;
use super::rate_limit::chosen;
use super::{Case, Checker, Finding};
use crate::verify::Verdict;
use crate::verify::history::Instance;

/// See the file's head.
pub struct Balance;

/// The normal quantile of 99.9 %.
const Z: f64 = 3.0902;

impl Checker for Balance {
    fn name(&self) -> &'static str {
        "balance"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let instances = &case.history.setting.instances;
        let mut counts = vec![0_u64; instances.len()];
        let mut during_faults = 0;
        for call in case.history.calls.iter().filter(|call| chosen(case, call)) {
            let Some(counted) = call.instance.and_then(|number| counts.get_mut(usize::from(number))) else {
                continue;
            };
            if case.history.faults_in(call.sent, call.end).next().is_some() {
                during_faults += 1;
            } else {
                *counted += 1;
            }
        }
        let total: u64 = counts.iter().sum();
        if total == 0 {
            return Err(
                "nobody knows who answered: name the header that tells it as the target's `instance_header`"
                    .to_owned(),
            );
        }
        let shares: Vec<(&Instance, u64)> = instances
            .iter()
            .zip(counts.iter().copied())
            .filter(|(instance, count)| *count > 0 || beside(instances, &counts, instance))
            .collect();
        if shares.len() < 2 {
            return Err("only one instance is known: there is nothing to balance".to_owned());
        }
        let even = total as f64 / shares.len() as f64;
        let off = |count: u64| (count as f64 - even).abs() / even;
        let Some((worst, most)) = shares.iter().max_by(|one, other| off(one.1).total_cmp(&off(other.1)))
        else {
            return Err("there is no instance".to_owned());
        };
        let chi: f64 = shares.iter().map(|(_, count)| (*count as f64 - even).powi(2) / even).sum();
        let critical = critical(shares.len() - 1);
        let broken = match case.invariant.deviation {
            Some(deviation) => off(*most) > deviation.0 + 1e-12,
            None => chi > critical,
        };
        if case.invariant.deviation.is_none() && even < 5.0 {
            return Err(format!(
                "{} over {} instances are too few for a chi-square test",
                count(total, "request"),
                shares.len()
            ));
        }
        let reason = format!(
            "{} over {} instances: {} is furthest from the even share, by {:.1}%; chi-square {chi:.1} (0.1 % is {critical:.1}); {during_faults} during faults are left out.",
            count(total, "request"),
            shares.len(),
            worst.name,
            off(*most) * 100.0
        );
        let lines = shares.iter().map(|(instance, count)| {
            format!("{}: {count} ({:.1}% of all)", instance.name, *count as f64 / total as f64 * 100.0)
        });
        let evidence = if broken { lines.take(10).collect() } else { Vec::new() };
        let verdict = if broken { Verdict::Fail } else { Verdict::Pass };
        Ok(Finding { evidence, ..Finding::new(verdict, reason, total) })
    }
}

/// Whether an instance that never answered belongs to the same service as one that did: it had its share coming.
fn beside(instances: &[Instance], counts: &[u64], silent: &Instance) -> bool {
    silent.service.is_some()
        && instances.iter().zip(counts).any(|(other, count)| *count > 0 && other.service == silent.service)
}

/// The chi-square values that chance exceeds once in a thousand times, for 1, 2, 3, … degrees of freedom.
const CRITICAL: [f64; 10] = [10.828, 13.816, 16.266, 18.467, 20.515, 22.458, 24.322, 26.124, 27.877, 29.588];

/// The same for any number of them; beyond the table by Wilson and Hilferty (1931), which is right to 0.6 % there.
fn critical(degrees: usize) -> f64 {
    if let Some(value) = degrees.checked_sub(1).and_then(|place| CRITICAL.get(place)) {
        return *value;
    }
    let degrees = degrees as f64;
    let spread = 2.0 / (9.0 * degrees);
    degrees * (1.0 - spread + Z * spread.sqrt()).powi(3)
}

#[cfg(test)]
mod tests {
    use super::critical;

    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (degrees, table) in [(2, 13.816), (11, 31.264), (30, 59.703)] {
            assert!((critical(degrees) - table).abs() / table < 0.006, "{degrees}: {}", critical(degrees));
        }
    }
}
