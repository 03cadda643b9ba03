//! A checker that looks at several final reads together sees them once per endpoint.

use super::own::Own;
use super::{Case, Finding};
use crate::verify::Verdict;
use crate::verify::history::State;

/// The named final reads as one endpoint shows them; a read that does not go through it is seen as it is.
pub struct View<'a> {
    /// The endpoint; empty where there is only one.
    pub endpoint: &'a str,
    /// One state per name, in the plan's order.
    pub states: Vec<&'a State>,
}

/// One view per endpoint of any of these states.
pub fn views<'a>(states: &[&'a State]) -> Vec<View<'a>> {
    let mut endpoints: Vec<&str> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for state in states {
        if !endpoints.contains(&state.endpoint.as_str()) {
            endpoints.push(&state.endpoint);
        }
        if !names.contains(&state.name.as_str()) {
            names.push(&state.name);
        }
    }
    // Where some reads go through endpoints and others do not, the empty endpoint is no view of its own.
    if endpoints.len() > 1 {
        endpoints.retain(|endpoint| !endpoint.is_empty());
    }
    let seen = |endpoint: &str, name: &str| {
        let mut of_name = states.iter().filter(|state| state.name == name);
        of_name.clone().find(|state| state.endpoint == endpoint).or_else(|| of_name.next()).copied()
    };
    let view = |endpoint: &'a str| View {
        endpoint,
        states: names.iter().filter_map(|name| seen(endpoint, name)).collect(),
    };
    endpoints.into_iter().map(view).collect()
}

/// Judges every view of this run's rows; the first that failed counts, else the last.
///
/// # Errors
/// As the invariant's final reads or `judge` have them.
pub fn each_view(
    case: &Case<'_>,
    own: &Own,
    mut judge: impl FnMut(&[&State]) -> Result<Finding, String>,
) -> Result<Finding, String> {
    let mut last = Err("there is no final read".to_owned());
    for view in views(&own.states.iter().collect::<Vec<_>>()) {
        let mut finding = judge(&view.states)?;
        if finding.verdict == Verdict::Fail {
            if !view.endpoint.is_empty() {
                finding.reason = format!("through {}: {}", view.endpoint, finding.reason);
            }
            return Ok(own.told(case, finding));
        }
        last = Ok(finding);
    }
    last.map(|finding| own.told(case, finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_endpoint_shows_every_read_once() {
        let all = [State::new("a", "x", true), State::new("a", "y", true), State::new("b", "", true)];
        let states: Vec<&State> = all.iter().collect();
        let told: Vec<String> = views(&states)
            .iter()
            .map(|view| {
                let of: Vec<String> =
                    view.states.iter().map(|s| format!("{}@{}", s.name, s.endpoint)).collect();
                format!("{}: {}", view.endpoint, of.join(" "))
            })
            .collect();
        assert_eq!(told, ["x: a@x b@", "y: a@y b@"]);
    }
}
