//! Reports of whole runs: what stands in the files, and what a terminal shows.

mod cases;
mod export;
mod files;
mod github;
mod junit;
mod junit_schema;
mod markdown;
mod schema;
mod terminal;
