//! One line of Prometheus' text formats.

/// A line.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    /// `# …`: what stands behind the mark.
    Comment(&'a str),
    /// A series and its value.
    Sample(Series, f64),
}

/// The name of a metric, with labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) labels: Vec<(String, String)>,
}

struct Lexer<'a>(&'a str);

/// `name`, `name{label="value"}` or `{"name",label="value"}`.
pub(super) fn selector(text: &str) -> Result<Series, String> {
    let mut lexer = Lexer(text.trim());
    let series = lexer.series()?;
    lexer.end()?;
    Ok(series)
}

/// Reads a line.
pub(super) fn line(text: &str) -> Result<Line<'_>, String> {
    let mut lexer = Lexer(text);
    lexer.blanks();
    if let Some(comment) = lexer.0.strip_prefix('#') {
        return Ok(Line::Comment(comment.trim()));
    }
    let series = lexer.series()?;
    let value = lexer.value()?;
    lexer.time()?;
    if lexer.take("#") {
        lexer.blanks();
        lexer.labels(&mut Series::default())?;
        lexer.value()?;
        lexer.time()?;
    }
    lexer.end()?;
    Ok(Line::Sample(series, value))
}

impl<'a> Lexer<'a> {
    fn take(&mut self, what: &str) -> bool {
        let rest = self.0.strip_prefix(what);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn blanks(&mut self) {
        self.take_while(|c| c == ' ' || c == '\t');
    }

    fn end(&mut self) -> Result<(), String> {
        self.blanks();
        if self.0.is_empty() { Ok(()) } else { Err(format!("`{}` is not expected", shown(self.0))) }
    }

    fn series(&mut self) -> Result<Series, String> {
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let mut series = Series { name: self.take_while(name).to_owned(), labels: Vec::new() };
        if series.name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(format!("`{}` is not a metric's name", series.name));
        }
        self.blanks();
        if self.0.starts_with('{') {
            self.labels(&mut series)?;
        }
        if series.name.is_empty() {
            return Err(format!("`{}` begins with no metric's name", shown(self.0)));
        }
        Ok(series)
    }

    /// `{a="b",c="d",}`; a name in quotation marks without a value is the metric's own.
    fn labels(&mut self, series: &mut Series) -> Result<(), String> {
        if !self.take("{") {
            return Err("`{` is expected".to_owned());
        }
        loop {
            self.blanks();
            if self.take("}") {
                return Ok(());
            }
            let quoted = self.0.starts_with('"');
            let name = if quoted {
                self.quoted()?
            } else {
                self.take_while(|c| c.is_ascii_alphanumeric() || c == '_').to_owned()
            };
            if name.is_empty() {
                return Err(format!("a label's name is expected before `{}`", shown(self.0)));
            }
            self.blanks();
            if self.take("=") {
                self.blanks();
                let value = self.quoted()?;
                if series.labels.iter().any(|(known, _)| *known == name) {
                    return Err(format!("the label `{name}` twice"));
                }
                series.labels.push((name, value));
            } else if quoted && series.name.is_empty() {
                series.name = name;
            } else {
                return Err(format!("`=` is expected behind the label `{name}`"));
            }
            self.blanks();
            if !self.take(",") && !self.0.starts_with('}') {
                return Err(format!("`,` or `}}` is expected before `{}`", shown(self.0)));
            }
        }
    }

    /// A text in quotation marks, with `\\`, `\"` and `\n` undone.
    fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut chars = self.0.strip_prefix('"').ok_or("a quotation mark is expected")?.chars();
        loop {
            match chars.next() {
                None => return Err("a quotation mark has no end".to_owned()),
                Some('"') => break,
                Some('\\') => match chars.next() {
                    Some('n') => text.push('\n'),
                    Some(c @ ('"' | '\\')) => text.push(c),
                    Some(c) => text.extend(['\\', c]),
                    None => return Err("a quotation mark has no end".to_owned()),
                },
                Some(c) => text.push(c),
            }
        }
        self.0 = chars.as_str();
        Ok(text)
    }

    fn word(&mut self) -> &'a str {
        self.blanks();
        self.take_while(|c| c != ' ' && c != '\t')
    }

    fn value(&mut self) -> Result<f64, String> {
        match self.word() {
            "" => Err("a value is expected".to_owned()),
            word => number(word).ok_or_else(|| format!("`{}` is not a value", shown(word))),
        }
    }

    /// The time behind a value, which may be missing.
    fn time(&mut self) -> Result<(), String> {
        self.blanks();
        if self.0.is_empty() || self.0.starts_with('#') {
            return Ok(());
        }
        let word = self.word();
        let time = number(word).is_some_and(f64::is_finite);
        self.blanks();
        if time { Ok(()) } else { Err(format!("`{}` is not a time", shown(word))) }
    }
}

/// A number as Go's `ParseFloat` reads it, which both formats name: `NaN` and `Inf` in any case, hexadecimal too.
fn number(word: &str) -> Option<f64> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, word.strip_prefix('+').unwrap_or(word)),
    };
    match digits.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "infinity" => Some(sign * f64::INFINITY),
        other => match other.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(|number| sign * number as f64),
            None if other.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                other.parse().ok().map(|number: f64| sign * number)
            }
            None => None,
        },
    }
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
