//! CSV by RFC 4180: what its grammar does not have is an error with its place, never a guess.

use super::RowError;
use crate::json::without_bom;

/// One record: its fields, and the line where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The line, from 1.
    pub line: u64,
    /// The fields, quotation marks undone.
    pub fields: Vec<String>,
}

/// Reads CSV: fields between commas, records between line ends (LF, CRLF or CR). A field in quotation marks may hold commas,
/// line ends and, doubled, quotation marks. A byte order mark at the beginning and lines that are empty are passed over.
/// Every record has as many fields as the first.
///
/// # Errors
/// If a quotation mark is not closed (told where it was opened), something stands behind a closed one, a record has another
/// number of fields, or the text is not UTF-8.
pub fn csv(text: &[u8]) -> Result<Vec<Record>, RowError> {
    let text = without_bom(text);
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = String::from_utf8_lossy(&text[..error.valid_up_to()]).into_owned();
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
        RowError { line, column: Some(column), what: "not UTF-8".to_owned() }
    })?;
    let mut reader = Reader { text, at: 0, line: 1, line_start: 0 };
    let mut records: Vec<Record> = Vec::new();
    while let Some(record) = reader.record()? {
        let columns = records.first().map_or(record.fields.len(), |first| first.fields.len());
        if record.fields.len() != columns {
            let what = format!("{} values where the first line names {columns} columns", record.fields.len());
            return Err(RowError { line: record.line, column: None, what });
        }
        records.push(record);
    }
    Ok(records)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u64,
    /// Where the line begins.
    line_start: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes a line end, if one stands here.
    fn line_end(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let length = if rest.starts_with(b"\r\n") {
            2
        } else {
            usize::from(matches!(rest.first(), Some(b'\n' | b'\r')))
        };
        if length > 0 {
            self.at += length;
            self.line += 1;
            self.line_start = self.at;
        }
        length > 0
    }

    fn column(&self) -> u64 {
        self.text[self.line_start..self.at].chars().count() as u64 + 1
    }

    fn record(&mut self) -> Result<Option<Record>, RowError> {
        while self.line_end() {}
        if self.peek().is_none() {
            return Ok(None);
        }
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            fields.push(if self.peek() == Some(b'"') { self.quoted()? } else { self.plain() });
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.line_end();
        Ok(Some(Record { line, fields }))
    }

    fn plain(&mut self) -> String {
        let rest = &self.text[self.at..];
        let end = rest.find([',', '\n', '\r']).unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    fn quoted(&mut self) -> Result<String, RowError> {
        let (line, column) = (self.line, self.column());
        let mut field = String::new();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let end = rest.find(['"', '\n', '\r']).ok_or_else(|| RowError {
                line,
                column: Some(column),
                what: "the quotation mark that opens here is never closed".to_owned(),
            })?;
            field.push_str(&rest[..end]);
            self.at += end;
            let start = self.at;
            if self.line_end() {
                field.push_str(&self.text[start..self.at]);
                continue;
            }
            self.at += 1;
            match self.peek() {
                Some(b'"') => {
                    field.push('"');
                    self.at += 1;
                }
                None | Some(b',' | b'\n' | b'\r') => return Ok(field),
                Some(_) => {
                    let what = "something stands behind the closing quotation mark; double a quotation mark that belongs to the value";
                    return Err(RowError {
                        line: self.line,
                        column: Some(self.column()),
                        what: what.to_owned(),
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        csv(text.as_bytes()).expect(text).into_iter().map(|record| record.fields).collect()
    }

    #[test]
    fn fields_and_quotation_marks() {
        assert_eq!(
            fields("\u{feff}a,b\r\n\"x, y\",\"he said \"\"no\"\"\"\n\n1,\"two\nlines\"\rü,5\" pipe"),
            [["a", "b"], ["x, y", "he said \"no\""], ["1", "two\nlines"], ["ü", "5\" pipe"]]
        );
        assert_eq!(fields("a,\n,\"\"\n"), [["a", ""], ["", ""]]);
        assert!(fields("").is_empty());
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, wanted) in [
            ("name,note\nann,x\nbob,\"y\ncid,z\n", "3:5: the quotation mark that opens here is never closed"),
            ("a,b\n1\n", "2: 1 values where the first line names 2 columns"),
            ("a\n\"x\"y\n", "2:4: something stands behind the closing quotation mark"),
        ] {
            let error = csv(text.as_bytes()).expect_err(text).to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
        assert_eq!(csv(b"a\nb\xff").expect_err("Latin-1").to_string(), "2:2: not UTF-8");
    }

    /// Python's `csv`, which is strict where it is asked to be.
    #[test]
    fn python_reads_the_same() {
        let script = "import sys, csv, io, json\nfor line in sys.stdin:\n  try: print(json.dumps([r for r in csv.reader(io.StringIO(json.loads(line), newline=''), strict=True) if r]))\n  except csv.Error: print('null')";
        let texts = [
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n",
            "\"a\"\"b\",c\n\"x\ny\",\"\"\n",
            "a\n\"b\n",
            "a\n\"b\"c\n",
            "a,\"b,c\"\n",
            "a b,c\"d\n",
            "\n\na\n\nb\n",
            "ü,\"é,\"\n1,2",
            "\"\"\n\"\"\"\"\n",
            "a\n\"",
            ",\n,",
        ];
        let input: String = texts.iter().map(|text| format!("{}\n", serde_json::json!(text))).collect();
        let Some(printed) = crate::python::run(script, &input) else { return };
        for (text, theirs) in texts.iter().zip(printed.lines()) {
            let theirs: Option<Vec<Vec<String>>> = serde_json::from_str(theirs).expect("JSON");
            let ours = csv(text.as_bytes())
                .ok()
                .map(|records| records.into_iter().map(|one| one.fields).collect::<Vec<_>>());
            assert_eq!(ours, theirs, "{text:?}");
        }
        assert_eq!(printed.lines().count(), texts.len());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec(prop::collection::vec("[a\",\n\r é]{0,6}", 2), 1..6)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let text: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
            prop_assert_eq!(fields(&text.join("\n")), rows);
        }

        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), any::<u8>()], 0..40)) {
            let _ = csv(&bytes);
        }
    }
}
