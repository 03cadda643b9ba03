//! `kind = "compose"`: every instance is a container of a Compose project.

pub mod compose;
mod driver;
pub mod engine;
mod project;
pub mod remedy;

pub use driver::{ComposeStack, preflight};
pub use engine::{Address, Container, Engine, EngineError};
pub use project::{compose_name, project_name};
pub use remedy::Remedy;
