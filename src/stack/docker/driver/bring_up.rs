//! The project comes up, and goes as it came.

use super::Inner;
use crate::stack::StackError;
use std::sync::atomic::Ordering;

/// Starts what does not run yet; attached, only looks. What ran before we came is left running when we go.
pub(super) async fn start(inner: &Inner) -> Result<(), StackError> {
    let before = inner.engine.of_project(&inner.project).await?;
    inner.found_running.store(before.iter().any(|container| container.alive()), Ordering::Release);
    inner.found_volumes.store(inner.engine.has_volumes(&inner.project).await?, Ordering::Release);
    if let Some(compose) =
        inner.compose.as_ref().filter(|compose| !inner.spec.attach || !compose.env.is_empty())
    {
        let scaled = inner.spec.services.iter().filter(|service| service.instances > 1);
        let scales: Vec<(String, u32)> =
            scaled.map(|service| (service.name.clone(), service.instances)).collect();
        compose.up(&scales).await?;
    }
    inner.inventory.refresh(&inner.engine, &inner.project).await?;
    if inner.inventory.all().is_empty() {
        return Err(StackError::new(format!(
            "the project `{}` has no container; is the right profile named in `stack.profiles`?",
            inner.project
        )));
    }
    Ok(())
}

/// Takes down what we brought up; puts back what we changed in what was there.
pub(super) async fn down(inner: &Inner) -> Result<(), StackError> {
    let Some(compose) = &inner.compose else { return Ok(()) };
    if !inner.found_running() && !inner.spec.attach {
        return compose.down(!inner.found_volumes.load(Ordering::Acquire)).await;
    }
    if compose.env.is_empty() { Ok(()) } else { compose.without_env().up(&[]).await }
}
