//! W3C trace context: the `traceparent` header.

use super::random::{Chance, RunKey};
use std::fmt::Write;

/// Writes a `traceparent` with a new trace id into `header` and returns the id.
///
/// The same seed draws other ids in another run. Version 00, a random trace id and parent id (neither may be zero), flags 01: sampled
/// (W3C Trace Context, section 3.2).
pub(super) fn renew(header: &mut String, chance: &mut Chance, run: RunKey) -> u128 {
    let (high, low) = (chance.bits() ^ run.high, chance.bits() ^ run.low);
    let trace = (u128::from(high) << 64 | u128::from(low)).max(1);
    let parent = (chance.bits() ^ run.high).max(1);
    header.clear();
    write!(header, "00-{trace:032x}-{parent:016x}-01").expect("writing to a String does not fail");
    trace
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_standard_form() {
        let mut header = "what was there".to_owned();
        let trace = renew(&mut header, &mut Chance::new(1, 2, 2), RunKey::default());
        let parts: Vec<&str> = header.split('-').collect();
        assert_eq!(parts.len(), 4);
        assert_eq!((parts[0], parts[3]), ("00", "01"));
        assert_eq!((parts[1].len(), parts[2].len()), (32, 16));
        assert_eq!(u128::from_str_radix(parts[1], 16), Ok(trace));
        let elsewhere = renew(&mut String::new(), &mut Chance::new(1, 2, 2), RunKey::of("another"));
        assert_ne!(trace, elsewhere, "another run has other ids");
    }
}
