//! Dates as HTTP and cookies write them.

/// Seconds since 1970 of a date, by the words in it and not by their places (RFC 6265, section 5.1.1): that reads the three
/// forms of RFC 9110 (section 5.6.7) and whatever servers write into cookies. `None` if it is no date.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for word in text.split(is_delimiter).filter(|word| !word.is_empty()) {
        if time.is_none() && clock(word).is_some() {
            time = clock(word);
        } else if day.is_none() && number(word, 1..=2).is_some() {
            day = number(word, 1..=2);
        } else if month.is_none() && month_number(word).is_some() {
            month = month_number(word);
        } else if year.is_none() {
            year = number(word, 2..=4);
        }
    }
    let (day, month, [h, m, s]) = (day?, month?, time?);
    let year = match year? {
        short @ 70..=99 => 1900 + short,
        short @ 0..=69 => 2000 + short,
        year => year,
    };
    let exists = year >= 1601 && (1..=length(year, month)).contains(&day) && h <= 23 && m <= 59 && s <= 59;
    exists.then(|| days(year, month, day) * 86_400 + h * 3_600 + m * 60 + s)
}

fn is_delimiter(c: char) -> bool {
    matches!(c, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

/// The number at the beginning of a word, if it has so many digits.
fn number(word: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    digits.contains(&end).then(|| word[..end].parse().ok())?
}

/// Hours, minutes and seconds.
fn clock(word: &str) -> Option<[i64; 3]> {
    let mut parts = word.splitn(3, ':');
    let mut whole = || parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (h, m) = (number(whole()?, 1..=2)?, number(whole()?, 1..=2)?);
    Some([h, m, number(parts.next()?, 1..=2)?])
}

fn month_number(word: &str) -> Option<i64> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = word.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == start).map(|place| place as i64 + 1)
}

fn length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
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
    use proptest::prelude::*;

    #[test]
    fn all_forms_mean_the_same_second() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "06 Nov 1994 08:49:37 GMT",
            "6 november 94 8:49:37",
            "1994 Nov 06 08:49:37",
            "08:49:37 06 Nov 1994",
            "Sun, 06 Nov 1994 08:49:37 +0000 (UTC)",
            "Nov/6/1994, 08:49:37Z",
        ] {
            assert_eq!(parse(text), Some(784_111_777), "{text}");
        }
        assert_eq!(parse("01 Jan 1970 00:00:01 GMT"), Some(1));
        assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(parse("Tue, 29 Feb 2000 00:00:00 GMT"), Some(951_782_400));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "120",
            "tomorrow",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "Sun, 06 Xyz 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Tue, 30 Feb 2000 00:00:00 GMT",
            "Sun, 06 Nov 1500 08:49:37 GMT",
            "Sun, 06 Nov 19945 08:49:37 GMT",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// Python's `http.cookiejar` reads these forms too, by another algorithm.
    #[test]
    fn python_reads_the_same() {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let mut texts = Vec::new();
        for (place, month) in months.iter().enumerate() {
            let (day, hour) = (1 + place * 2, place * 2);
            for year in [1970, 1999, 2000, 2024, 2069] {
                texts.push(format!("Mon, {day:02} {month} {year} {hour:02}:07:59 GMT"));
                texts.push(format!("{day:02} {month} {year} {hour:02}:07:59 GMT"));
                texts.push(format!("Monday, {day:02}-{month}-{year} {hour:02}:07:59 GMT"));
                texts.push(format!("Mon {month} {day:2} {hour:02}:07:59 {year}"));
            }
        }
        let script = "import sys, http.cookiejar\nfor line in sys.stdin: t = http.cookiejar.http2time(line.strip()); print(t if t is None else int(t))";
        let Some(printed) = crate::python::run(script, &(texts.join("\n") + "\n")) else { return };
        let theirs: Vec<Option<i64>> = printed.lines().map(|line| line.parse().ok()).collect();
        let ours: Vec<Option<i64>> = texts.iter().map(|text| parse(text)).collect();
        let mut compared = 0;
        for ((text, ours), theirs) in texts.iter().zip(&ours).zip(&theirs) {
            assert!(theirs.is_none() || ours == theirs, "{text}: {ours:?}, Python {theirs:?}");
            compared += u32::from(theirs.is_some());
        }
        assert!(compared >= 180 && ours.len() == theirs.len(), "{compared}");
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in any::<String>()) {
            parse(&text);
        }
    }
}
