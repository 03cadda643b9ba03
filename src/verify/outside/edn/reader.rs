//! A reader of EDN values (<https://github.com/edn-format/edn>). Keywords and symbols become texts, lists, vectors and sets
//! become lists, a map's keys become texts; of a tagged value the tag is dropped, a discarded one (`#_`) is skipped.

use super::super::trouble::{Place, Trouble, short};
use super::TUPLE;
use crate::json::{Map, Number, Value};

/// Values may be nested so deep.
const DEEPEST: u32 = 64;

/// The reader, and where it is.
pub(super) struct Reader<'a> {
    name: &'a str,
    rest: &'a str,
    line: u32,
    column: u32,
    depth: u32,
}

fn ends_token(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | ';')
}

impl<'a> Reader<'a> {
    pub fn new(name: &'a str, text: &'a str) -> Reader<'a> {
        Reader::at_line(name, text, 1)
    }

    /// A reader of a text that begins in this line.
    pub fn at_line(name: &'a str, text: &'a str, line: u32) -> Reader<'a> {
        Reader { name, rest: text, line, column: 1, depth: 0 }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether a list or vector begins here.
    pub fn opens_list(&self) -> bool {
        self.rest.starts_with(['[', '('])
    }

    /// Skips what means nothing; gives the place of what comes next.
    pub fn skip(&mut self) -> Result<Place, Trouble> {
        loop {
            self.take_while(|c| c.is_whitespace() || c == ',');
            if self.rest.starts_with(';') {
                self.take_while(|c| c != '\n');
            } else if self.rest.starts_with("#_") {
                self.take(2);
                self.nested(|reader| {
                    reader.skip()?;
                    reader.value().map(|_| ())
                })?;
            } else {
                return Ok(self.here());
            }
        }
    }

    /// Gives each value of the list or vector that begins here.
    pub fn each(&mut self, give: &mut dyn FnMut(Place, Value) -> Result<(), Trouble>) -> Result<(), Trouble> {
        let close = if self.rest.starts_with('[') { ']' } else { ')' };
        self.take(1);
        loop {
            let place = self.skip()?;
            if self.rest.starts_with(close) {
                self.take(1);
                return Ok(());
            }
            let value = self.value()?;
            give(place, value)?;
        }
    }

    /// The value that begins here.
    pub fn value(&mut self) -> Result<Value, Trouble> {
        match self.rest.chars().next() {
            None => {
                Err(self
                    .wrong("the history ends in the middle of a value", "is it cut off? give the whole file"))
            }
            Some('{') => self.nested(Reader::map),
            Some('[' | '(') => self.nested(|reader| {
                let mut list = Vec::new();
                reader.each(&mut |_, value| {
                    list.push(value);
                    Ok(())
                })?;
                Ok(Value::Array(list))
            }),
            Some('"') => self.text().map(Value::String),
            Some('#') => self.nested(Reader::tagged),
            Some(c @ (')' | ']' | '}')) => {
                Err(self.wrong(format!("`{c}` closes nothing"), "look for a bracket too many before it"))
            }
            Some('\\') => {
                self.take(1);
                let first = self.take(1);
                let more = self.take_while(|c| !ends_token(c));
                Ok(Value::String(character(&format!("{first}{more}"))))
            }
            Some(_) => self.token(),
        }
    }

    fn map(&mut self) -> Result<Value, Trouble> {
        self.take(1);
        let mut map = Map::new();
        loop {
            self.skip()?;
            if self.rest.starts_with('}') {
                self.take(1);
                return Ok(Value::Object(map));
            }
            let key = match self.value()? {
                Value::String(text) => text,
                other => other.to_string(),
            };
            self.skip()?;
            if self.rest.starts_with('}') {
                return Err(self.wrong(
                    format!("the key `{}` has no value", short(&key)),
                    "a map is keys and values in turn: {:f :read, :value nil}",
                ));
            }
            let value = self.value()?;
            map.insert(key, value);
        }
    }

    /// A set, a symbolic number or a tagged value.
    fn tagged(&mut self) -> Result<Value, Trouble> {
        self.take(1);
        if self.rest.starts_with('{') {
            return self.set();
        }
        if self.rest.starts_with('#') {
            self.take(1);
            let name = self.take_while(|c| !ends_token(c)).to_owned();
            return Ok(Value::String(name));
        }
        let tag = self.take_while(|c| !ends_token(c)).to_owned();
        if tag.is_empty() {
            return Err(
                self.wrong("`#` without a tag", "write #{…} for a set, #tag value for a tagged value")
            );
        }
        self.skip()?;
        let value = self.value()?;
        if tag.ends_with("independent/tuple") || tag.ends_with("independent.Tuple") {
            return Ok(Value::Object(Map::from_iter([(TUPLE.to_owned(), value)])));
        }
        Ok(value)
    }

    fn set(&mut self) -> Result<Value, Trouble> {
        self.take(1);
        let mut list = Vec::new();
        loop {
            self.skip()?;
            if self.rest.starts_with('}') {
                self.take(1);
                return Ok(Value::Array(list));
            }
            list.push(self.value()?);
        }
    }

    fn text(&mut self) -> Result<String, Trouble> {
        let start = self.here();
        self.take(1);
        let mut text = String::new();
        loop {
            match self.rest.chars().next() {
                None => {
                    return Err(start.trouble(
                        self.name,
                        "this text has no end",
                        "close it with a quotation mark",
                    ));
                }
                Some('"') => {
                    self.take(1);
                    return Ok(text);
                }
                Some('\\') => {
                    self.take(1);
                    let escape = self.take(1).chars().next();
                    text.push(self.escaped(escape)?);
                }
                Some(c) => {
                    self.take(1);
                    text.push(c);
                }
            }
        }
    }

    fn escaped(&mut self, escape: Option<char>) -> Result<char, Trouble> {
        let known = match escape {
            Some('n') => Some('\n'),
            Some('t') => Some('\t'),
            Some('r') => Some('\r'),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some(c @ ('"' | '\\' | '/' | '\'')) => Some(c),
            Some('u') => {
                let digits = self.take(4);
                u32::from_str_radix(digits, 16).ok().map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
            }
            _ => None,
        };
        known.ok_or_else(|| {
            self.wrong(
                r"an escape that is not known",
                r#"known are \" \\ \/ \n \t \r \b \f and \u with four digits"#,
            )
        })
    }

    /// A number, a keyword, a symbol, nil, true or false.
    fn token(&mut self) -> Result<Value, Trouble> {
        let place = self.here();
        let token = self.take_while(|c| !ends_token(c));
        if let Some(keyword) = token.strip_prefix(':') {
            if keyword.is_empty() {
                return Err(place.trouble(self.name, "a keyword without a name", "write it as :name"));
            }
            return Ok(Value::String(keyword.to_owned()));
        }
        Ok(match token {
            "nil" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => number(token).unwrap_or_else(|| Value::String(token.to_owned())),
        })
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Trouble>) -> Result<T, Trouble> {
        if self.depth == DEEPEST {
            return Err(self.wrong(
                format!("values nested deeper than {DEEPEST}"),
                "no history needs that: is this the right file?",
            ));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.pass(end)
    }

    /// Takes up to so many characters.
    fn take(&mut self, count: usize) -> &'a str {
        let end = self.rest.char_indices().nth(count).map_or(self.rest.len(), |(end, _)| end);
        self.pass(end)
    }

    fn pass(&mut self, end: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at(end);
        for c in passed.chars() {
            (self.line, self.column) =
                if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.rest = rest;
        passed
    }

    fn here(&self) -> Place {
        Place { line: self.line, column: Some(self.column) }
    }

    fn wrong(&self, what: impl Into<String>, help: impl Into<String>) -> Trouble {
        self.here().trouble(self.name, what, help)
    }
}

/// A character by its name: `a`, `newline`, `u00e9`.
fn character(name: &str) -> String {
    let code = name.strip_prefix('u').filter(|code| code.len() == 4);
    let coded = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
    match (name, coded) {
        ("newline", _) => "\n".to_owned(),
        ("return", _) => "\r".to_owned(),
        ("space", _) => " ".to_owned(),
        ("tab", _) => "\t".to_owned(),
        ("backspace", _) => "\u{8}".to_owned(),
        ("formfeed", _) => "\u{c}".to_owned(),
        (_, Some(c)) => c.to_string(),
        (name, None) => name.to_owned(),
    }
}

/// A number: `12`, `-3`, `+4`, `1N`, `2.5`, `1e3`, `2.5M`.
fn number(token: &str) -> Option<Value> {
    let digits = token.strip_prefix('+').unwrap_or(token);
    let is_number = digits.strip_prefix('-').unwrap_or(digits).starts_with(|c: char| c.is_ascii_digit());
    if !is_number {
        return None;
    }
    let plain = digits.strip_suffix(['N', 'M']).unwrap_or(digits);
    Number::parse(plain).map(Value::Number)
}
