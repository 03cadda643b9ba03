//! `report.html`, parsed: how it is built, that its figures are true, that nothing that anybody said runs in it, and what
//! of it stands where style and script are blocked.

mod figures;
mod golden;
mod hostile;
mod page;
#[allow(dead_code, reason = "each set of tests uses a part of it")]
#[path = "../support/recorded.rs"]
mod recorded;
mod structure;
