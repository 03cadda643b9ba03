//! `shakedown stack logs`.

use super::super::{Stop, output};
use super::Which;
use super::subject::{Subject, engine};
use crate::stack::docker::engine::services_of;
use crate::stack::docker::{Container, Engine};
use futures_util::future::try_join_all;

/// Whose logs.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which deployment.
    #[command(flatten)]
    pub which: Which,
    /// Only of these services or instances (`web`, `web-2`). May be repeated.
    #[arg(long = "of", value_name = "NAME")]
    pub of: Vec<String>,
    /// How many lines of each, from the end.
    #[arg(long, default_value_t = 50)]
    pub tail: usize,
    /// Go on printing as lines come.
    #[arg(long, short)]
    pub follow: bool,
}

/// Prints them, each line behind the name of its instance.
pub(super) async fn main(arguments: &Arguments) -> Result<(), Stop> {
    let project = Subject::of(&arguments.which)?.project();
    let engine = engine().await?;
    let all = engine.of_project(&project).await.map_err(Stop::deployment)?;
    let services = services_of(&all);
    let name_of = |container: &Container| container.instance(&services).unwrap_or_default();
    let wanted = |container: &&Container| {
        let name = name_of(container);
        arguments.of.is_empty()
            || arguments.of.iter().any(|of| *of == name || Some(of.as_str()) == container.service())
    };
    let chosen: Vec<&Container> = all.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let there: Vec<String> = all.iter().map(name_of).collect();
        return Err(Stop::usage(format!("no such instance in `{project}`; there are {}", there.join(", "))));
    }
    let printed =
        chosen.into_iter().map(|container| print(&engine, name_of(container), container, arguments));
    try_join_all(printed).await.map(drop)
}

async fn print(
    engine: &Engine,
    name: String,
    container: &Container,
    arguments: &Arguments,
) -> Result<(), Stop> {
    let show = |line: &str| output::result(&format!("{name} | {line}\n"));
    if arguments.follow {
        return engine.follow_log(&container.id, arguments.tail, show).await.map_err(Stop::deployment);
    }
    let lines = engine.log_tail(&container.id, arguments.tail).await.map_err(Stop::deployment)?;
    lines.iter().for_each(|line| show(line));
    Ok(())
}
