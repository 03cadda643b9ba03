//! Amounts that add up exactly: decimals of any size.

use crate::json::Number;
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};
use std::str::FromStr;

/// Decimal digits of a limb.
const WIDTH: i64 = 9;
const BASE: u32 = 1_000_000_000;
/// The most digits before or behind the point.
const MOST_DIGITS: i64 = 1_000;

/// A decimal number, exact: money, stock and counters add up without rounding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    negative: bool,
    /// The place of the first limb: it counts 10^(9 × `low`).
    low: i64,
    /// Nine digits each, the least first; zero at neither end. Zero has none.
    limbs: Vec<u32>,
}

impl Amount {
    /// The number one.
    pub fn one() -> Amount {
        Amount { limbs: vec![1], ..Amount::default() }
    }

    /// From a text such as `12.50`, `-3` or `1e3`; nothing if it is not a number, or has more than 1,000 digits before or
    /// behind the point.
    pub fn parse(text: &str) -> Option<Amount> {
        let text = text.trim();
        let text = text.strip_prefix('+').unwrap_or(text);
        match text.strip_prefix('.') {
            Some(decimals) => Amount::of(&Number::parse(&format!("0.{decimals}"))?),
            None => Amount::of(&Number::parse(text)?),
        }
    }

    /// From a JSON number; nothing if it has more than 1,000 digits before or behind the point.
    pub fn of(number: &Number) -> Option<Amount> {
        let (negative, mut digits, exponent) = number.decimal()?;
        let length = digits.len() as i64;
        if exponent.checked_add(length)? > MOST_DIGITS || exponent < -MOST_DIGITS {
            return None;
        }
        let above = exponent.rem_euclid(WIDTH);
        digits.extend(std::iter::repeat_n('0', above as usize));
        let limbs = digits
            .as_bytes()
            .rchunks(WIDTH as usize)
            .map(|nine| nine.iter().fold(0, |limb, digit| limb * 10 + u32::from(digit - b'0')));
        let limbs = limbs.collect();
        Some(Amount { negative, low: (exponent - above) / WIDTH, limbs }.normal())
    }

    /// What a sample shows; nothing if it is not finite or beyond 2^53, where floats no longer tell whole numbers apart.
    pub fn from_f64(number: f64) -> Option<Amount> {
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        (number.abs() < LARGEST).then(|| Amount::parse(&format!("{number:e}"))).flatten()
    }

    /// Whether it is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    fn normal(mut self) -> Amount {
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        let zeros = self.limbs.iter().take_while(|limb| **limb == 0).count();
        self.limbs.drain(..zeros);
        match self.limbs.is_empty() {
            true => Amount::default(),
            false => Amount { low: self.low + zeros as i64, ..self },
        }
    }

    /// The place above its last limb.
    fn top(&self) -> i64 {
        self.low + self.limbs.len() as i64
    }

    fn limb(&self, place: i64) -> u32 {
        usize::try_from(place - self.low).ok().and_then(|place| self.limbs.get(place)).copied().unwrap_or(0)
    }

    fn compare_sizes(&self, other: &Amount) -> Ordering {
        let places = (self.low.min(other.low)..self.top().max(other.top())).rev();
        places
            .map(|place| self.limb(place).cmp(&other.limb(place)))
            .find(|one| one.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// The sum of two of one sign, or the difference of a larger one and a smaller one of the other.
    fn joined(&self, other: &Amount) -> Amount {
        let low = self.low.min(other.low);
        let alike = self.negative == other.negative;
        let (mut limbs, mut carry) = (Vec::new(), 0_i64);
        for place in low..=self.top().max(other.top()) {
            let (one, two) = (i64::from(self.limb(place)), i64::from(other.limb(place)));
            let sum = one + if alike { two } else { -two } + carry;
            carry = sum.div_euclid(i64::from(BASE));
            limbs.push(sum.rem_euclid(i64::from(BASE)) as u32);
        }
        Amount { negative: self.negative, low, limbs }.normal()
    }
}

impl Add<&Amount> for &Amount {
    type Output = Amount;

    fn add(self, other: &Amount) -> Amount {
        if self.limbs.is_empty() || other.limbs.is_empty() {
            return if self.limbs.is_empty() { other.clone() } else { self.clone() };
        }
        if self.compare_sizes(other).is_lt() { other.joined(self) } else { self.joined(other) }
    }
}

impl Neg for Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        Amount { negative: !self.negative && !self.limbs.is_empty(), ..self }
    }
}

impl Sub<&Amount> for &Amount {
    type Output = Amount;

    fn sub(self, other: &Amount) -> Amount {
        self + &-other.clone()
    }
}

impl<'a> Sum<&'a Amount> for Amount {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::default(), |sum, amount| &sum + amount)
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Amount) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_sizes(other),
            (true, true) => other.compare_sizes(self),
        }
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Amount) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Amount {
        Amount::of(&Number::from(whole)).unwrap_or_default()
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Amount, String> {
        Amount::parse(text)
            .ok_or_else(|| "write a number with at most 1000 digits, such as 100 or -2.50".to_owned())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.limbs.is_empty() {
            return f.write_str("0");
        }
        let sign = if self.negative { "-" } else { "" };
        let digits: String = self.limbs.iter().rev().map(|limb| format!("{limb:09}")).collect();
        let text = format!("{sign}{}e{}", digits.trim_start_matches('0'), self.low * WIDTH);
        match Number::parse(&text) {
            Some(number) => write!(f, "{}", number.canonical()),
            None => f.write_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect(text)
    }

    #[test]
    fn tenths_add_up() {
        let tenth = amount("0.1");
        let sum: Amount = std::iter::repeat_n(&tenth, 10).sum();
        assert_eq!(sum, Amount::one());
        assert_eq!((&sum - &amount("1.25")).to_string(), "-0.25");
    }

    #[test]
    fn what_floats_cannot_hold_adds_up_too() {
        let sum = &amount("18446744073709551617") + &amount("0.000000000000000000001");
        assert_eq!(sum.to_string(), "18446744073709551617.000000000000000000001");
        assert_eq!(&sum - &amount("18446744073709551617"), amount("1e-21"));
        assert!(amount("18446744073709551617") < amount("18446744073709551619"));
        assert_eq!(Amount::from_f64(9_007_199_254_740_992.0), None);
        assert_eq!(Amount::from_f64(-0.1), Some(amount("-0.1")));
        assert_eq!(Amount::from_f64(f64::NAN), None);
    }

    #[test]
    fn numbers_are_read_and_others_are_not() {
        let read = |text: &str| Amount::parse(text).map(|amount| amount.to_string());
        assert_eq!(read("-12.50").as_deref(), Some("-12.5"));
        assert_eq!(read("1e3").as_deref(), Some("1000"));
        assert_eq!(read("0.1234567891").as_deref(), Some("0.1234567891"));
        assert_eq!(read("-0.5").as_deref(), Some("-0.5"));
        assert_eq!(read("+.5").as_deref(), Some("0.5"));
        for text in ["", "-", ".", "twelve", "1.2.3", "inf", "NaN", "--1", "1e9999", "1e-9999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn sums_are_those_of_whole_numbers(left: i64, right: i64, places in 0..40_i64) {
            let of = |number: i128| amount(&format!("{number}e-{places}"));
            let (one, two) = (i128::from(left), i128::from(right));
            prop_assert_eq!(&of(one) + &of(two), of(one + two));
            prop_assert_eq!(&of(one) - &of(two), of(one - two));
            prop_assert_eq!(of(one).cmp(&of(two)), one.cmp(&two));
        }
    }
}
