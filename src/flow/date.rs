//! Dates as HTTP writes them.

/// Seconds since 1970 of a date in any of the three forms of RFC 9110 (section 5.6.7), or as cookies write it
/// (`Sun, 06-Nov-94 08:49:37 GMT`). `None` if it is no date.
pub(super) fn parse(text: &str) -> Option<i64> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let (day, month, year, time) = match words.as_slice() {
        [_, day, month, year, h, m, s, ..] if month_number(month).is_some() => (day, month, year, [h, m, s]),
        [_, month, day, h, m, s, year, ..] => (day, month, year, [h, m, s]),
        _ => return None,
    };
    let day: i64 = within(day, 1, 31)?;
    let month = month_number(month)?;
    let year: i64 = match (year.len(), within(year, 0, 9999)?) {
        (2, short @ 70..) => 1900 + short,
        (2, short) => 2000 + short,
        (_, year) => year,
    };
    let [h, m, s] = [within(time[0], 0, 23)?, within(time[1], 0, 59)?, within(time[2], 0, 60)?];
    Some(days(year, month, day) * 86_400 + h * 3_600 + m * 60 + s)
}

fn within(text: &str, from: i64, to: i64) -> Option<i64> {
    text.parse().ok().filter(|number| (from..=to).contains(number))
}

fn month_number(text: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = text.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).map(|place| place as i64 + 1)
}

/// Days since 1970 of a day of the Gregorian calendar (Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn all_forms_mean_the_same_second() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), Some(784_111_777), "{text}");
        }
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(parse("Tue, 29 Feb 2000 00:00:00 GMT"), Some(951_782_400));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "120", "tomorrow", "Sun, 99 Nov 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
