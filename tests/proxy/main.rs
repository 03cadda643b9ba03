//! The fault proxy from outside: its interface, byte for byte, and what its toxics do to real connections.

mod api;
mod fuzz;
mod http;
mod lifecycle;
mod refuse;
mod support;
mod vanished;
mod wire;
