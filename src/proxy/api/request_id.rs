//! `X-Toxiproxy-Request-Id`: every reply of a route bears an id of its own, as Toxiproxy's do since 2.6. What a client sends
//! under this name is not looked at. The id is an xid: 12 bytes (seconds since 1970, 3 of this process, its number, a count),
//! written in 20 signs of base 32.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

const NAME: &str = "x-toxiproxy-request-id";
/// The signs of base 32 with which sorted ids are in the order of time (RFC 4648 §7, in lower case).
const SIGNS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// Adds the header.
pub(super) async fn request_id(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&fresh()) {
        response.headers_mut().insert(NAME, value);
    }
    response
}

fn fresh() -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one("process"));
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut bytes = [0; 12];
    bytes[..4].copy_from_slice(&(seconds as u32).to_be_bytes());
    bytes[4..7].copy_from_slice(&PROCESS.to_be_bytes()[..3]);
    bytes[7..9].copy_from_slice(&(std::process::id() as u16).to_be_bytes());
    bytes[9..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes()[1..]);
    written(bytes)
}

/// Five bits to a sign; the last sign has one bit, and zeros after it.
fn written(bytes: [u8; 12]) -> String {
    let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte)) << 4;
    (0..20).rev().map(|place| char::from(SIGNS[(number >> (5 * place) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_written_as_xids() {
        // The example of the xid specification.
        let bytes = [0x4d, 0x88, 0xe1, 0x5b, 0x60, 0xf4, 0x86, 0xe4, 0x28, 0x41, 0x2d, 0xc9];
        assert_eq!(written(bytes), "9m4e2mr0ui3e8a215n4g");
        let (one, other) = (fresh(), fresh());
        assert!(one.len() == 20 && one != other, "{one} {other}");
    }
}
