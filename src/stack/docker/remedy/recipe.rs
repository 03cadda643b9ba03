//! Everything that is needed to make a container once more, taken from the engine's description of it.

use crate::stack::docker::engine::{Engine, EngineError, NUMBER_LABEL, Trouble};
use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, EndpointSettings, HostConfig, Mount, MountPoint,
    MountType, NetworkingConfig,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;

/// The length of the short id that the engine gives as host name and alias.
const SHORT: usize = 12;

/// A container's place in a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The network's name.
    pub network: String,
    /// Aliases, static address and the like, in the engine's own form.
    pub settings: Value,
}

impl Membership {
    /// In the engine's types.
    pub(super) fn endpoint(&self) -> Result<EndpointSettings, EngineError> {
        from_value(&self.settings)
    }
}

/// How to make a container once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// The id that it has now.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub running: bool,
    /// The body of the request that makes it, in the engine's own form, without its networks.
    pub body: Value,
    /// Its networks, the one that it is made in first.
    pub networks: Vec<Membership>,
}

impl Recipe {
    /// The recipe of this container as it is now. Its anonymous volumes are named in it, so that their content is kept.
    pub async fn of(engine: &Engine, id: &str) -> Result<Recipe, EngineError> {
        recipe(engine.inspect_whole(id).await?)
    }

    /// The same container once more, as another instance of its service: another number, no static address. `None` if its
    /// name does not end in its number, because somebody gave it a fixed one.
    pub fn with_number(&self, number: u32) -> Option<Recipe> {
        let mut other = self.clone();
        let old = self.body.get("Labels")?.get(NUMBER_LABEL)?.as_str()?.to_owned();
        other.name = format!("{}{number}", self.name.strip_suffix(&old)?);
        *other.body.get_mut("Labels")?.get_mut(NUMBER_LABEL)? = Value::String(number.to_string());
        for membership in &mut other.networks {
            if let Some(settings) = membership.settings.as_object_mut() {
                settings.remove("IPAMConfig");
            }
        }
        Some(other)
    }

    /// Makes the container and puts it into its networks; it is not started. Returns the new id.
    pub async fn make(&self, engine: &Engine) -> Result<String, EngineError> {
        let mut body: ContainerCreateBody = from_value(&self.body)?;
        if let Some(first) = self.networks.first() {
            let endpoint = HashMap::from([(first.network.clone(), first.endpoint()?)]);
            body.networking_config = Some(NetworkingConfig { endpoints_config: Some(endpoint) });
        }
        let id = engine.create(&self.name, body).await?;
        self.join(engine, &id).await?;
        Ok(id)
    }

    /// Puts a container into all the networks that it is not in yet.
    pub(super) async fn join(&self, engine: &Engine, id: &str) -> Result<(), EngineError> {
        let present = engine.inspect(id).await?.networks;
        for membership in self.networks.iter().filter(|one| !present.contains_key(&one.network)) {
            engine.reconnect(&membership.network, id, membership.endpoint()?).await?;
        }
        Ok(())
    }
}

fn recipe(told: ContainerInspectResponse) -> Result<Recipe, EngineError> {
    let id = told.id.unwrap_or_default();
    let short = id.get(..SHORT).unwrap_or(&id).to_owned();
    let mut config = told.config.unwrap_or_default();
    // A host name that nobody chose is the id; the new container has its own.
    config.hostname = config.hostname.filter(|name| *name != short);
    let mut body: ContainerCreateBody = from_value(&to_value(&config)?)?;
    let mut host = told.host_config.unwrap_or_default();
    keep_volumes(&mut host, told.mounts.unwrap_or_default());
    let mode = host.network_mode.clone().unwrap_or_default();
    body.host_config = Some(host);
    let mut networks = Vec::new();
    // A container in another one's namespace, or the host's, has no network of its own.
    if !mode.starts_with("container:") && mode != "host" && mode != "none" {
        let told = told.network_settings.and_then(|settings| settings.networks).unwrap_or_default();
        for (network, settings) in told {
            networks.push(Membership { network, settings: to_value(&wanted(settings, &short))? });
        }
    }
    networks.sort_by_key(|one| (one.network != mode, one.network.clone()));
    Ok(Recipe {
        id,
        name: told.name.unwrap_or_default().trim_start_matches('/').to_owned(),
        running: told.state.and_then(|state| state.running).unwrap_or_default(),
        body: to_value(&body)?,
        networks,
    })
}

/// What somebody asked for, without what the engine gave.
fn wanted(told: EndpointSettings, short: &str) -> EndpointSettings {
    let aliases = told.aliases.map(|aliases| aliases.into_iter().filter(|alias| alias != short).collect());
    EndpointSettings {
        ipam_config: told.ipam_config,
        links: told.links,
        aliases,
        driver_opts: told.driver_opts,
        ..EndpointSettings::default()
    }
}

/// Names the volumes that the engine made for the old container, for the new one to have them.
fn keep_volumes(host: &mut HostConfig, mounts: Vec<MountPoint>) {
    let bound = |destination: &str| {
        let by_bind = host.binds.iter().flatten().any(|bind| bind.split(':').nth(1) == Some(destination));
        let by_mount = host.mounts.iter().flatten().any(|mount| mount.target.as_deref() == Some(destination));
        by_bind || by_mount
    };
    let anonymous: Vec<Mount> = mounts
        .into_iter()
        .filter(|mount| mount.typ.as_deref() == Some("volume"))
        .filter(|mount| mount.destination.as_deref().is_some_and(|destination| !bound(destination)))
        .map(|mount| Mount {
            target: mount.destination,
            source: mount.name,
            typ: Some(MountType::VOLUME),
            read_only: mount.rw.map(|writable| !writable),
            ..Mount::default()
        })
        .collect();
    if !anonymous.is_empty() {
        host.mounts.get_or_insert_default().extend(anonymous);
    }
}

fn to_value(told: &impl Serialize) -> Result<Value, EngineError> {
    serde_json::to_value(told).map_err(not_understood)
}

fn from_value<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, EngineError> {
    serde_json::from_value(value.clone()).map_err(not_understood)
}

fn not_understood(error: serde_json::Error) -> EngineError {
    EngineError::new(
        Trouble::Refused,
        format!("the engine's description of a container is not understood: {error}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> ContainerInspectResponse {
        serde_json::from_value(serde_json::json!({
            "Id": "0123456789abcdef", "Name": "/shop_web_1", "State": { "Running": true },
            "Config": { "Hostname": "0123456789ab", "Image": "web", "Env": ["A=b"],
                        "Labels": { "com.docker.compose.container-number": "1" } },
            "HostConfig": { "NetworkMode": "shop_back", "Binds": ["data:/data:rw"], "Memory": 1000 },
            "Mounts": [
                { "Type": "volume", "Name": "data", "Destination": "/data", "RW": true },
                { "Type": "volume", "Name": "f00", "Destination": "/tmp/x", "RW": true }
            ],
            "NetworkSettings": { "Networks": {
                "shop_a": { "Aliases": ["web"], "IPAMConfig": { "IPv4Address": "10.0.0.9" } },
                "shop_back": { "Aliases": ["web", "0123456789ab"], "IPAddress": "10.0.1.2" }
            } }
        }))
        .expect("as the engine says it")
    }

    #[test]
    fn a_recipe_holds_what_was_asked_for() {
        let recipe = recipe(told()).expect("a recipe");
        assert_eq!((recipe.name.as_str(), recipe.running), ("shop_web_1", true));
        assert_eq!(recipe.body.get("Hostname"), None);
        assert_eq!(recipe.body["HostConfig"]["Memory"], 1000);
        let names: Vec<_> = recipe.networks.iter().map(|one| one.network.as_str()).collect();
        assert_eq!(names, ["shop_back", "shop_a"], "the network that it is made in comes first");
        assert_eq!(recipe.networks[0].settings, serde_json::json!({ "Aliases": ["web"] }));
        assert_eq!(recipe.networks[1].settings["IPAMConfig"]["IPv4Address"], "10.0.0.9");
        let mounts = recipe.body["HostConfig"]["Mounts"].as_array().expect("mounts");
        assert_eq!(mounts.len(), 1);
        assert_eq!((&mounts[0]["Source"], &mounts[0]["Target"]), (&"f00".into(), &"/tmp/x".into()));
    }

    #[test]
    fn another_instance_has_another_number_and_no_static_address() {
        let recipe = recipe(told()).expect("a recipe");
        let third = recipe.with_number(3).expect("a name with a number");
        assert_eq!(third.name, "shop_web_3");
        assert_eq!(third.body["Labels"][NUMBER_LABEL], "3");
        assert_eq!(third.networks[1].settings, serde_json::json!({ "Aliases": ["web"] }));
        let fixed = Recipe { name: "web".into(), ..recipe };
        assert_eq!(fixed.with_number(2), None);
    }
}
