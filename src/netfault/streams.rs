//! Whoever serves the connections that are led away from their ports. A proxy is no business of this room: it is handed in.

use super::Counts;
use serde_json::Value;

/// A proxy beside the helper, in the same network namespace.
pub trait Streams: std::fmt::Debug {
    /// Serves connections to this port from now on, as they are; returns the port to which they must be led. `whats`: all that
    /// may happen to them. A port that is served already keeps its connections unless other things may happen now.
    fn open(&mut self, port: u16, whats: &[&Value]) -> Result<u16, String>;

    /// Serves it no more: its connections are closed.
    fn close(&mut self, port: u16);

    /// Trouble under this id comes into force, with this seed, on live connections too.
    fn apply(&mut self, port: u16, id: &str, seed: u64, what: &Value) -> Result<(), String>;

    /// What it has done to connections, or requests, since it came into force; both count as arriving.
    fn counts(&self, port: u16, id: &str) -> Counts;

    /// It is over. One that is over already is left alone.
    fn heal(&mut self, port: u16, id: &str) -> Result<(), String>;
}
