//! Wall-clock times as text, for names and reports.

/// `20261121T013000Z`, as folders are named by it, from nanoseconds since 1970-01-01 UTC.
pub fn utc(nanos: i64) -> String {
    let ((year, month, day), (hour, minute, second)) = parts(nanos);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// `2026-11-21T01:30:00` in UTC, without a zone, from nanoseconds since 1970-01-01 UTC.
pub fn utc_text(nanos: i64) -> String {
    let ((year, month, day), (hour, minute, second)) = parts(nanos);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// Year, month, day; hour, minute, second.
fn parts(nanos: i64) -> ((i64, i64, i64), (i64, i64, i64)) {
    let seconds = nanos.div_euclid(1_000_000_000);
    let (days, time) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    (civil(days), (time / 3_600, time / 60 % 60, time % 60))
}

/// Year, month and day of a day counted from 1970-01-01, after Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days: i64) -> (i64, i64, i64) {
    // Counted from 0000-03-01, so that a leap day is the last of its year; an era has 400 years.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year_of_era + era * 400 + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(utc(0), "19700101T000000Z");
        assert_eq!(utc(951_782_399 * SECOND), "20000228T235959Z");
        assert_eq!(utc(951_782_400 * SECOND), "20000229T000000Z");
        assert_eq!(utc(1_795_224_600 * SECOND + 999_999_999), "20261121T013000Z");
        assert_eq!(utc(-1), "19691231T235959Z");
        assert_eq!(utc_text(1_795_224_601 * SECOND), "2026-11-21T01:30:01");
    }
}
