//! Tables of orders. A saga needs no table of its own: every step can be asked for again, so what an orchestrator that
//! takes over must know is whether the order goes forward or back, and whose it is until when. That stands in its row.
//!
//! A column that came later is added only where it is missing: an instance that joins under load must lock nothing.

pub(super) const TABLES: &str = "CREATE SCHEMA IF NOT EXISTS orders;
CREATE TABLE IF NOT EXISTS orders.orders (
    seq BIGSERIAL UNIQUE, id TEXT PRIMARY KEY, key TEXT NOT NULL, product BIGINT NOT NULL, quantity BIGINT NOT NULL,
    amount BIGINT NOT NULL, state TEXT NOT NULL DEFAULT 'pending', backwards BOOLEAN NOT NULL DEFAULT false,
    reason TEXT, refused INTEGER, attempts BIGINT NOT NULL DEFAULT 0,
    lease_owner TEXT, lease_until TIMESTAMPTZ NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS orders_to_resume ON orders.orders (lease_until) WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS orders.events (
    seq BIGSERIAL UNIQUE, id TEXT PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, poison BOOLEAN NOT NULL,
    state TEXT NOT NULL, request TEXT NOT NULL DEFAULT '', at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS events_to_publish ON orders.events (seq) WHERE state = 'waiting';
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM information_schema.columns
        WHERE table_schema = 'orders' AND table_name = 'events' AND column_name = 'request') THEN
        ALTER TABLE orders.events ADD COLUMN request TEXT NOT NULL DEFAULT '';
    END IF;
END $$;";
