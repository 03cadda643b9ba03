//! Values that a plan makes up.

use std::fmt;

/// A generator of values. What it yields depends on the run's seed and the session alone.
#[derive(Clone, Debug, PartialEq)]
pub enum Generator {
    /// A random UUID (version 4).
    Uuid,
    /// A whole number, both ends included, all equally likely.
    Int {
        /// The smallest.
        from: i64,
        /// The largest.
        to: i64,
    },
    /// One of these texts, all equally likely.
    Choice(Vec<String>),
    /// A whole number from 1 to `n`; number k is drawn with a likelihood proportional to 1/k^`exponent` (Zipf's law).
    Zipf {
        /// How many numbers.
        n: u64,
        /// How skewed: 0 is even, 1 the classic law.
        exponent: f64,
    },
}

impl Generator {
    /// The generator of this name with these arguments; `None` if no generator has the name.
    pub(super) fn parse(name: &str, arguments: Option<&str>) -> Result<Option<Generator>, String> {
        let generator = match (name, arguments) {
            ("uuid", None) => Generator::Uuid,
            ("int", Some(arguments)) => int(arguments)?,
            ("choice", Some(arguments)) => {
                Generator::Choice(arguments.split('|').map(|text| text.trim().to_owned()).collect())
            }
            ("zipf", Some(arguments)) => zipf(arguments)?,
            ("uuid", Some(_)) => return Err("`uuid` takes no arguments".into()),
            ("int", None) => return Err("`int` wants its range: `${int(1..100)}`".into()),
            ("choice", None) => return Err("`choice` wants its texts: `${choice(a|b|c)}`".into()),
            ("zipf", None) => return Err("`zipf` wants how many and how skewed: `${zipf(1000, 1.1)}`".into()),
            _ => return Ok(None),
        };
        Ok(Some(generator))
    }
}

fn int(arguments: &str) -> Result<Generator, String> {
    let wrong =
        || format!("`int({arguments})`: write a range whose first number is not the larger: `int(1..100)`");
    let (from, to) = arguments.split_once("..").ok_or_else(wrong)?;
    let from = from.trim().parse().map_err(|_| wrong())?;
    let to = to.trim().parse().map_err(|_| wrong())?;
    if from > to { Err(wrong()) } else { Ok(Generator::Int { from, to }) }
}

fn zipf(arguments: &str) -> Result<Generator, String> {
    let wrong = || {
        format!(
            "`zipf({arguments})`: write how many (at least 1) and how skewed (0 or more): `zipf(1000, 1.1)`"
        )
    };
    let (n, exponent) = arguments.split_once(',').ok_or_else(wrong)?;
    let n: u64 = n.trim().parse().map_err(|_| wrong())?;
    let exponent: f64 = exponent.trim().parse().map_err(|_| wrong())?;
    if n == 0 || !exponent.is_finite() || exponent < 0.0 {
        Err(wrong())
    } else {
        Ok(Generator::Zipf { n, exponent })
    }
}

impl fmt::Display for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Generator::Uuid => f.write_str("uuid"),
            Generator::Int { from, to } => write!(f, "int({from}..{to})"),
            Generator::Choice(texts) => write!(f, "choice({})", texts.join("|")),
            Generator::Zipf { n, exponent } => write!(f, "zipf({n}, {exponent})"),
        }
    }
}
