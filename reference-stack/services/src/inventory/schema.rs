//! Tables of the inventory. That stock is never negative is not left to a constraint: the switch `STOCK_CHECK` has to be
//! able to break it.

use crate::provider;

const TABLES: &str = "CREATE SCHEMA IF NOT EXISTS inventory;
CREATE TABLE IF NOT EXISTS inventory.stock (
    product BIGINT PRIMARY KEY, initial BIGINT NOT NULL, units_left BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS inventory.reservations (
    seq BIGSERIAL UNIQUE, order_id TEXT PRIMARY KEY, key TEXT NOT NULL, product BIGINT NOT NULL,
    quantity BIGINT NOT NULL, state TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS reservations_by_product ON inventory.reservations (product);";

pub(super) const SEED: &str = "INSERT INTO inventory.stock (product, initial, units_left)
    SELECT i, $2, $2 FROM generate_series(1::bigint, $1) AS i ON CONFLICT DO NOTHING";

pub(super) fn text() -> String {
    format!("{TABLES}{}", provider::TABLE.replace("{schema}", "inventory"))
}
