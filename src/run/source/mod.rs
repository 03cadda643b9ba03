//! Where final reads and probes get their data: databases, and commands.

mod command;
mod database;
mod postgres;
mod redis;
mod resp;
mod sqlite;

pub(super) use command::{Command, Place};
pub(super) use database::{Database, moved};
pub(super) use redis::Redis;
