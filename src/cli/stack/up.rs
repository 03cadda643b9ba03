//! `shakedown stack up`.

use super::super::{Stop, output};
use super::subject::Subject;
use super::{Which, status};
use crate::stack::Stack;

/// Brings it up and shows what is there.
pub(super) async fn main(which: &Which) -> Result<(), Stop> {
    let subject = Subject::of(which)?;
    let _lock = subject.lock()?;
    let stack = subject.driver().await?;
    stack.up().await.map_err(Stop::deployment)?;
    output::result(&status::table(&stack.instances()));
    Ok(())
}
