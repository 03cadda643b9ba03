//! The keys of a struct in the order in which the model declares them; the schema has them by the alphabet.

use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// The keys of a struct.
pub(super) type Keys = &'static [&'static str];

/// The keys that a struct asks serde for.
pub(super) fn keys<T: Deserialize<'static>>() -> Keys {
    let mut keys: Keys = &[];
    // It is not given any value, only asked what it wants.
    let _ = T::deserialize(Ask(&mut keys));
    keys
}

struct Ask<'k>(&'k mut Keys);

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("asked and answered"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct option seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::model::Retry;

    #[test]
    fn keys_come_as_declared() {
        assert_eq!(keys::<Retry>(), ["attempts", "on", "backoff", "retry_after"]);
        assert!(keys::<u8>().is_empty());
    }
}
