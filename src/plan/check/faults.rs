//! Faults: exactly one kind, on something that is there, at a time that comes.

use super::{Findings, Subject, fault_network, fault_target, fault_time, links};
use crate::plan::model::{FaultSpec, StackKind};
use crate::plan::nearest::listed;

const KINDS: &str = "`kill`, `stop`, `pause`, `restart`, `remove`, `disconnect`, `scale`, `limit`, `exec`, `packets`, \
                     `partition`, `dns`, `http` and `toxic`";
const SIGNALS: [&str; 8] = ["KILL", "TERM", "INT", "HUP", "QUIT", "USR1", "USR2", "ABRT"];

pub(super) fn check(subject: &Subject<'_>, found: &mut Findings<'_>) {
    for (i, fault) in subject.plan.faults.iter().enumerate() {
        let path = format!("fault[{i}]");
        kind(fault, &path, found);
        if subject.plan.stack.kind == StackKind::None && !fault.kinds().is_empty() && !fault.is_on_link() {
            let message = format!("`{}` has nothing to strike: the stack's kind is `none`", fault.id);
            let help = "only a deployment that we bring up can be broken: write `kind = \"processes\"` and its services";
            found.error(&path, message, help);
            continue;
        }
        only_for_containers(subject, fault, &path, found);
        fault_target::check(subject.plan, fault, &path, found);
        details(subject, fault, &path, found);
    }
    fault_time::check(subject.plan, found);
}

fn kind(fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    match fault.kinds().as_slice() {
        [] => {
            let message = format!("the fault `{}` does nothing", fault.id);
            found.error(
                path,
                message,
                format!("add one of {KINDS}: `kill = {{ service = \"node\", choose = 1 }}`"),
            );
        }
        [_] => {}
        [_, second, ..] => {
            let all = listed(fault.kinds());
            let message = format!("the fault `{}` is of several kinds: {all}", fault.id);
            found.error(
                format!("{path}.{second}"),
                message,
                "make a fault of each; `after` and `at` put them in order",
            );
        }
    }
}

/// Kinds that a stack of processes cannot bear.
fn only_for_containers(subject: &Subject<'_>, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    let of_containers = ["remove", "disconnect", "scale", "limit", "exec", "packets", "partition", "dns"];
    for kind in fault.kinds().into_iter().filter(|kind| of_containers.contains(kind)) {
        if subject.plan.stack.kind == StackKind::Processes {
            let help =
                "write `kind = \"compose\"` into `[stack]`, or use `kill`, `stop`, `pause` or `restart`";
            found.error(format!("{path}.{kind}"), format!("`{kind}` is for containers"), help);
        }
    }
}

/// What single kinds want.
fn details(subject: &Subject<'_>, fault: &FaultSpec, path: &str, found: &mut Findings<'_>) {
    for (kind, process) in fault.on_processes() {
        let Some(signal) = &process.signal else { continue };
        let at = format!("{path}.{kind}.signal");
        if kind != "kill" {
            found.error(at, format!("`{kind}` sends no signal of choice"), "use `kill` with a `signal`");
        } else if !SIGNALS.contains(&signal.strip_prefix("SIG").unwrap_or(signal)) {
            found.error(
                at,
                format!("`{signal}` is not a signal that can be sent"),
                format!("the signals are {}", listed(SIGNALS)),
            );
        }
    }
    if let Some(limit) = &fault.limit
        && limit.cpus.is_none()
        && limit.memory.is_none()
    {
        let help = "add `cpus = 0.5` or `memory = \"64MiB\"`";
        found.error(format!("{path}.limit"), "a limit of nothing", help);
    }
    if let Some(exec) = &fault.exec
        && exec.command.is_empty()
    {
        found.error(
            format!("{path}.exec.command"),
            "an empty command",
            "write the program and its arguments",
        );
    }
    links::fault(subject.plan, fault, path, found);
    fault_network::check(fault, path, found);
}
