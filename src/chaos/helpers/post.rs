//! A helper at its place, and what it is armed with.

use super::{Launched, carried_out};
use crate::netfault::{Order, Part, Sort};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A helper at its place.
pub(super) struct Post {
    target: String,
    pub launched: Launched,
    /// The life of the target in which it was started.
    pub life: String,
    parts: Mutex<Vec<Part>>,
}

impl Post {
    pub(super) fn new(target: &str, launched: Launched, life: String) -> Post {
        Post { target: target.to_owned(), launched, life, parts: Mutex::default() }
    }

    pub(super) fn parts(&self) -> MutexGuard<'_, Vec<Part>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Arms it with these parts; those in force stay. How many live connections were cut.
    pub(super) async fn arm(&self, parts: Vec<Part>) -> Result<u64, String> {
        let armed = self.launched.wire.ask(&Order::Arm { parts: parts.clone() }).await;
        let cut = carried_out(&self.target, armed)?.cut;
        *self.parts() = parts;
        Ok(cut)
    }

    /// What the record should say of ports whose connections lead through a proxy; `None`: there are none.
    pub(super) fn led_away(&self, cut: u64) -> Option<String> {
        let mut ports: Vec<u16> = self.parts().iter().filter_map(led_away).collect();
        ports.sort_unstable();
        ports.dedup();
        let which = match ports.as_slice() {
            [] => return None,
            [port] => format!("port {port}"),
            ports => format!("ports {}", ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")),
        };
        let cut = match cut {
            0 => String::new(),
            1 => "; one that was open was cut".into(),
            cut => format!("; {cut} that were open were cut"),
        };
        Some(format!("{}: connections to {which} lead through a proxy from here on{cut}", self.target))
    }
}

fn led_away(part: &Part) -> Option<u16> {
    match part.sort {
        Sort::Redirect { port, .. } => Some(port),
        Sort::Packets { .. } | Sort::Wall { .. } | Sort::Dns { .. } => None,
    }
}
