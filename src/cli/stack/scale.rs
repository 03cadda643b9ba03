//! `shakedown stack scale`.

use super::super::{Stop, output};
use super::Which;
use super::subject::Subject;

/// What is scaled.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Which deployment.
    #[command(flatten)]
    pub which: Which,
    /// The service and the number of its instances: `web=3`.
    #[arg(value_name = "SERVICE=NUMBER", required = true)]
    pub scales: Vec<String>,
}

/// Scales each service; the others are left alone.
pub(super) async fn main(arguments: &Arguments) -> Result<(), Stop> {
    let scales = arguments.scales.iter().map(|text| parsed(text)).collect::<Result<Vec<_>, _>>()?;
    let subject = Subject::of(&arguments.which)?;
    let _lock = subject.lock()?;
    let stack = subject.driver().await?;
    let Some(compose) = stack.compose() else {
        return Err(Stop::usage("the plan names no compose file (`stack.file`), so it cannot be scaled"));
    };
    for (service, number) in &scales {
        compose.scale(service, *number).await.map_err(Stop::deployment)?;
        output::line(&format!("{service}: {number}"));
    }
    Ok(())
}

fn parsed(text: &str) -> Result<(String, u32), Stop> {
    let parts = text.split_once('=').filter(|(service, _)| !service.is_empty());
    let scale = parts.and_then(|(service, number)| Some((service.to_owned(), number.parse().ok()?)));
    scale.ok_or_else(|| Stop::usage(format!("`{text}`: write it like `web=3`")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_service_and_a_number() {
        assert_eq!(parsed("web=3"), Ok(("web".into(), 3)));
        for wrong in ["web", "=3", "web=x", "web=-1"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
