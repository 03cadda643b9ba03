//! Reports of whole runs: what stands in the files, and what a terminal shows.

mod export;
mod files;
mod terminal;
