//! Whole sessions against a scripted world: no sockets, no real time.

mod compile;
mod data;
mod live;
mod replays;
mod replies;
mod requests;
mod retries;
mod samples;
mod setup;
mod walks;
mod world;

pub(super) use world::program;
