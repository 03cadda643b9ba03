//! What all units have in common: they are read from and written as text.

/// Splits `12.5ms` into its number and its suffix. The error says what a right value looks like.
pub(super) fn split<'a>(text: &'a str, what: &str, like: &str) -> Result<(f64, &'a str), String> {
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(trimmed.len());
    let (digits, suffix) = trimmed.split_at(end);
    let wrong = || format!("`{text}` is not {what}; write it like {like}");
    let number: f64 = digits.replace('_', "").parse().map_err(|_| wrong())?;
    if number.is_finite() { Ok((number, suffix.trim())) } else { Err(wrong()) }
}

/// Gives a unit its serde and JSON Schema faces, from its `FromStr`, its `Display` and a pattern.
macro_rules! unit_as_text {
    ($type:ty, $name:literal, $pattern:literal, $description:literal) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($description)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Visitor)
            }
        }
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "description": $description })
            }
        }
    };
}
pub(crate) use unit_as_text;
