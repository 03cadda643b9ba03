//! The steps of the saga, and how each is undone. All of them may be asked for again: the services know an order by its
//! id. Undoing a step that was never done is allowed, too, and keeps it from being done later.

use super::Orders;
use super::order::Order;
use crate::peers::Answer;
use axum::http::Method;
use serde_json::json;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Stock at the inventory.
    Reserve,
    /// Money at payments.
    Charge,
    /// A parcel at shipments.
    Ship,
}

impl Step {
    /// In the order in which they are done.
    pub(super) const ALL: [Step; 3] = [Step::Reserve, Step::Charge, Step::Ship];

    /// Where the process may be told to die after it.
    pub(super) fn point(self) -> &'static str {
        match self {
            Step::Reserve => "after-reserve",
            Step::Charge => "after-charge",
            Step::Ship => "after-ship",
        }
    }
}

impl Orders {
    /// One attempt at a step.
    pub(super) async fn attempt(&self, step: Step, order: &Order) -> Answer {
        let Order { id, key, product, quantity, amount, .. } = order;
        let settings = &self.settings;
        let (service, url, body) = match step {
            Step::Reserve => (
                "inventory",
                format!("{}/reservations", settings.inventory),
                json!({ "order": id, "key": key, "product": product, "quantity": quantity }),
            ),
            Step::Charge => (
                "payments",
                format!("{}/charges", settings.payments),
                json!({ "order": id, "key": key, "amount": amount }),
            ),
            Step::Ship => (
                "shipments",
                format!("{}/shipments", settings.shipments),
                json!({ "order": id, "key": key, "product": product, "quantity": quantity }),
            ),
        };
        self.peers.call(service, Method::POST, &url, Some(&body)).await
    }

    /// One attempt at undoing a step.
    pub(super) async fn undo(&self, step: Step, order: &Order) -> Answer {
        let Order { id, key, .. } = order;
        let (settings, key) = (&self.settings, encoded(key));
        match step {
            Step::Reserve => {
                let url = format!("{}/reservations/{id}?key={key}", settings.inventory);
                self.peers.call("inventory", Method::DELETE, &url, None).await
            }
            Step::Charge => {
                let (url, body) =
                    (format!("{}/refunds", settings.payments), json!({ "order": id, "key": order.key }));
                self.peers.call("payments", Method::POST, &url, Some(&body)).await
            }
            Step::Ship => {
                let url = format!("{}/shipments/{id}?key={key}", settings.shipments);
                self.peers.call("shipments", Method::DELETE, &url, None).await
            }
        }
    }
}

/// Percent-encoded for a query (RFC 3986, section 2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn keys_survive_a_query() {
        assert_eq!(encoded("a-1_2.~"), "a-1_2.~");
        assert_eq!(encoded("a&b=c%/ ?"), "a%26b%3Dc%25%2F%20%3F");
    }
}
