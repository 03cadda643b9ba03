//! Which Compose project is meant.

use super::super::Stop;
use crate::stack::docker::{Address, Engine, compose_name};
use std::path::Path;

/// The one that was named; else the one that was brought up from this folder; else the only one that runs.
pub(super) async fn find(named: Option<&str>) -> Result<String, Stop> {
    if let Some(name) = named {
        return Ok(compose_name(name));
    }
    let address = Address::from_environment(&|name| std::env::var(name).ok());
    let engine = Engine::connect(&address).await.map_err(Stop::deployment)?;
    let running = engine.running_projects().await.map_err(Stop::deployment)?;
    let here = std::env::current_dir().map_err(Stop::deployment)?;
    let projects: Vec<(&str, Option<&Path>)> =
        running.iter().map(|(name, folder)| (name.as_str(), folder.as_deref())).collect();
    choose(&projects, &here).map(str::to_owned).map_err(Stop::deployment)
}

fn choose<'p>(projects: &[(&'p str, Option<&Path>)], here: &Path) -> Result<&'p str, String> {
    let of_here: Vec<&str> =
        projects.iter().filter(|(_, folder)| *folder == Some(here)).map(|(name, _)| *name).collect();
    let all: Vec<&str> = projects.iter().map(|(name, _)| *name).collect();
    match (of_here.as_slice(), all.as_slice()) {
        ([one], _) | ([], [one]) => Ok(*one),
        ([], []) => {
            Err("no Compose project runs here: bring one up first, as with `docker-compose up -d`".into())
        }
        ([], several) | (several, _) => Err(format!(
            "several Compose projects run: {}; say which by `--project NAME`",
            several.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_folders_project_comes_before_the_only_one() {
        let (here, there) = (Path::new("/here"), Path::new("/there"));
        assert_eq!(choose(&[("a", Some(there)), ("b", Some(here))], here), Ok("b"));
        assert_eq!(choose(&[("a", Some(there))], here), Ok("a"));
        assert_eq!(choose(&[("a", None)], here), Ok("a"));
        let both = choose(&[("a", Some(there)), ("c", None)], here).expect_err("which?");
        assert!(both.contains("a, c") && both.contains("--project"), "{both}");
        assert!(choose(&[], here).expect_err("none").contains("no Compose project"));
        assert!(
            choose(&[("a", Some(here)), ("b", Some(here)), ("c", None)], here)
                .expect_err("two")
                .contains("a, b")
        );
    }
}
