//! Sizes: `64KiB`, `10MB`, `512B`.

use super::text::{split, unit_as_text};
use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        const LIKE: &str = "`64KiB`, `10MB` or `512B`";
        let (number, suffix) = split(text, "a size", LIKE)?;
        let (_, unit) = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(suffix))
            .ok_or_else(|| format!("`{text}` is not a size; write it like {LIKE}"))?;
        Ok(Size((number * *unit as f64).round() as u64))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit) = UNITS
            .iter()
            .find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit))
            .unwrap_or(&("B", 1));
        write!(f, "{}{name}", self.0 / unit)
    }
}

unit_as_text!(
    Size,
    "Size",
    r"^[0-9][0-9_]*(\.[0-9]+)?\s*([KMG]i?)?B$",
    "a size such as `64KiB`, `10MB` or `512B`"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_and_decimal_suffixes_differ() {
        assert_eq!("64KiB".parse(), Ok(Size(65_536)));
        assert_eq!("64KB".parse(), Ok(Size(64_000)));
        assert_eq!(Size(65_536).to_string(), "64KiB");
        assert!("64".parse::<Size>().is_err());
    }
}
