//! Waits until an instance answers.

use super::life::Life;
use super::log_tail::log_tail;
use super::names::address;
use super::slot::Slot;
use super::{Inner, ports};
use crate::event::StackChange;
use crate::plan::model::Ready;
use crate::stack::StackError;
use crate::stack::answers::poll;

/// Waits until this life is ready. The error tells how it ended, or what the last try said, with the end of its log.
pub(super) async fn wait_ready(inner: &Inner, slot: &Slot, life: &Life) -> Result<(), StackError> {
    let planned = slot.planned();
    let service = &inner.spec.services[planned.service];
    let found = match (planned.port, service.ready.tcp) {
        (Some(port), tcp) if tcp != Some(false) => tokio::select! {
            biased;
            end = life.ended() => Err(died(&planned.name, &end.how, planned.port)),
            found = poll(address(port), &service.ready) => found.map_err(|last| late(&planned.name, &service.ready, &last)),
        },
        _ => Ok(()),
    };
    match found {
        Ok(()) => {
            // One that has no port may have done its work and ended already.
            if life.runs() && life.set_ready() {
                inner.context.tell(&planned.name, StackChange::Ready, None);
            }
            Ok(())
        }
        Err(message) => {
            let context = log_tail(&inner.log_path(&planned.name), life.log_from);
            Err(StackError { message, context })
        }
    }
}

fn died(name: &str, how: &str, port: Option<u16>) -> String {
    let taken = port.filter(|port| !ports::is_free(*port)).map(ports::in_use);
    let hint = taken.map(|taken| format!("; {taken}")).unwrap_or_default();
    format!("{name} ended before it was ready: {how}{hint}")
}

fn late(name: &str, ready: &Ready, last: &str) -> String {
    let what = ready.http.as_ref().map_or("a TCP connection".to_owned(), |path| format!("GET {path}"));
    format!(
        "{name} was not ready within {} ({what}: {last}); see its log, or give it more time with `ready.within`",
        ready.within
    )
}
