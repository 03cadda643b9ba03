//! Ids of orders and events. An order's id is made from its idempotency key, so that the same order asked for twice, at
//! two instances at once, is the same row: the database's primary key is what makes it one. The last four bytes vouch
//! for the others, so that an instance knows an id that the shop gave out before it stands in the database.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::{Builder, Uuid};

/// Bytes of an id that say which one it is; the rest vouches for them.
const NAME: usize = 12;

/// A keyed hash (RFC 2104 with SHA-256).
pub fn seal(secret: &str, text: &[u8]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return [0; 32] };
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// The id that goes with a key.
pub fn of_key(secret: &str, key: &str) -> String {
    let sealed = seal(secret, key.as_bytes());
    let mut name = [0; NAME];
    name.copy_from_slice(&sealed[..NAME]);
    vouched(secret, name)
}

/// An id that goes with nothing.
pub fn fresh(secret: &str) -> String {
    let random = Uuid::new_v4().into_bytes();
    let mut name = [0; NAME];
    name.copy_from_slice(&random[..NAME]);
    vouched(secret, name)
}

/// An id for what needs no vouching, ascending in time (UUID version 7).
pub fn ascending() -> String {
    Uuid::now_v7().to_string()
}

fn vouched(secret: &str, name: [u8; NAME]) -> String {
    let mut bytes = [0; 16];
    bytes[..NAME].copy_from_slice(&name);
    // Version and variant first: they are vouched for, too.
    let mut bytes = Builder::from_custom_bytes(bytes).into_uuid().into_bytes();
    let sealed = seal(secret, &bytes[..NAME]);
    bytes[NAME..].copy_from_slice(&sealed[..16 - NAME]);
    Uuid::from_bytes(bytes).to_string()
}

/// Whether the shop gave this id out.
pub fn is_ours(secret: &str, id: &str) -> bool {
    let Ok(id) = Uuid::try_parse(id) else { return false };
    let bytes = id.as_bytes();
    seal(secret, &bytes[..NAME])[..16 - NAME] == bytes[NAME..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_id_and_ids_vouch_for_themselves() {
        let id = of_key("secret", "order-1");
        assert_eq!(id, of_key("secret", "order-1"));
        assert_ne!(id, of_key("secret", "order-2"));
        assert!(is_ours("secret", &id) && is_ours("secret", &fresh("secret")));
        assert!(
            !is_ours("another", &id) && !is_ours("secret", &ascending()) && !is_ours("secret", "nonsense")
        );
    }
}
