//! The buckets of an HDR histogram: 3 significant decimal digits from 1 µs to 1 h.
//!
//! The layout is that of Gil Tene's HdrHistogram (`lowestDiscernibleValue` 1 µs, `numberOfSignificantValueDigits` 3):
//! 2048 linear sub-buckets, then 1024 more for each doubling. <https://hdrhistogram.org>

const SUB_BUCKETS: u64 = 2048;
const HALF: u64 = SUB_BUCKETS / 2;
const HALF_MAGNITUDE: u32 = 10;
const MAGNITUDE: u32 = 11;
const HIGHEST: u64 = 3_600_000_000;

/// A bucket's number. Buckets are part of the record's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket(pub u32);

/// How many buckets there are.
pub const BUCKETS: usize = Bucket::of(HIGHEST).0 as usize + 1;

impl Bucket {
    /// The bucket of a value in microseconds; what lies above an hour goes into the last.
    #[inline]
    pub const fn of(micros: u64) -> Bucket {
        let value = if micros > HIGHEST { HIGHEST } else { micros };
        let doubling = 64 - (value | (SUB_BUCKETS - 1)).leading_zeros() - MAGNITUDE;
        let sub = value >> doubling;
        Bucket((((doubling as u64 + 1) << HALF_MAGNITUDE) + sub - HALF) as u32)
    }

    /// The smallest value in microseconds that this bucket holds.
    pub const fn lowest(self) -> u64 {
        let (doubling, sub) = self.place();
        sub << doubling
    }

    /// The largest value in microseconds that this bucket holds.
    pub const fn highest(self) -> u64 {
        let (doubling, sub) = self.place();
        ((sub + 1) << doubling) - 1
    }

    const fn place(self) -> (u32, u64) {
        let number = self.0 as u64;
        let above = number >> HALF_MAGNITUDE;
        if above == 0 { (0, number) } else { ((above - 1) as u32, (number & (HALF - 1)) + HALF) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_values_to_three_digits() {
        for value in [0, 1, 999, 2047, 2048, 2049, 4095, 4096, 123_456, 99_999_999, HIGHEST] {
            let bucket = Bucket::of(value);
            assert!(bucket.lowest() <= value && value <= bucket.highest(), "{value}");
            assert!((bucket.highest() - bucket.lowest()) as f64 <= value as f64 / 1000.0 + 1.0, "{value}");
        }
    }

    #[test]
    fn buckets_follow_one_another_without_a_gap() {
        for number in 1..BUCKETS as u32 {
            assert_eq!(Bucket(number).lowest(), Bucket(number - 1).highest() + 1, "{number}");
        }
    }

    #[test]
    fn they_agree_with_the_published_implementation() {
        let mut reference = hdrhistogram::Histogram::<u64>::new_with_bounds(1, HIGHEST, 3).expect("bounds");
        for value in [1, 2047, 2050, 70_001, 3_000_001, 59 * 60 * 1_000_000] {
            reference.reset();
            reference.record(value).expect("in range");
            assert_eq!(reference.lowest_equivalent(value), Bucket::of(value).lowest());
            assert_eq!(reference.highest_equivalent(value), Bucket::of(value).highest());
        }
    }
}
