//! Through whom the final state is read.

use super::way::Surroundings;
use crate::plan::model::FinalRead;
use crate::run::rendered::rendered;
use crate::stack::{self, Instance};

/// One of those who are asked.
pub(super) struct Endpoint<'a> {
    /// How it is called; empty for the target, where the plan names no endpoint.
    pub(super) label: String,
    /// Its address; nothing for the target.
    pub(super) address: Option<String>,
    /// The instance that it is.
    pub(super) instance: Option<&'a Instance>,
}

/// The target, or whoever the plan names: a service stands for each of its instances.
pub(super) fn endpoints<'a>(
    read: &FinalRead,
    around: &'a Surroundings<'_>,
) -> Result<Vec<Endpoint<'a>>, String> {
    let mut list = Vec::new();
    for named in &read.endpoints {
        let text = rendered(named, around.facts);
        let instances = around.instances.iter().filter(|instance| instance.service == text);
        let before = list.len();
        for instance in instances {
            let address = instance.address.map(|address| format!("http://{address}"));
            if address.is_none() && read.command.is_none() {
                return Err(format!("{} has no port to be asked through", instance.name));
            }
            list.push(Endpoint { label: instance.name.clone(), address, instance: Some(instance) });
        }
        if list.len() > before {
            continue;
        }
        if !text.contains(':') {
            return Err(format!("the endpoint `{text}` is neither a service of the stack nor a URL"));
        }
        if read.get.is_some() {
            stack::allowed_with(&text, around.allowed, &around.plan.target.resolve)?;
        }
        list.push(Endpoint { label: text.clone(), address: Some(text), instance: None });
    }
    if list.is_empty() {
        list.push(Endpoint { label: String::new(), address: None, instance: None });
    }
    Ok(list)
}

/// What they are called, as far as that is known.
pub(super) fn labels(read: &FinalRead, around: &Surroundings<'_>) -> Vec<String> {
    match endpoints(read, around) {
        Ok(list) => list.into_iter().map(|endpoint| endpoint.label).collect(),
        Err(_) => vec![String::new()],
    }
}
