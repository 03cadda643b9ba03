//! The effect of an event at one consumer: a row in `sent`, which is what the fake provider counts. The inbox is written
//! in the same statement, so an event that is delivered twice has one effect.

use super::Notifier;
use crate::database::DbError;

const ONCE: &str = "WITH fresh AS (
        INSERT INTO notifications.inbox (consumer, event) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1)
    INSERT INTO notifications.sent (consumer, event, key, deliveries, instance)
    SELECT $1, $2, $3, $4, $5 FROM fresh RETURNING 1";

/// `INBOX=off`: nobody remembers.
const EACH_TIME: &str = "INSERT INTO notifications.sent (consumer, event, key, deliveries, instance)
    VALUES ($1, $2, $3, $4, $5) RETURNING 1";

/// A delivery, as far as its effect is concerned.
pub(super) struct Effect<'a> {
    pub(super) consumer: &'static str,
    pub(super) event: &'a str,
    pub(super) key: &'a str,
    /// How often it was delivered, this time included.
    pub(super) deliveries: i64,
}

impl Notifier {
    /// Whether this delivery had an effect.
    pub(super) async fn send(&self, effect: &Effect<'_>) -> Result<bool, DbError> {
        let Effect { consumer, event, key, deliveries } = effect;
        let instance = &self.server.instance;
        let sql = if self.settings.inbox { ONCE } else { EACH_TIME };
        let rows = self.database.query(sql, &[consumer, event, key, deliveries, instance]).await?;
        Ok(!rows.is_empty())
    }
}
