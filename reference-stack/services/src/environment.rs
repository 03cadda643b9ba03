//! Settings come from the environment and are checked at the start: whoever writes one wrongly is told which, what is
//! wrong with it and what would be right. A variable that is set and empty counts as not set.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Variables of a process.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Of this process.
    pub fn of_process() -> Environment {
        Environment::from_iter(std::env::vars())
    }

    /// The variable's text, if it is set to one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    /// The variable's text; `like` is an example for whoever forgot it.
    pub fn required(&self, name: &str, like: &str) -> Result<&str, String> {
        self.text(name).ok_or_else(|| format!("{name} is not set; it is needed here, like `{name}={like}`"))
    }

    /// A number within bounds.
    pub fn number<T>(&self, name: &str, default: T, bounds: RangeInclusive<T>) -> Result<T, String>
    where
        T: FromStr + PartialOrd + Display + Copy,
    {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| {
            format!("{name}={text} must be a number from {} to {}", bounds.start(), bounds.end())
        })
    }

    /// A duration in milliseconds; `name` ends in `_MS`.
    pub fn milliseconds(&self, name: &str, default: u64) -> Result<Duration, String> {
        self.number(name, default, 0..=3_600_000).map(Duration::from_millis)
    }

    /// One of a few words; the first is the default.
    pub fn choice<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<T, String> {
        let told = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let wanted = self.text(name).unwrap_or(words[0].0);
        let found = words.iter().find(|(word, _)| *word == wanted);
        found.map(|(_, value)| *value).ok_or_else(|| format!("{name}={wanted} must be one of: {}", told()))
    }

    /// A switch that is on unless it is set to `off`.
    pub fn on(&self, name: &str) -> Result<bool, String> {
        self.choice(name, &[("on", true), ("off", false)])
    }

    /// A list between commas.
    pub fn list(&self, name: &str, default: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or(default);
        text.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Environment {
        Environment(variables.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_is_not_set_or_empty_has_its_default() {
        let empty = environment(&[("A", ""), ("B", "  ")]);
        assert_eq!(empty.number("A", 7_u32, 1..=9), Ok(7));
        assert_eq!(empty.on("B"), Ok(true));
        assert_eq!(empty.list("C", "x, y"), ["x", "y"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let wrong = environment(&[("IDEMPOTENCY", "maybe"), ("POOL", "many"), ("WORKERS", "900")]);
        assert_eq!(wrong.on("IDEMPOTENCY"), Err("IDEMPOTENCY=maybe must be one of: on, off".to_owned()));
        assert_eq!(
            wrong.number("POOL", 8, 1..=100),
            Err("POOL=many must be a number from 1 to 100".to_owned())
        );
        assert_eq!(
            wrong.number("WORKERS", 8, 1..=100),
            Err("WORKERS=900 must be a number from 1 to 100".to_owned())
        );
        let missing = wrong.required("AMQP_URLS", "amqp://rabbit-1:5672").expect_err("missing");
        assert_eq!(missing, "AMQP_URLS is not set; it is needed here, like `AMQP_URLS=amqp://rabbit-1:5672`");
    }
}
