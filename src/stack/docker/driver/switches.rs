//! The plan's own variables for the compose file: switches of the deployment.

use crate::plan::model::StackSpec;
use crate::plan::template::Reference;
use crate::stack::StackError;
use std::collections::BTreeMap;

/// The variables with their values, and which of the values are secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Switches {
    pub env: BTreeMap<String, String>,
    pub secrets: Vec<String>,
}

/// Fills them in; `${env:NAME}` reads our own environment and makes a secret.
pub(super) fn switches(
    spec: &StackSpec,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Switches, StackError> {
    let mut switches = Switches::default();
    for (name, value) in &spec.env {
        let secrets = &mut switches.secrets;
        let rendered = value.render(|reference| match reference {
            Reference::Env(variable) => {
                let value = environment(variable).ok_or_else(|| {
                    format!("stack.env.{name}: the environment variable {variable} is not set")
                })?;
                if !value.is_empty() {
                    secrets.push(value.clone());
                }
                Ok(value)
            }
            Reference::Name(_) | Reference::Generate(..) => Err(format!(
                "stack.env.{name}: only text and `${{env:NAME}}` are known before the stack is up; for a variable of the \
                 compose file itself write `$${{…}}`"
            )),
        });
        switches.env.insert(name.clone(), rendered.map_err(StackError::new)?);
    }
    Ok(switches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(toml: &str) -> Result<Switches, StackError> {
        let spec: StackSpec = toml::from_str(toml).expect(toml);
        switches(&spec, &|name| (name == "TOKEN").then(|| "s3cret".to_owned()))
    }

    #[test]
    fn values_from_the_environment_are_secret() {
        let all = found("env = { A = 'off', B = 'x-${env:TOKEN}' }").expect("all are set");
        assert_eq!((all.env["A"].as_str(), all.env["B"].as_str()), ("off", "x-s3cret"));
        assert_eq!(all.secrets, ["s3cret"]);
    }

    #[test]
    fn what_is_not_known_yet_is_an_error() {
        assert!(found("env = { A = '${env:NOWHERE}' }").expect_err("not set").message.contains("NOWHERE"));
        assert!(found("env = { A = '${web.address}' }").expect_err("not up").message.contains("stack.env.A"));
    }
}
