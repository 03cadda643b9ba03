//! One key's problem, searched with the model that belongs to it.

use super::counter::Counter;
use super::problem::Problem;
use super::register::{self, Register};
use super::search::{End, Limit, Search};
use super::text::Text;
use super::{Action, Model};

/// What a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Solved {
    /// How it ended.
    pub end: End,
    /// Configurations that were visited.
    pub states: u64,
    /// So many returns, in the order of time, were reached at best.
    pub passed: usize,
}

/// Searches; orders are told to `found` until it says that it is enough.
pub fn solve(mut problem: Problem<'_>, limit: &Limit<'_>, found: &mut dyn FnMut(&[u32]) -> bool) -> Solved {
    match problem.setting.model {
        Model::Counter => with::<Counter>(&problem, limit, found),
        Model::AppendRegister | Model::KeyValue if appends(&problem) => with::<Text>(&problem, limit, found),
        _ => {
            if !problem.exact {
                register::keep_useful(&mut problem);
            }
            with::<Register>(&problem, limit, found)
        }
    }
}

/// Whether the problem has an order, without a look at which.
pub fn is_linearizable(problem: Problem<'_>, limit: &Limit<'_>) -> Solved {
    solve(problem, limit, &mut |_| true)
}

fn appends(problem: &Problem<'_>) -> bool {
    problem.setting.model == Model::AppendRegister
        || problem.items.iter().any(|item| matches!(item.action, Action::Append(_)))
}

fn with<M: super::model::Model>(
    problem: &Problem<'_>,
    limit: &Limit<'_>,
    found: &mut dyn FnMut(&[u32]) -> bool,
) -> Solved {
    let mut search = Search::<M>::new(problem);
    let end = search.run(limit, found);
    Solved { end, states: search.states, passed: search.passed }
}
