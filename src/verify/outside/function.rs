//! What an operation was to do: `f`.

use std::fmt;

/// What an operation was to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `read`, `get`.
    Read,
    /// `write`, `put`, `set`.
    Write,
    /// `cas`.
    Cas,
    /// `append`.
    Append,
    /// `add`, `inc`, `increment`.
    Add,
    /// `enqueue`, `publish`.
    Enqueue,
    /// `dequeue`, `consume`.
    Dequeue,
    /// `drain`.
    Drain,
    /// `transfer`.
    Transfer,
    /// `generate`.
    Generate,
    /// Any other.
    Other(Box<str>),
}

impl Function {
    /// The function of this name; one of a namespace (`register/read`) is the one of the plain name, if that is known.
    pub fn named(name: &str) -> Function {
        match name {
            "read" | "get" => Function::Read,
            "write" | "put" | "set" => Function::Write,
            "cas" => Function::Cas,
            "append" => Function::Append,
            "add" | "inc" | "increment" => Function::Add,
            "enqueue" | "publish" => Function::Enqueue,
            "dequeue" | "consume" => Function::Dequeue,
            "drain" => Function::Drain,
            "transfer" => Function::Transfer,
            "generate" => Function::Generate,
            other => match other.rsplit_once('/').map(|(_, plain)| Function::named(plain)) {
                None | Some(Function::Other(_)) => Function::Other(other.into()),
                Some(known) => known,
            },
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Function::Read => "read",
            Function::Write => "write",
            Function::Cas => "cas",
            Function::Append => "append",
            Function::Add => "add",
            Function::Enqueue => "enqueue",
            Function::Dequeue => "dequeue",
            Function::Drain => "drain",
            Function::Transfer => "transfer",
            Function::Generate => "generate",
            Function::Other(name) => name,
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
