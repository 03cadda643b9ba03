//! The services against real Postgres, Redis and RabbitMQ, from Debian's packages `postgresql-15`, `redis-server` and
//! `rabbitmq-server`: one of each for all tests, each test with a database, a Redis number and a virtual host of its own.

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
mod start;
mod stock;
