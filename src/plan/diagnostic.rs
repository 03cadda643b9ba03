//! Messages about a plan: where, what is wrong, what would be right.

use std::fmt;
use std::sync::Arc;

/// Where a value of a plan came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A place in a file; line and column count from 1, the column in characters.
    File {
        /// The file, as it was given.
        file: Arc<str>,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
    },
    /// An override: `load.rate=500/s`.
    Set(Arc<str>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Origin::Set(text) => write!(f, "--set {text}"),
        }
    }
}

/// Whether a plan can be used in spite of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but is probably not what was meant.
    Warning,
}

/// One message about a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    pub origin: Origin,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with the line that helps.
    pub(crate) fn error(origin: Origin, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, origin, message: message.into(), help: Some(help.into()) }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}: {severity}: {}", self.origin, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Everything that is to be said about a plan, in the order of its lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl Diagnostics {
    /// In the order of files and lines; what came twice stands once.
    pub(crate) fn sorted(mut list: Vec<Diagnostic>) -> Diagnostics {
        list.sort_by(|a, b| a.origin.cmp(&b.origin));
        list.dedup();
        Diagnostics(list)
    }

    /// Whether the plan cannot be used.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, diagnostic) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_where_what_and_what_to_do() {
        let at = |line| Origin::File { file: "a.toml".into(), line, column: 5 };
        let second = Diagnostic::error(at(9), "no", "yes");
        let first =
            Diagnostic { help: None, severity: Severity::Warning, ..Diagnostic::error(at(2), "hm", "") };
        let all = Diagnostics::sorted(vec![second.clone(), first, second]);
        assert_eq!(all.to_string(), "a.toml:2:5: warning: hm\na.toml:9:5: error: no\n  help: yes");
        assert!(all.has_errors());
    }

    #[test]
    fn an_override_is_an_origin_too() {
        assert_eq!(Origin::Set("load.rate=x".into()).to_string(), "--set load.rate=x");
    }
}
