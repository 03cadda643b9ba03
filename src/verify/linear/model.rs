//! What the search asks of a model. States are numbers; what they mean is the model's own affair.

use super::problem::Problem;

/// An object's behaviour, and what may be concluded from the operations that are still to come. Each of the shortcuts is
/// sound: it leaves an order if there is one. Their reasons stand where they are built.
pub trait Model: Sized {
    /// The model of one key's operations.
    fn new(problem: &Problem<'_>) -> Self;

    /// The state at the beginning.
    fn initial(&self) -> u64;

    /// The state after an operation; none if it cannot happen in this one.
    fn step(&self, state: u64, op: u32) -> Option<u64>;

    /// Whether the operation leaves every state in which it can happen as it is.
    fn is_pure(&self, op: u32) -> bool;

    /// An operation found its place in the order.
    fn lifted(&mut self, op: u32);

    /// The operation that found its place last lost it again.
    fn put_back(&mut self, op: u32);

    /// Whether it is plain from the beginning that there is no order.
    fn hopeless(&self) -> bool {
        false
    }

    /// Whether there is a way on after this operation changed the state.
    fn goes_on(&self, _from: u64, _to: u64, _op: u32) -> bool {
        true
    }

    /// One number for all states that the operations to come cannot tell apart.
    fn normal(&self, state: u64) -> u64 {
        state
    }

    /// Whether one of the operations that could come next can never happen any more.
    fn doomed(&self, _state: u64, _callable: &[u32]) -> bool {
        false
    }

    /// Whether it can wait: only the operation that returns first need be tried.
    fn can_wait(&self, _callable: &[u32]) -> bool {
        false
    }

    /// Whether the operation puts its value in the place of whatever was there.
    fn overwrites(&self, _op: u32) -> bool {
        false
    }

    /// Whether it is an overwriting operation whose value none of those to come will see.
    fn is_idle(&self, _op: u32) -> bool {
        false
    }

    /// The classes of indeterminate operations that are worth trying.
    fn tempting(&self, state: u64, callable: &[u32], into: &mut Vec<u32>);
}
