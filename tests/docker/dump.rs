//! All that the engine says of a project's containers, without what every start changes: ids, times, drawn addresses.

use crate::support::Project;
use serde_json::{Value, json};
use shakedown::stack::docker::engine::Trouble;

/// Dropped wherever it stands.
const CHANGING: &[&str] = &[
    "Id",
    "Created",
    "Pid",
    "StartedAt",
    "FinishedAt",
    "Health",
    "ExitCode",
    "OOMKilled",
    "SandboxID",
    "SandboxKey",
    "EndpointID",
    "NetworkID",
    "MacAddress",
    "HostPort",
    "ResolvConfPath",
    "HostnamePath",
    "HostsPath",
    "LogPath",
    "GraphDriver",
    "ExecIDs",
    "RestartCount",
    "DNSNames",
    "Storage",
];

/// One entry for each container, by name.
pub async fn dump(project: &Project) -> Vec<Value> {
    let mut all = Vec::new();
    let memory = project.engine.memory_of_machine().await.expect("the engine answers");
    for container in project.engine.of_project(&project.name).await.expect("the engine answers") {
        // One that went while we looked is missing here, as it is there. Anything else would be taken for that.
        let told = match project.engine.inspect_whole(&container.id).await {
            Ok(told) => told,
            Err(error) if error.trouble == Trouble::NotFound => continue,
            Err(error) => panic!("{} cannot be looked at: {error}", container.name),
        };
        let mut told = serde_json::to_value(told).expect("JSON");
        let short = container.id[..12].to_owned();
        clean(&mut told, &short);
        limits(&mut told["HostConfig"], memory);
        drawn_addresses(&mut told);
        all.push(told);
    }
    all.sort_by_key(|one| one["Name"].to_string());
    all
}

fn clean(value: &mut Value, short: &str) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, value| !CHANGING.contains(&name.as_str()) && !is_nothing(value));
            fields.values_mut().for_each(|value| clean(value, short));
        }
        Value::Array(list) => {
            list.iter_mut().for_each(|value| clean(value, short));
            if list.iter().all(Value::is_string) {
                list.sort_by_key(|value| value.to_string());
                list.dedup();
            }
        }
        Value::String(text) if *text == short => *text = "its id".into(),
        _ => {}
    }
}

/// The engine cannot take a limit away, only set one that means none.
fn limits(host: &mut Value, machine: u64) {
    if host["CpuQuota"] == json!(-1) {
        host["CpuQuota"] = json!(0);
    }
    if host["CpuPeriod"] == json!(100_000) {
        host["CpuPeriod"] = json!(0);
    }
    if host["Memory"] == json!(machine) {
        host["Memory"] = json!(0);
    }
    if host["MemorySwap"] == json!(-1) {
        host["MemorySwap"] = json!(0);
    }
}

/// An address that nobody asked for is drawn anew each time.
fn drawn_addresses(told: &mut Value) {
    let Some(networks) = told["NetworkSettings"]["Networks"].as_object_mut() else { return };
    for network in networks.values_mut() {
        let asked = network["IPAMConfig"]["IPv4Address"].is_string();
        if let Some(fields) = network.as_object_mut().filter(|_| !asked) {
            fields.remove("IPAddress");
            fields.remove("IPAMConfig");
        }
    }
}

/// An engine that was restarted gives an empty list where there was none.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
