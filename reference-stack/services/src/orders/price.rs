//! What a product costs, as the catalog says; believed for a second, so that not every order asks.

use super::Orders;
use crate::peers::Answer;
use crate::problem::Problem;
use axum::http::{Method, StatusCode};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a price is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// And how long when the catalog does not answer: better an old price than no order.
const IN_NEED: Duration = Duration::from_secs(60);
/// Prices kept at most; then all are forgotten.
const MOST: usize = 10_000;

/// The prices that this instance knows.
#[derive(Default)]
pub(super) struct Prices(Mutex<HashMap<i64, (i64, Instant)>>);

impl Prices {
    fn known(&self, product: i64, within: Duration) -> Option<i64> {
        let prices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        prices.get(&product).filter(|(_, at)| at.elapsed() < within).map(|(price, _)| *price)
    }

    fn keep(&self, product: i64, price: i64) {
        let mut prices = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if prices.len() >= MOST {
            prices.clear();
        }
        prices.insert(product, (price, Instant::now()));
    }
}

/// The price of one piece.
pub(super) async fn of(orders: &Orders, product: i64) -> Result<i64, Problem> {
    if let Some(price) = orders.prices.known(product, BELIEVED) {
        return Ok(price);
    }
    let url = format!("{}/products/{product}", orders.settings.catalog);
    match orders.peers.call("catalog", Method::GET, &url, None).await {
        Answer::Done(body) => {
            let price = body["price"].as_i64();
            let price = price.ok_or_else(|| Problem::unavailable("the catalog told no price"))?;
            orders.prices.keep(product, price);
            Ok(price)
        }
        Answer::Refused(StatusCode::NOT_FOUND, _) => {
            Err(Problem::not_found(format!("there is no product {product}")))
        }
        Answer::Refused(_, why) | Answer::Unclear(why) => match orders.prices.known(product, IN_NEED) {
            Some(price) => Ok(price),
            None => Err(Problem::unavailable(format!("the catalog does not answer: {why}"))),
        },
    }
}
