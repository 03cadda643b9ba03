//! Numbers that keep their text.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A number as JSON writes it. Its text is kept; two are equal if their values are, exactly, at any size.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// A whole number whose text is the usual one.
    Int(i64),
    /// Any other.
    Text(Box<str>),
}

/// The most zeros that [`Number::canonical`] writes out; beyond these it writes an exponent.
const MOST_ZEROS: i64 = 100;

/// The value of a number: `digits` × 10^`exponent`, without zeros at either end of the digits; zero has none.
struct Parts {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Number {
    /// From a text that is a number by JSON's grammar; nothing if it is not.
    pub fn parse(text: &str) -> Option<Number> {
        (grammar(text.as_bytes()) == Some(text.len())).then(|| Number::of_valid(text))
    }

    /// From a text that is known to be one.
    pub(super) fn of_valid(text: &str) -> Number {
        match text.parse() {
            Ok(whole) if text != "-0" => Number(Repr::Int(whole)),
            _ => Number(Repr::Text(text.into())),
        }
    }

    /// The whole number, if it is one of 64 bits and its text is the usual one: `7`, but not `7.0`.
    pub fn usual_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(whole) => Some(whole),
            Repr::Text(_) => None,
        }
    }

    /// The whole number, if it is one of 64 bits: `7`, `7.0` and `70e-1` all are.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(whole) => Some(*whole),
            Repr::Text(text) => canonical(text)?.parse().ok(),
        }
    }

    /// Whether it is a whole number, of any size.
    pub fn is_whole(&self) -> bool {
        self.usual_i64().is_some() || self.decimal().is_some_and(|(_, _, exponent)| exponent >= 0)
    }

    /// Whether it is below zero, its digits as a whole number, and the power of ten that they count: `1.10` is 11 times
    /// 10^-1. Nothing if the exponent has more than 18 digits.
    pub fn decimal(&self) -> Option<(bool, String, i64)> {
        parts(&self.to_string()).map(|parts| (parts.negative, parts.digits, parts.exponent))
    }

    /// The nearest float; infinite if it is beyond all of them. Not for comparisons.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(whole) => *whole as f64,
            Repr::Text(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The same value in the one form that all equal numbers share: no exponent, no zeros that say nothing, `0` without
    /// a sign; with more than 100 zeros to write, digits and an exponent.
    pub fn canonical(&self) -> Number {
        match &self.0 {
            Repr::Int(_) => self.clone(),
            Repr::Text(text) => canonical(text).map_or_else(|| self.clone(), |text| Number::of_valid(&text)),
        }
    }
}

/// Where the number at the beginning of `text` ends; nothing if none begins there.
pub(super) fn grammar(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(text.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 {
        return None;
    }
    // A zero stands alone.
    at += if text[at] == b'0' { 1 } else { whole };
    if text.get(at) == Some(&b'.') {
        let decimals = digits(at + 1);
        if decimals == 0 {
            return None;
        }
        at += 1 + decimals;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

/// The value of a number; nothing if its exponent has more than 18 digits (zero is zero with any).
fn parts(text: &str) -> Option<Parts> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{decimals}");
    let digits = all.trim_end_matches('0');
    let zeros = (all.len() - digits.len()) as i64;
    let digits = digits.trim_start_matches('0').to_owned();
    if digits.is_empty() {
        return Some(Parts { negative: false, digits, exponent: 0 });
    }
    let (minus, places) = exponent.strip_prefix('-').map_or((false, exponent), |rest| (true, rest));
    let places = places.trim_start_matches(['+', '0']);
    if places.len() > 18 {
        return None;
    }
    let places: i64 = if places.is_empty() { 0 } else { places.parse().ok()? };
    let exponent = if minus { -places } else { places } - decimals.len() as i64 + zeros;
    Some(Parts { negative, digits, exponent })
}

fn canonical(text: &str) -> Option<String> {
    let Parts { negative, digits, exponent } = parts(text)?;
    if digits.is_empty() {
        return Some("0".into());
    }
    let sign = if negative { "-" } else { "" };
    let length = digits.len() as i64;
    Some(if (0..=MOST_ZEROS).contains(&exponent) {
        format!("{sign}{digits}{}", "0".repeat(exponent as usize))
    } else if exponent > MOST_ZEROS || length + exponent < -MOST_ZEROS {
        format!("{sign}{digits}e{exponent}")
    } else if length + exponent > 0 {
        let (whole, decimals) = digits.split_at((length + exponent) as usize);
        format!("{sign}{whole}.{decimals}")
    } else {
        format!("{sign}0.{}{digits}", "0".repeat((-(length + exponent)) as usize))
    })
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        if let (Repr::Int(left), Repr::Int(right)) = (&self.0, &other.0) {
            return left.cmp(right);
        }
        let (left, right) = (self.to_string(), other.to_string());
        match (parts(&left), parts(&right)) {
            (Some(left), Some(right)) => left.compare(&right),
            // Exponents beyond any use: they have an order, if not that of their values.
            (left_parts, right_parts) => {
                left_parts.is_none().cmp(&right_parts.is_none()).then_with(|| left.cmp(&right))
            }
        }
    }
}

impl Parts {
    fn compare(&self, other: &Parts) -> Ordering {
        let sign = |parts: &Parts| match (parts.digits.is_empty(), parts.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let size = |parts: &Parts| parts.exponent + parts.digits.len() as i64;
        let magnitude = size(self).cmp(&size(other)).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then(match sign(self) {
            0 => Ordering::Equal,
            -1 => magnitude.reverse(),
            _ => magnitude,
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().to_string().hash(state);
    }
}

impl From<i64> for Number {
    fn from(whole: i64) -> Number {
        Number(Repr::Int(whole))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(whole) => whole.fmt(f),
            Repr::Text(text) => f.write_str(text),
        }
    }
}

/// In canonical form: equal numbers print alike.
impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.canonical(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect(text)
    }

    #[test]
    fn the_text_is_kept_and_the_value_compared() {
        for text in ["1.10", "-0", "18446744073709551617", "1E+2", "7"] {
            assert_eq!(number(text).to_string(), text);
        }
        for (left, right) in
            [("1.10", "110e-2"), ("-0", "0.0e99"), ("7", "70E-1"), ("0.001", "1e-3"), ("1e400", "10e399")]
        {
            assert_eq!(number(left), number(right));
            assert_eq!(number(left).canonical().to_string(), number(right).canonical().to_string());
        }
        assert_ne!(number("18446744073709551617"), number("18446744073709551619"));
        assert_ne!(number("1e99999999999999999999"), number("1e99999999999999999998"));
        assert_eq!(number("0e99999999999999999999"), number("0"));
        assert!(
            number("-1e400") < number("-1e399")
                && number("0.09") < number("0.1")
                && number("12") < number("123")
        );
    }

    #[test]
    fn canonical_texts() {
        for (text, wanted) in [
            ("1.10", "1.1"),
            ("7.0", "7"),
            ("-0.050e1", "-0.5"),
            ("12e3", "12000"),
            ("1e-101", "0"),
            ("1e101", "1e101"),
            ("-120e120", "-12e121"),
            ("1e-200", "1e-200"),
        ] {
            let wanted = if text == "1e-101" { format!("0.{}1", "0".repeat(100)) } else { wanted.to_owned() };
            assert_eq!(number(text).canonical().to_string(), wanted);
        }
    }

    #[test]
    fn whole_numbers_are_known_by_value() {
        assert_eq!(number("7.0").as_i64(), Some(7));
        assert_eq!(number("9223372036854775808").as_i64(), None);
        assert_eq!(number("1.5").as_i64(), None);
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "1 ", "--1", "1.2.3"] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn another_spelling_of_a_value_is_equal_and_a_neighbour_is_not(
            digits in "[1-9][0-9]{0,59}", places in 0..60usize, zeros in 0..5usize, negative: bool,
        ) {
            let sign = if negative { "-" } else { "" };
            let one = number(&format!("{sign}{digits}e-{places}"));
            let other = number(&format!("{sign}{digits}{}E-{}", "0".repeat(zeros), places + zeros));
            prop_assert_eq!(&one, &other);
            prop_assert_eq!(one.canonical().to_string(), other.canonical().to_string());
            let neighbour = number(&format!("{sign}{digits}1e-{}", places + 1));
            prop_assert_ne!(&one, &neighbour);
            prop_assert_eq!(neighbour > one, !negative);
        }
    }
}
