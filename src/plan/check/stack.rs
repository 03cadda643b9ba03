//! The deployment: services that can be started.

use super::{Findings, Subject};
use crate::plan::document::key;
use crate::plan::model::{ServiceSpec, StackKind};

/// The most instances of one service that are taken for a wish rather than a slip.
const MOST: u32 = 1000;

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    let stack = &subject.plan.stack;
    match stack.kind {
        StackKind::None if !stack.services.is_empty() => found.error(
            "stack.service[0]",
            "there are services, and nobody who starts them: the stack's kind is `none`",
            "write `kind = \"processes\"` into `[stack]`, or take the services out",
        ),
        StackKind::Processes if stack.services.is_empty() => found.error(
            "stack.kind",
            "a stack of processes without a service",
            "add a `[[stack.service]]` with a `name` and a `command`",
        ),
        StackKind::Compose if stack.file.is_none() && !stack.attach => found.error(
            "stack.kind",
            "a stack by Docker Compose without its file",
            "add `file = \"compose.yaml\"`, or `attach = true` and `project` for one that runs",
        ),
        _ => {}
    }
    if stack.kind != StackKind::Compose
        && (stack.file.is_some() || stack.attach || !stack.profiles.is_empty() || !stack.env.is_empty())
    {
        let help = "write `kind = \"compose\"`, or take them out";
        found.error(
            "stack",
            "`file`, `profiles`, `attach` and `env` are for a stack by Docker Compose",
            help,
        );
    }
    if stack.attach && stack.project.is_none() {
        let help = "add `project = \"shop\"`: the name that `docker compose ls` shows";
        found.error("stack.attach", "it does not say which project to attach to", help);
    }
    if stack.max_affected == Some(0) {
        let help = "write 1 or more, or take the faults out";
        found.error("stack.max_affected", "no instance may be broken at all", help);
    }
    for (i, service) in stack.services.iter().enumerate() {
        one(service, &format!("stack.service[{i}]"), stack.kind, subject, found);
    }
    ports(&stack.services, found);
    for (i, link) in stack.links.iter().enumerate() {
        if stack.kind != StackKind::Compose {
            let names = stack.services.iter().map(|service| service.name.as_str());
            super::find::must_exist(found, format!("stack.link[{i}].to"), "service", &link.to, names);
        }
    }
}

fn one(service: &ServiceSpec, path: &str, kind: StackKind, subject: &Subject<'_>, found: &mut Findings<'_>) {
    let name = &service.name;
    if kind == StackKind::Processes && service.command.is_empty() {
        let help = "write the program and its arguments: `command = [\"./shop\", \"--port\", \"${port}\"]`";
        found.error(path, format!("the service `{name}` has no command"), help);
    }
    if service.instances == 0 {
        found.error(
            format!("{path}.instances"),
            format!("the service `{name}` has no instance"),
            "write 1 or more",
        );
    }
    if service.instances > MOST {
        let message =
            format!("{} instances of `{name}`: more than one machine is asked for here", service.instances);
        found.error(format!("{path}.instances"), message, format!("write at most {MOST}"));
    }
    if service.port > 0
        && u32::from(service.port).saturating_add(service.instances.saturating_sub(1)) > u32::from(u16::MAX)
    {
        let help = "choose a lower first port, or 0 for free ones";
        found.error(format!("{path}.port"), format!("the ports of `{name}` go beyond 65535"), help);
    }
    for variable in
        service.env.keys().filter(|variable| variable.is_empty() || variable.contains(['=', '\0']))
    {
        let at = format!("{path}.env.{}", key(variable));
        found.error(
            at,
            format!("`{variable}` cannot be an environment variable"),
            "a name has no `=`, and is not empty",
        );
    }
    if let Some(directory) = &service.directory
        && !subject.directory.join(directory).is_dir()
    {
        let shown = subject.directory.join(directory).display().to_string();
        let help = "name a directory; the path is relative to the plan";
        found.error(format!("{path}.directory"), format!("there is no directory `{shown}`"), help);
    }
    let ready = &service.ready;
    if let Some(http) = ready.http.as_deref().filter(|http| !http.starts_with('/')) {
        let help = "write a path on the instance itself: `/health/ready`";
        found.error(format!("{path}.ready.http"), format!("`{http}` is not a path"), help);
    }
    if ready.http.is_some() && ready.tcp == Some(false) {
        let help = "take one of them out: `tcp = false` is for a service without a port";
        found.error(
            format!("{path}.ready"),
            "`http` wants a port, and `tcp = false` says that there is none",
            help,
        );
    }
    if ready.within.0.is_zero() {
        found.error(
            format!("{path}.ready.within"),
            "no time at all to become ready",
            "write how long it may take: `10s`",
        );
    }
}

/// Fixed ports that two services want.
fn ports(services: &[ServiceSpec], found: &mut Findings<'_>) {
    let range = |service: &ServiceSpec| {
        let first = u32::from(service.port);
        first..first.saturating_add(service.instances)
    };
    for (i, service) in services.iter().enumerate().filter(|(_, service)| service.port > 0) {
        let mine = range(service);
        let clash = services[..i].iter().filter(|other| other.port > 0).find(|other| {
            let theirs = range(other);
            mine.start < theirs.end && theirs.start < mine.end
        });
        if let Some(other) = clash {
            let message = format!("`{}` and `{}` want the same ports", other.name, service.name);
            found.error(
                format!("stack.service[{i}].port"),
                message,
                "give each a range of its own, or 0 for free ones",
            );
        }
    }
}
