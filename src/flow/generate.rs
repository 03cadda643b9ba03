//! Values that are made up.

use super::encode::{self, Encoding};
use super::random::{Chance, RunKey};
use super::value::{Value, push_number};
use crate::plan::template::Generator;
use rand_distr::Distribution;

/// A generator, ready to draw.
#[derive(Clone, Debug)]
pub(super) enum Maker {
    /// A random UUID (version 4) that no other run draws.
    Uuid(RunKey),
    /// A whole number, both ends included.
    Int { from: i64, to: i64 },
    /// One of these texts.
    Choice(Box<[String]>),
    /// A whole number from 1 to `n` by Zipf's law.
    Zipf { n: u64, law: rand_distr::Zipf<f64> },
}

impl Maker {
    /// The generator of the plan, in the run with this key. The error says what cannot be drawn from.
    pub(super) fn new(generator: &Generator, run: RunKey) -> Result<Maker, String> {
        Ok(match generator {
            Generator::Uuid => Maker::Uuid(run),
            Generator::Int { from, to } => Maker::Int { from: *from, to: *to },
            Generator::Choice(texts) => Maker::Choice(texts.clone().into()),
            Generator::Zipf { n, exponent } => {
                let law = rand_distr::Zipf::new(*n as f64, *exponent)
                    .map_err(|error| format!("`${{{generator}}}`: {error}"))?;
                Maker::Zipf { n: *n, law }
            }
        })
    }

    /// Draws a value.
    pub(super) fn value(&self, chance: &mut Chance) -> Value {
        match self {
            Maker::Uuid(run) => Value::Text(uuid(chance, *run, |text| text.to_owned())),
            Maker::Choice(texts) => Value::Text(choose(texts, chance).to_owned()),
            Maker::Int { .. } | Maker::Zipf { .. } => Value::Int(self.number(chance)),
        }
    }

    /// Draws a value straight into its place.
    pub(super) fn write(&self, chance: &mut Chance, out: &mut String, encoding: Encoding) {
        match self {
            Maker::Uuid(run) => uuid(chance, *run, |text| encode::push(out, text, encoding)),
            Maker::Choice(texts) => encode::push(out, choose(texts, chance), encoding),
            Maker::Int { .. } | Maker::Zipf { .. } => push_number(out, self.number(chance)),
        }
    }

    fn number(&self, chance: &mut Chance) -> i64 {
        match self {
            Maker::Int { from, to } => match (to.wrapping_sub(*from) as u64).checked_add(1) {
                Some(span) => from.wrapping_add(chance.below(span) as i64),
                None => chance.bits() as i64,
            },
            // Rounding at the end of the range could yield n + 1.
            Maker::Zipf { n, law } => (law.sample(chance.source()) as u64).clamp(1, *n) as i64,
            Maker::Uuid(_) | Maker::Choice(_) => 0,
        }
    }
}

fn choose<'a>(texts: &'a [String], chance: &mut Chance) -> &'a str {
    texts.get(chance.below(texts.len() as u64) as usize).map_or("", String::as_str)
}

/// A UUID of version 4 (RFC 9562): 122 random bits, hexadecimal, in five groups. Two words are drawn whatever the run is,
/// so that what is drawn after it follows from the seed alone.
fn uuid<T>(chance: &mut Chance, run: RunKey, take: impl FnOnce(&str) -> T) -> T {
    let high = (chance.bits() ^ run.high) & !0xf000 | 0x4000;
    let low = (chance.bits() ^ run.low) & !(0b11 << 62) | (0b10 << 62);
    let bits = u128::from(high) << 64 | u128::from(low);
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut text = [b'-'; 36];
    let mut digit = 0;
    for (place, byte) in text.iter_mut().enumerate() {
        if !matches!(place, 8 | 13 | 18 | 23) {
            *byte = HEX[(bits >> (124 - 4 * digit)) as usize & 15];
            digit += 1;
        }
    }
    take(std::str::from_utf8(&text).expect("hexadecimal digits and dashes are ASCII"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::template::{Reference, Template};

    fn maker(text: &str) -> Maker {
        let template: Template = text.parse().expect(text);
        match template.single() {
            Some(Reference::Generate(generator, _)) => Maker::new(generator, RunKey::default()).expect(text),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn uuids_are_of_version_four() {
        let mut chance = Chance::new(1, 1, 0);
        for _ in 0..1_000 {
            let value = maker("${uuid}").value(&mut chance);
            let text = value.text().into_owned();
            assert_eq!(text.len(), 36);
            assert_eq!(&text[14..15], "4", "{text}");
            assert!("89ab".contains(&text[19..20]), "{text}");
            assert!(text.bytes().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            }));
        }
    }

    #[test]
    fn a_uuid_follows_from_seed_and_run_and_what_is_drawn_after_it_from_the_seed() {
        let drawn = |run: &str| {
            let mut chance = Chance::new(1, 1, 0);
            let uuid = Maker::Uuid(RunKey::of(run)).value(&mut chance).text().into_owned();
            (uuid, maker("${int(1..1000000)}").number(&mut chance))
        };
        let (one, other) = (drawn("run-1"), drawn("run-2"));
        assert_ne!(one.0, other.0);
        assert_eq!(one.1, other.1);
        assert_eq!(one, drawn("run-1"));
    }

    #[test]
    fn ints_reach_both_ends() {
        let mut chance = Chance::new(1, 1, 0);
        let drawn: std::collections::BTreeSet<_> =
            (0..1_000).map(|_| maker("${int(-1..2)}").number(&mut chance)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-1, 0, 1, 2]);
        let widest = format!("${{int({}..{})}}", i64::MIN, i64::MAX);
        maker(&widest).number(&mut chance);
    }

    #[test]
    fn zipf_follows_its_law() {
        let mut chance = Chance::new(3, 1, 0);
        let law = maker("${zipf(3, 1)}");
        let mut counts = [0u32; 3];
        for _ in 0..11_000 {
            counts[law.number(&mut chance) as usize - 1] += 1;
        }
        // 1 : 1/2 : 1/3 of 11,000 is 6,000, 3,000 and 2,000.
        for (count, wanted) in counts.into_iter().zip([6_000u32, 3_000, 2_000]) {
            assert!(count.abs_diff(wanted) < 250, "{counts:?}");
        }
    }

    #[test]
    fn writing_and_drawing_agree() {
        for text in ["${uuid}", "${int(1..9)}", "${choice(a b|c d)}", "${zipf(9, 1.2)}"] {
            let mut written = String::new();
            maker(text).write(&mut Chance::new(5, 5, 0), &mut written, Encoding::JsonValue);
            let mut drawn = String::new();
            maker(text).value(&mut Chance::new(5, 5, 0)).write(&mut drawn, Encoding::JsonValue);
            assert_eq!(written, drawn);
        }
    }
}
