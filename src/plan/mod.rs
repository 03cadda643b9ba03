//! Reads and checks what the user wrote.
//!
//! ```text
//! text ──► document (values with origins) ──► includes folded, overrides applied ──► unknown keys ──► Plan ──► checks
//! ```
//! Every message says where (file, line, column, or the `--set` that did it), what is wrong and what would be right.

mod check;
mod diagnostic;
mod difference;
mod document;
pub mod expression;
mod keys;
mod loading;
pub mod model;
mod nearest;
mod overrides;
mod reference;
mod schema;
pub mod secret;
pub mod template;
pub mod units;

pub use diagnostic::{Diagnostic, Diagnostics, Origin, Severity};
pub use difference::{Difference, differences};
pub use document::Sources;
pub use keys::KeyOrigin;
pub use loading::{Loaded, load, load_text, parse};
pub use model::Plan;
pub use overrides::Override;
pub use reference::reference_markdown;
pub use schema::schema;

#[cfg(test)]
mod tests;
