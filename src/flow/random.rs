//! Chance, from the seed.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// What tells one run's identifiers (UUIDs, trace ids) from those of another run with the same seed: 128 bits from the
/// run's id. Combined with drawn bits by exclusive or, so that distinct draws stay distinct. Without an id it is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RunKey {
    pub(super) high: u64,
    pub(super) low: u64,
}

impl RunKey {
    /// The first 16 bytes of the id's SHA-256.
    pub(super) fn of(id: &str) -> RunKey {
        let hash = Sha256::digest(id.as_bytes());
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        RunKey { high: word(&hash[..8]), low: word(&hash[8..16]) }
    }
}

/// A session's sources of chance. What a session sends, how long it thinks and how it retries draw from streams of
/// their own: a retry that happens in one run and not in the next changes nothing of what is sent afterwards.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    /// Choices and data: the flow, generators, random rows.
    pub(super) data: Chance,
    /// Think times.
    pub(super) pace: Chance,
    /// Backoff and trace ids: drawn once per attempt, so how often depends on the deployment.
    pub(super) attempt: Chance,
    /// Which operations are repeated on purpose, and the repetitions' trace ids.
    pub(super) replay: Chance,
}

impl Streams {
    /// The streams of one session. They depend on the run's seed and the session's number alone.
    pub(super) fn new(seed: u64, session: u64) -> Streams {
        Streams {
            data: Chance::new(seed, session, 0),
            pace: Chance::new(seed, session, 1),
            attempt: Chance::new(seed, session, 2),
            replay: Chance::new(seed, session, 3),
        }
    }
}

/// One stream of chance: xoshiro256++ (Blackman and Vigna). How numbers are made from its bits is written out here and
/// not left to a library, so that a newer library cannot change what a seed means.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    seed: u64,
    session: u64,
    stream: u64,
    /// Made at the first draw: most sessions draw from few of their streams.
    source: Option<Xoshiro256PlusPlus>,
}

impl Chance {
    /// The stream with this number of a session.
    #[inline]
    pub(super) fn new(seed: u64, session: u64, stream: u64) -> Chance {
        Chance { seed, session, stream, source: None }
    }

    /// Where the bits come from, for distributions of a library.
    #[inline]
    pub(super) fn source(&mut self) -> &mut Xoshiro256PlusPlus {
        let (seed, session, stream) = (self.seed, self.session, self.stream);
        self.source.get_or_insert_with(|| begun(seed, session, stream))
    }

    /// 64 even bits.
    #[inline]
    pub(super) fn bits(&mut self) -> u64 {
        self.source().next_u64()
    }

    /// Evenly from [0, 1), with 53 bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly from 0 to `n` − 1, without bias (Lemire's method); 0 where `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.bits()) * u128::from(n);
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }
}

/// Seed, session and number are mixed by three rounds of SplitMix64's finalizer, `mix(mix(mix(seed) + session) + stream)`;
/// the generator fills its state from that by SplitMix64.
fn begun(seed: u64, session: u64, stream: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(mix(mix(mix(seed).wrapping_add(session)).wrapping_add(stream)))
}

/// SplitMix64's step and finalizer (Steele, Lea and Flood, 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_session_and_stream_all_count() {
        let first = |seed, session, stream| Chance::new(seed, session, stream).bits();
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..10 {
            for session in 0..100 {
                for stream in 0..4 {
                    assert!(seen.insert(first(seed, session, stream)), "{seed} {session} {stream}");
                }
            }
        }
        assert_eq!(first(7, 8, 1), first(7, 8, 1));
    }

    #[test]
    fn below_is_even_and_stays_below() {
        let mut chance = Chance::new(1, 2, 3);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[chance.below(6) as usize] += 1;
        }
        // Binomial: mean 10,000, standard deviation 91.
        assert!(counts.iter().all(|count| (9_500..10_500).contains(count)), "{counts:?}");
        assert_eq!(chance.below(0), 0);
        assert_eq!(chance.below(1), 0);
    }

    #[test]
    fn unit_stays_below_one() {
        let mut chance = Chance::new(0, 0, 0);
        assert!((0..10_000).map(|_| chance.unit()).all(|unit| (0.0..1.0).contains(&unit)));
    }
}
