//! The run's id.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of five bits each: 60 bits.
const LENGTH: usize = 12;

/// An id that no other run has: twelve letters and digits, from the system's randomness, the time (nanoseconds since
/// 1970) and our process id. Among a million runs two have
/// the same with a probability of less than one in a million.
pub(super) fn drawn(utc: i64) -> String {
    // The standard library seeds it from the system's source of randomness.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_i64(utc);
    hasher.write_u32(std::process::id());
    let bits = hasher.finish();
    (0..LENGTH).map(|place| char::from(LETTERS[(bits >> (5 * place)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_another() {
        let ids: std::collections::BTreeSet<String> = (0..10_000).map(|_| drawn(7)).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(
            ids.iter().all(|id| id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        );
    }
}
