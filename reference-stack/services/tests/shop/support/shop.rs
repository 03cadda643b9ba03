//! A whole shop: one instance of each service, and as many of orders as a test wants.

use super::client::{self, Reply};
use super::{Scene, Service, eventually};
use serde_json::{Value, json};

pub struct Shop {
    pub catalog: Service,
    pub inventory: Service,
    pub payments: Service,
    pub shipments: Service,
    pub orders: Service,
}

impl Shop {
    pub fn open(scene: &Scene) -> Shop {
        Shop::with(scene, &[])
    }

    /// All services with these settings, on top of the defaults.
    pub fn with(scene: &Scene, settings: &[(&str, &str)]) -> Shop {
        let start = |role| Service::start(scene, role, settings);
        let (catalog, inventory) = (start("catalog"), start("inventory"));
        let (payments, shipments) = (start("payments"), start("shipments"));
        let urls = [catalog.url(), inventory.url(), payments.url(), shipments.url()];
        let orders = Shop::orders_at(scene, &urls, settings);
        Shop { catalog, inventory, payments, shipments, orders }
    }

    /// One more instance of orders.
    pub fn orders_with(&self, scene: &Scene, settings: &[(&str, &str)]) -> Service {
        let urls = [&self.catalog, &self.inventory, &self.payments, &self.shipments].map(Service::url);
        Shop::orders_at(scene, &urls, settings)
    }

    fn orders_at(scene: &Scene, urls: &[String; 4], settings: &[(&str, &str)]) -> Service {
        let [catalog, inventory, payments, shipments] = urls;
        let mut environment: Vec<(&str, &str)> = vec![
            ("CATALOG_URL", catalog),
            ("INVENTORY_URL", inventory),
            ("PAYMENTS_URL", payments),
            ("SHIPMENTS_URL", shipments),
            ("LEASE_MS", "1000"),
            ("ORDER_TIMEOUT_MS", "15000"),
        ];
        environment.extend(settings);
        Service::start(scene, "orders", &environment)
    }

    /// The states of one key: order, charges, reservations, shipments.
    pub fn states(&self, key: &str) -> [Vec<String>; 4] {
        let of = |service: &Service, path: &str| {
            let rows = service.audit(path);
            let ours = rows.iter().filter(|row| row["key"] == key);
            ours.map(|row| row["state"].as_str().expect("a state").to_owned()).collect()
        };
        [
            of(&self.orders, "/audit/orders"),
            of(&self.payments, "/audit/charges"),
            of(&self.inventory, "/audit/stock"),
            of(&self.shipments, "/audit/shipments"),
        ]
    }

    /// Waits until no order is pending.
    pub fn settled(&self) {
        eventually("every order has ended", || {
            self.orders.audit("/audit/orders?state=pending").is_empty().then_some(())
        });
    }

    /// A product's `left`, `sold` and `initial`.
    pub fn stock(&self, product: i64) -> [i64; 3] {
        let rows = self.inventory.audit("/audit/products");
        let row = rows.iter().find(|row| row["product"] == product).expect("the product");
        ["left", "sold", "initial"].map(|name| row[name].as_i64().expect("a number"))
    }
}

/// `POST /orders` for one piece of a product.
pub fn order(orders: &Service, key: &str, product: i64) -> Reply {
    try_order(orders, "/orders", key, json!({ "product": product, "quantity": 1 })).expect("a reply")
}

/// `POST /orders` in any way.
pub fn try_order(orders: &Service, path: &str, key: &str, body: Value) -> Result<Reply, String> {
    client::request(orders.address, "POST", path, &[("Idempotency-Key", key)], Some(&body))
}
