//! The services against real Postgres, Redis and RabbitMQ, from Debian's packages `postgresql-15`, `redis-server` and
//! `rabbitmq-server`: one of each for all tests, each test with a database, a Redis number and a virtual host of its own.

#[allow(clippy::print_stderr, reason = "the log of a service whose test failed")]
mod support;

mod catalog;
mod failover;
mod flow;
mod idempotency;
mod later;
mod notifier;
mod outbox;
mod overload;
mod payments;
mod saga;
mod sessions;
#[path = "../../../../tests/support/skipping.rs"]
mod skipping;
mod start;
mod stock;
