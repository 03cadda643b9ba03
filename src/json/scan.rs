//! One pass over a JSON text: everything is checked, only what is wanted is kept.

use super::number::grammar;
use super::text::without_bom;
use super::{DEEPEST, JsonError, Map, Number, Value};
use std::borrow::Cow;

/// A place in a text that is read.
pub(super) struct Scanner<'a> {
    /// The whole text, for places.
    whole: &'a [u8],
    /// The text that is read: valid UTF-8, without a byte order mark.
    text: &'a str,
    at: usize,
    depth: usize,
}

const CUT: &str = "the text ends in the middle of a value";

impl<'a> Scanner<'a> {
    /// At the beginning of a text, which must be UTF-8.
    pub(super) fn new(whole: &'a [u8]) -> Result<Scanner<'a>, JsonError> {
        let bytes = without_bom(whole);
        let mark = whole.len() - bytes.len();
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = mark + error.valid_up_to();
            JsonError::at(whole, at, format!("the byte 0x{:02x} is not UTF-8", whole[at]))
        })?;
        Ok(Scanner { whole, text, at: 0, depth: 0 })
    }

    /// The error that this is wrong here.
    #[cold]
    fn wrong(&self, at: usize, what: impl Into<String>) -> JsonError {
        JsonError::at(self.whole, self.whole.len() - self.text.len() + at, what)
    }

    /// The error that something else than this stands here.
    #[cold]
    fn expected(&self, what: &str) -> JsonError {
        match self.text[self.at..].chars().next() {
            None => self.wrong(self.at, CUT),
            Some(c) => {
                self.wrong(self.at, format!("{what} is expected, and `{}` stands there", c.escape_debug()))
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes blanks and gives what comes then.
    pub(super) fn blanks(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }

    /// Whether nothing but blanks is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.blanks().is_none()
    }

    /// Nothing but blanks may be left.
    pub(super) fn end(&mut self) -> Result<(), JsonError> {
        match self.is_at_end() {
            true => Ok(()),
            false => Err(self.wrong(self.at, "something follows the JSON value")),
        }
    }

    /// The byte where the next value begins, in the whole text.
    pub(super) fn next_at(&mut self) -> usize {
        self.blanks();
        self.whole.len() - self.text.len() + self.at
    }

    /// The value that comes next, as a tree.
    pub(super) fn value(&mut self) -> Result<Value, JsonError> {
        match self.blanks() {
            Some(b'"') => Ok(Value::String(self.string()?.into_owned())),
            Some(b'{') => {
                let mut map = Map::new();
                self.object(|scanner, name| {
                    let value = scanner.value()?;
                    map.insert(name.into_owned(), value);
                    Ok(())
                })?;
                Ok(Value::Object(map))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.array(|scanner, _| {
                    list.push(scanner.value()?);
                    Ok(())
                })?;
                Ok(Value::Array(list))
            }
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(Number::of_valid(self.number()?))),
            _ => self.word(),
        }
    }

    /// Passes the value that comes next. It is checked like any other.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        match self.blanks() {
            Some(b'"') => self.skip_string().map(|_| ()),
            Some(b'{') => self.object(|scanner, _| scanner.skip()),
            Some(b'[') => self.array(|scanner, _| scanner.skip()),
            Some(b'-' | b'0'..=b'9') => self.number().map(|_| ()),
            _ => self.word().map(|_| ()),
        }
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        let words = [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)];
        let rest = &self.text.as_bytes()[self.at..];
        for (word, value) in words {
            if rest.starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("a value"))
    }

    fn number(&mut self) -> Result<&'a str, JsonError> {
        let rest = &self.text[self.at..];
        let Some(length) = grammar(rest.as_bytes()) else {
            let end = rest
                .find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
                .unwrap_or(rest.len());
            let shown: String = rest[..end].chars().take(40).collect();
            return Err(self.wrong(self.at, format!("`{shown}` is not a number")));
        };
        self.at += length;
        Ok(&rest[..length])
    }

    fn open(&mut self) -> Result<(), JsonError> {
        if self.depth == DEEPEST {
            return Err(self.wrong(self.at, format!("arrays and objects are nested deeper than {DEEPEST}")));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.at += 1;
    }

    /// The object that begins here: `each` reads or passes the value of the member of this name.
    #[inline]
    pub(super) fn object(
        &mut self,
        mut each: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open()?;
        if self.blanks() == Some(b'}') {
            self.close();
            return Ok(());
        }
        loop {
            if self.blanks() != Some(b'"') {
                return Err(self.expected("the name of a member, in quotation marks,"));
            }
            let name = self.string()?;
            if self.blanks() != Some(b':') {
                return Err(self.expected("`:`"));
            }
            self.at += 1;
            each(self, name)?;
            match self.blanks() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.close();
                    return Ok(());
                }
                _ => return Err(self.expected("`,` or `}`")),
            }
        }
    }

    /// The array that begins here: `each` reads or passes the element with this number.
    #[inline]
    pub(super) fn array(
        &mut self,
        mut each: impl FnMut(&mut Self, usize) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open()?;
        if self.blanks() == Some(b']') {
            self.close();
            return Ok(());
        }
        for index in 0.. {
            each(self, index)?;
            match self.blanks() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.close();
                    return Ok(());
                }
                _ => return Err(self.expected("`,` or `]`")),
            }
        }
        Ok(())
    }

    /// The string that begins here, without a copy where nothing is escaped.
    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let start = self.at;
        let (inside, escaped) = self.skip_string()?;
        if escaped { self.unescaped(inside, start + 1).map(Cow::Owned) } else { Ok(Cow::Borrowed(inside)) }
    }

    /// Passes the string that begins here: what stands between its quotation marks, and whether anything is escaped.
    fn skip_string(&mut self) -> Result<(&'a str, bool), JsonError> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut escaped = false;
        let mut at = start;
        loop {
            at += plain(&bytes[at..]);
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?.1;
                }
                Some(byte) => {
                    return Err(
                        self.wrong(at, format!("the control character U+{byte:04X} stands in a string"))
                    );
                }
                None => return Err(self.wrong(at, "the text ends in the middle of a string")),
            }
        }
        self.at = at + 1;
        Ok((&self.text[start..at], escaped))
    }

    /// The character that the escape at this place stands for, and the place behind it.
    fn escape(&self, at: usize) -> Result<(char, usize), JsonError> {
        let plain = match self.text.as_bytes().get(at + 1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'u') => return self.unicode(at),
            Some(_) => {
                let shown: String = self.text[at..].chars().take(2).collect();
                return Err(self.wrong(at, format!("`{}` is no escape", shown.escape_debug())));
            }
            None => return Err(self.wrong(at, "the text ends in the middle of a string")),
        };
        Ok((plain, at + 2))
    }

    fn unicode(&self, at: usize) -> Result<(char, usize), JsonError> {
        let unit = |at: usize| {
            let digits = self.text.as_bytes().get(at..at + 6).filter(|escape| escape.starts_with(b"\\u"))?;
            digits[2..]
                .iter()
                .try_fold(0_u32, |code, digit| Some(code << 4 | char::from(*digit).to_digit(16)?))
        };
        let Some(first) = unit(at) else { return Err(self.wrong(at, "`\\u` wants four hexadecimal digits")) };
        if let Some(c) = char::from_u32(first) {
            return Ok((c, at + 6));
        }
        let second = unit(at + 6).filter(|second| (0xdc00..0xe000).contains(second));
        match second {
            Some(second) if first < 0xdc00 => {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                Ok((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), at + 12))
            }
            _ => {
                Err(self.wrong(at, format!("`\\u{first:04x}` is half of a surrogate pair: no text holds it")))
            }
        }
    }

    #[cold]
    fn unescaped(&self, inside: &str, start: usize) -> Result<String, JsonError> {
        let mut text = String::with_capacity(inside.len());
        let (mut at, end) = (start, start + inside.len());
        while let Some(length) = self.text[at..end].find('\\') {
            text.push_str(&self.text[at..at + length]);
            let (c, behind) = self.escape(at + length)?;
            text.push(c);
            at = behind;
        }
        text.push_str(&self.text[at..end]);
        Ok(text)
    }
}

/// How many bytes at the beginning are neither a quotation mark nor a backslash nor a control character; eight at a time.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let is = |byte: u8| {
            let other = word ^ (ONES * u64::from(byte));
            other.wrapping_sub(ONES) & !other
        };
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (control | is(b'"') | is(b'\\')) & (ONES << 7);
        // The lowest mark is true: a borrow goes upwards only.
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    rest.map_or(bytes.len(), |place| at + place)
}
