//! Rates: `100/s`, `6000/m`, `0.5/s`.

use super::text::{split, unit_as_text};
use std::fmt;
use std::str::FromStr;

/// Events per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Rate, String> {
        const LIKE: &str = "`100/s`, `6000/m` or `0.5/s`";
        let (number, suffix) = split(text, "a rate", LIKE)?;
        let per = match suffix.replace(' ', "").as_str() {
            "/s" => 1.0,
            "/m" => 60.0,
            "/h" => 3_600.0,
            _ => return Err(format!("`{text}` is not a rate; write it like {LIKE}")),
        };
        Ok(Rate(number / per))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

unit_as_text!(Rate, "Rate", r"^[0-9][0-9_]*(\.[0-9]+)?\s*/\s*(s|m|h)$", "a rate such as `100/s` or `6000/m`");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_per_second() {
        assert_eq!("6000/m".parse(), Ok(Rate(100.0)));
        assert_eq!("0.5/s".parse(), Ok(Rate(0.5)));
        assert!("100".parse::<Rate>().is_err());
        assert!("-1/s".parse::<Rate>().is_err());
    }
}
