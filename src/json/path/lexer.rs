//! The characters of a JSONPath, one after another.

use super::PathError;
use crate::json::Number;

/// The largest whole number that an index or a slice can name (RFC 9535, section 2.1).
const LARGEST: i64 = (1 << 53) - 1;

#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// How many expressions are open here.
    pub(super) depth: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0, depth: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    #[cold]
    pub(super) fn wrong(&self, what: impl Into<String>) -> PathError {
        PathError { what: what.into(), column: self.text[..self.at].chars().count() + 1 }
    }

    pub(super) fn end(&self) -> Result<(), PathError> {
        match self.peek() {
            None => Ok(()),
            Some(c) => Err(self.wrong(format!("`{}` is not expected", c.escape_debug()))),
        }
    }

    /// Passes this if it stands here.
    pub(super) fn take(&mut self, what: &str) -> bool {
        let is_here = self.rest().starts_with(what);
        self.at += if is_here { what.len() } else { 0 };
        is_here
    }

    pub(super) fn want(&mut self, what: &str, why: &str) -> Result<(), PathError> {
        if self.take(what) { Ok(()) } else { Err(self.wrong(why)) }
    }

    pub(super) fn blanks(&mut self) {
        self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
    }

    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// A member's name without quotation marks.
    pub(super) fn name(&mut self) -> Result<String, PathError> {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        if !self.peek().is_some_and(first) {
            return Err(
                self.wrong("a name is expected; one with other characters stands in brackets: `['a b']`")
            );
        }
        Ok(self.take_while(|c| first(c) || c.is_ascii_digit()).to_owned())
    }

    /// Whether a whole number begins here.
    pub(super) fn begins_integer(&self) -> bool {
        self.peek().is_some_and(|c| c == '-' || c.is_ascii_digit())
    }

    pub(super) fn integer(&mut self) -> Result<i64, PathError> {
        let start = self.clone();
        let minus = self.take("-");
        let digits = self.take_while(|c| c.is_ascii_digit());
        if digits.is_empty() || (digits.starts_with('0') && (minus || digits.len() > 1)) {
            return Err(start.wrong("a whole number is expected, without zeros before it"));
        }
        let number: Option<i64> = digits.parse().ok().filter(|number| *number <= LARGEST);
        let number =
            number.ok_or_else(|| start.wrong(format!("a number beyond {LARGEST} names no place")))?;
        Ok(if minus { -number } else { number })
    }

    /// A number to compare with.
    pub(super) fn number(&mut self) -> Result<Number, PathError> {
        let start = self.clone();
        let text = self.take_while(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        Number::parse(text).ok_or_else(|| start.wrong(format!("`{text}` is not a number")))
    }

    /// A text in quotation marks of either kind.
    pub(super) fn string(&mut self) -> Result<String, PathError> {
        let start = self.clone();
        let quote = if self.take("'") { '\'' } else { '"' };
        if quote == '"' {
            self.want("\"", "a text in quotation marks is expected")?;
        }
        let mut text = String::new();
        loop {
            let here = self.clone();
            let Some(c) = self.peek() else { return Err(start.wrong("this text has no end")) };
            self.at += c.len_utf8();
            match c {
                c if c == quote => return Ok(text),
                '\\' => text.push(self.escape(quote, &here)?),
                c if c < ' ' => return Err(here.wrong("a control character stands in a text")),
                c => text.push(c),
            }
        }
    }

    fn escape(&mut self, quote: char, start: &Lexer<'a>) -> Result<char, PathError> {
        let c = self.peek().ok_or_else(|| start.wrong("this text has no end"))?;
        self.at += c.len_utf8();
        match c {
            'b' => Ok('\u{8}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            '/' | '\\' => Ok(c),
            c if c == quote => Ok(c),
            'u' => {
                let first = self.unit().ok_or_else(|| start.wrong("`\\u` wants four hexadecimal digits"))?;
                if let Some(c) = char::from_u32(first) {
                    return Ok(c);
                }
                let half = || start.wrong("half of a surrogate pair stands alone");
                let second = if first < 0xdc00 && self.take("\\u") { self.unit() } else { None };
                let second = second.filter(|second| (0xdc00..0xe000).contains(second)).ok_or_else(half)?;
                char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)).ok_or_else(half)
            }
            c => Err(start.wrong(format!("`\\{}` is no escape", c.escape_debug()))),
        }
    }

    fn unit(&mut self) -> Option<u32> {
        let digits =
            self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}
