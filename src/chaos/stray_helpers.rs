//! Helper containers that outlived their run: found by their labels, also where no journal tells of them.

use super::HealReport;
use super::remedies::on_a_runtime;
use crate::stack::docker::{Address, Engine};
use std::time::Duration;
use tokio::time::timeout;

/// How long an engine may take to answer; where there is none, there is no helper either.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Removes the project's helpers. Hold the project's lock, or those of a run that goes on are removed.
pub(super) fn remove(project: &str, report: &mut HealReport) {
    let labels = ["shakedown.helper".to_owned(), format!("shakedown.project={project}")];
    let address = Address::from_environment(&|name| std::env::var(name).ok());
    let removed = on_a_runtime(|| async move {
        let Ok(Ok(engine)) = timeout(ANSWERS_WITHIN, Engine::connect(&address)).await else {
            return HealReport::default();
        };
        let mut report = HealReport::default();
        for helper in engine.with_labels(&labels).await.unwrap_or_default() {
            match engine.remove(&helper.id).await {
                Ok(()) => report.did.push(format!("removed the helper container {}", helper.name)),
                Err(error) => report.left.push(format!("the helper container {}: {error}", helper.name)),
            }
        }
        report
    });
    match removed {
        Ok(removed) => {
            report.did.extend(removed.did);
            report.left.extend(removed.left);
        }
        Err(error) => report.left.push(error),
    }
}
