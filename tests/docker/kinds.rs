//! The kinds of faults on containers, each with the effect that is seen from outside.

use crate::support::Project;
use shakedown::stack::docker::engine::State;

/// A kind of fault with its settings, as a plan writes it.
pub struct Kind {
    pub name: &'static str,
    /// The fault without its id and time.
    pub fault: &'static str,
}

/// Every kind that a container can bear.
pub const KINDS: &[Kind] = &[
    Kind { name: "kill", fault: "kill = { service = 'web', index = 1 }" },
    Kind { name: "stop", fault: "stop = { service = 'web', index = 2 }" },
    Kind { name: "pause", fault: "pause = { service = 'web' }" },
    Kind { name: "remove", fault: "remove = { service = 'db' }" },
    Kind { name: "disconnect", fault: "disconnect = { label = 'tier=back' }" },
    Kind { name: "cpus", fault: "limit = { target = { service = 'web', index = 1 }, cpus = 0.25 }" },
    Kind { name: "memory", fault: "limit = { target = { service = 'db' }, cpus = 0.5, memory = '48MiB' }" },
    Kind {
        name: "exec",
        fault: "exec = { target = { service = 'web', index = 1 }, command = ['/server', 'touch', '/flag'], heal = \
                ['/server', 'rm', '/flag'] }",
    },
    Kind { name: "scale-up", fault: "scale = { service = 'web', to = 4 }" },
    Kind { name: "scale-down", fault: "scale = { service = 'web', to = 1 }" },
];

/// Whether the effect of this kind is seen from outside.
pub async fn is_felt(project: &Project, kind: &str) -> bool {
    let state = async |instance: &str| project.container(instance).await.map(|one| one.state);
    let answers = async |instance: &str| project.ask(instance, "/").await.is_some();
    match kind {
        "kill" => state("web-1").await == Some(State::Exited) && !answers("web-1").await,
        "stop" => state("web-2").await == Some(State::Exited) && !answers("web-2").await,
        "pause" => {
            state("web-1").await == Some(State::Paused) && !answers("web-1").await && !answers("web-2").await
        }
        "remove" => project.container("db-1").await.is_none() && !reached(project).await,
        "disconnect" => !reached(project).await,
        "cpus" => cores(project, "web-1").await == Some(0.25),
        "memory" => {
            memory(project, "db-1").await == Some(48 << 20) && cores(project, "db-1").await == Some(0.5)
        }
        "exec" => project.ask("web-1", "/there?/flag").await.is_some_and(|(status, _)| status == 200),
        "scale-up" => answers("web-3").await && answers("web-4").await,
        "scale-down" => project.container("web-2").await.is_none() && answers("web-1").await,
        other => panic!("no such kind: {other}"),
    }
}

/// Whether it is gone, as far as that is seen from outside.
pub async fn is_healed(project: &Project, kind: &str) -> bool {
    match kind {
        "remove" | "disconnect" => reached(project).await,
        "scale-up" => {
            project.container("web-3").await.is_none() && project.container("web-4").await.is_none()
        }
        "kill" | "stop" | "pause" | "scale-down" => {
            project.ask("web-1", "/").await.is_some() && project.ask("web-2", "/").await.is_some()
        }
        _ => !is_felt(project, kind).await,
    }
}

/// Whether the first web server reaches the database, by its alias.
pub async fn reached(project: &Project) -> bool {
    project.ask("web-1", "/peer?database:8080").await.is_some_and(|(status, _)| status == 200)
}

/// The limit of processors that the kernel holds the container to.
async fn cores(project: &Project, instance: &str) -> Option<f64> {
    if let Some(max) = project.limit(instance, "cpu.max").await {
        let (quota, period) = max.split_once(' ')?;
        return Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?);
    }
    let quota: f64 = project.limit(instance, "cpu/cpu.cfs_quota_us").await?.parse().ok()?;
    let period: f64 = project.limit(instance, "cpu/cpu.cfs_period_us").await?.parse().ok()?;
    Some(quota / period)
}

async fn memory(project: &Project, instance: &str) -> Option<u64> {
    let new = project.limit(instance, "memory.max").await;
    let text = match new {
        Some(text) => text,
        None => project.limit(instance, "memory/memory.limit_in_bytes").await?,
    };
    text.parse().ok()
}
