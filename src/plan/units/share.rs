//! Shares of a whole: `99.9%`.

use super::text::{split, unit_as_text};
use std::fmt;
use std::str::FromStr;

/// A share from 0 to 1, written in percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Share(pub f64);

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Share, String> {
        const LIKE: &str = "`99.9%`";
        let (number, suffix) = split(text, "a share", LIKE)?;
        if suffix != "%" {
            return Err(format!("`{text}` is not a share; write it like {LIKE}"));
        }
        if number > 100.0 {
            return Err(format!("`{text}` is more than 100%"));
        }
        Ok(Share(number / 100.0))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The fewest decimals that read back to the same share.
        let percent = self.0 * 100.0;
        let text = (0..17)
            .map(|decimals| format!("{percent:.decimals$}"))
            .find(|text| text.parse::<f64>().is_ok_and(|percent| percent / 100.0 == self.0));
        write!(f, "{}%", text.unwrap_or_else(|| percent.to_string()))
    }
}

unit_as_text!(Share, "Share", r"^[0-9]+(\.[0-9]+)?\s*%$", "a share such as `99.9%`");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_a_hundredth() {
        assert_eq!("50%".parse(), Ok(Share(0.5)));
        assert_eq!(Share(0.999).to_string(), "99.9%");
        for text in ["12.345678%", "99.99999%", "0.001%", "33.333333333%", "100%", "0%"] {
            assert_eq!(text.parse::<Share>().map(|share| share.to_string()), Ok(text.to_owned()));
        }
        assert!("101%".parse::<Share>().is_err());
        assert!("0.5".parse::<Share>().is_err());
    }
}
