//! How many connections this process may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors beside the users' connections: the record's files, logs, timers, pipes to children, probes.
const BESIDES: u64 = 128;

/// Whether so many connections fit under the limit that this process may raise itself to.
///
/// # Errors
/// In words, with what to do, if they do not.
pub fn check_file_limit(needed: u64) -> Result<(), String> {
    check(needed, getrlimit(Resource::Nofile).maximum)
}

/// Raises the limit on open files as far as this process may, and says so where `needed` connections cannot fit.
///
/// # Errors
/// In words, with what to do, if the limit that only an administrator can raise is too low.
pub fn raise_file_limit(needed: u64) -> Result<(), String> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        // Where this fails the limit is as it was, which is looked at next.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    }
    check(needed, getrlimit(Resource::Nofile).current)
}

fn check(needed: u64, limit: Option<u64>) -> Result<(), String> {
    let Some(limit) = limit else { return Ok(()) };
    let wanted = needed.saturating_add(BESIDES);
    if wanted <= limit {
        return Ok(());
    }
    Err(format!(
        "up to {needed} users may be in flight at once, but this process may open only {limit} files; connections beyond that \
         fail as `local`. Raise the limit (`ulimit -Hn {wanted}`, or LimitNOFILE= of a systemd unit, or `nofile` of a \
         container) or lower the number of users or `load.max_in_flight`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_fine_and_what_does_not_is_said_with_both_numbers() {
        assert_eq!(check(1_000_000, None), Ok(()));
        assert_eq!(check(872, Some(1000)), Ok(()));
        let error = check(873, Some(1000)).expect_err("one too many");
        assert!(error.contains("873") && error.contains("1000") && error.contains("1001"), "{error}");
    }

    #[test]
    fn the_soft_limit_rises_to_the_hard_one() {
        raise_file_limit(1).expect("one user fits");
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
