//! Amounts that add up exactly: decimals with nine places.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

const ONE: i128 = 1_000_000_000;

/// A decimal number, exact to 1e-9: money and stock add up without rounding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// The number one.
    pub const ONE: Amount = Amount(ONE);

    /// From a text such as `12.50`, `-3` or `1e3`; nothing if it is not a number.
    pub fn parse(text: &str) -> Option<Amount> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.len() <= 18 && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits.is_empty() || !plain(whole) || !plain(decimals) || decimals.len() > 9 || whole.is_empty() {
            return text.parse::<f64>().ok().and_then(Amount::from_f64);
        }
        let number: i128 = whole.parse().ok()?;
        let parts: i128 = if decimals.is_empty() { 0 } else { format!("{decimals:0<9}").parse().ok()? };
        let amount = number * ONE + parts;
        Some(Amount(if negative { -amount } else { amount }))
    }

    /// The nearest; nothing if it is not finite or beyond 1e18.
    pub fn from_f64(number: f64) -> Option<Amount> {
        (number.abs() <= 1e18).then(|| Amount((number * ONE as f64).round() as i128))
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl Add for Amount {
    type Output = Amount;
    fn add(self, other: Amount) -> Amount {
        Amount(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Amount;
    fn sub(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::default(), Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, parts) = (self.0.unsigned_abs() / ONE as u128, self.0.unsigned_abs() % ONE as u128);
        if parts == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{parts:09}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_add_up() {
        let tenth = Amount::parse("0.1").unwrap();
        let sum: Amount = std::iter::repeat_n(tenth, 10).sum();
        assert_eq!(sum, Amount::ONE);
        assert_eq!((sum - Amount::parse("1.25").unwrap()).to_string(), "-0.25");
    }

    #[test]
    fn numbers_are_read_and_others_are_not() {
        let read = |text: &str| Amount::parse(text).map(|amount| amount.to_string());
        assert_eq!(read("-12.50").as_deref(), Some("-12.5"));
        assert_eq!(read("1e3").as_deref(), Some("1000"));
        assert_eq!(read("0.1234567891").as_deref(), Some("0.123456789"));
        assert_eq!(read("-0.5").as_deref(), Some("-0.5"));
        for text in ["", "-", ".", "twelve", "1.2.3", "inf", "NaN", "--1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
