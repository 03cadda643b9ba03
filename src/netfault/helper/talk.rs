//! Orders in, answers out: a line each.

use crate::netfault::{Answer, Hello, Order};
use rustix::io::Errno;
use std::io::{self, Stdin, Write};

/// No order is longer; the longest arms a few hundred parts.
const LONGEST: usize = 4 << 20;

/// Standard input and output.
#[derive(Debug)]
pub(super) struct Talk {
    input: Stdin,
    begun: Vec<u8>,
}

impl Default for Talk {
    fn default() -> Talk {
        Talk { input: io::stdin(), begun: Vec::new() }
    }
}

/// What was heard.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    Order(Order),
    /// The input has ended.
    End,
}

impl Talk {
    /// To wait for.
    pub(super) fn input(&self) -> &Stdin {
        &self.input
    }

    pub(super) fn hello(&mut self) -> io::Result<()> {
        say(&Hello { hello: env!("CARGO_PKG_VERSION").to_owned() })
    }

    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        say(answer)
    }

    /// Reads what is there. Not through `Stdin`'s own buffer, in which an order could hide from `poll`.
    pub(super) fn listen(&mut self) -> io::Result<Vec<Heard>> {
        let mut piece = [0_u8; 64 << 10];
        let length = match rustix::io::read(&self.input, &mut piece) {
            Ok(0) => return Ok(vec![Heard::End]),
            Ok(length) => length,
            Err(Errno::INTR | Errno::AGAIN) => return Ok(Vec::new()),
            // The terminal, or whatever it was, is gone.
            Err(Errno::IO) => return Ok(vec![Heard::End]),
            Err(error) => return Err(error.into()),
        };
        self.begun.extend(&piece[..length]);
        let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n') else {
            return if self.begun.len() > LONGEST { Err(too_long()) } else { Ok(Vec::new()) };
        };
        let rest = self.begun.split_off(end + 1);
        let whole = std::mem::replace(&mut self.begun, rest);
        let lines = whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| {
                serde_json::from_slice(line).map(Heard::Order).map_err(|error| not_understood(line, &error))
            })
            .collect()
    }
}

fn say(what: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    let mut output = io::stdout().lock();
    output.write_all(&line)?;
    output.flush()
}

fn too_long() -> io::Error {
    io::Error::other(format!("an order is longer than {LONGEST} bytes"))
}

fn not_understood(line: &[u8], error: &serde_json::Error) -> io::Error {
    let beginning: String = String::from_utf8_lossy(line).chars().take(80).collect();
    io::Error::other(format!("this order is not understood ({error}): {beginning}"))
}
