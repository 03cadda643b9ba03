//! The chunked transfer coding (RFC 9112 section 7.1) as a state machine that may be fed in pieces of any size.

use super::Flaw;

/// The longest line that gives a chunk's size, extensions included.
const MAX_SIZE_LINE: usize = 4096;
/// The most digits of a chunk's size: 16 would still fit into 64 bits.
const MAX_DIGITS: u8 = 15;

/// Where in the coding we are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    /// In a chunk's size.
    Size,
    /// In what follows the size on its line.
    Extension,
    /// At the LF of a size line.
    SizeEnd,
    /// In the data, with so many bytes to come.
    Data(u64),
    /// At the CR after the data.
    DataCr,
    /// At the LF after the data.
    DataLf,
    /// At the beginning of a line of the trailer section.
    Trailer,
    /// In a trailer field, before its colon or after it.
    Field { colon: bool },
    /// At the LF of a trailer field.
    FieldEnd,
    /// At the last LF.
    LastLf,
    /// Behind it.
    Done,
}

/// Removes the chunked coding.
#[derive(Clone, Debug)]
pub(crate) struct Chunked {
    at: At,
    size: u64,
    digits: u8,
    line: usize,
    trailers: usize,
    max_trailers: usize,
}

impl Chunked {
    /// At the beginning of a body whose trailer section may have so many bytes.
    pub(crate) fn new(max_trailers: usize) -> Chunked {
        Chunked { at: At::Size, size: 0, digits: 0, line: 0, trailers: 0, max_trailers }
    }

    /// Whether the last chunk and the trailers have been read.
    pub(crate) fn done(&self) -> bool {
        self.at == At::Done
    }

    /// Takes the coding from the beginning of `input`; what it held goes to `body`, which may grow to `max_body` bytes.
    /// Returns how many bytes were used: all, unless the body ended.
    pub(crate) fn feed(&mut self, input: &[u8], body: &mut Vec<u8>, max_body: u64) -> Result<usize, Flaw> {
        let mut used = 0;
        while used < input.len() && self.at != At::Done {
            if let At::Data(left) = self.at {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(input.len() - used);
                body.extend_from_slice(&input[used..used + here]);
                used += here;
                let left = left - here as u64;
                self.at = if left == 0 { At::DataCr } else { At::Data(left) };
                continue;
            }
            self.at = self.step(input[used])?;
            used += 1;
            if let At::Data(size) = self.at
                && size > max_body.saturating_sub(body.len() as u64)
            {
                return Err(super::decoder::too_large(max_body));
            }
        }
        Ok(used)
    }

    fn step(&mut self, byte: u8) -> Result<At, Flaw> {
        match self.at {
            At::Size => self.size(byte),
            At::Extension => self.extension(byte),
            At::SizeEnd => {
                expect(byte, b'\n')?;
                let size = self.size;
                (self.size, self.digits, self.line) = (0, 0, 0);
                Ok(if size == 0 { At::Trailer } else { At::Data(size) })
            }
            At::DataCr => expect(byte, b'\r').map(|()| At::DataLf),
            At::DataLf => expect(byte, b'\n').map(|()| At::Size),
            At::Trailer if byte == b'\r' => Ok(At::LastLf),
            At::Trailer if byte == b':' => Err("a trailer field without a name".into()),
            At::Trailer => self.field(byte, false),
            At::Field { colon } => self.field(byte, colon),
            At::FieldEnd => expect(byte, b'\n').map(|()| At::Trailer),
            At::LastLf => expect(byte, b'\n').map(|()| At::Done),
            At::Data(_) | At::Done => Ok(self.at),
        }
    }

    fn size(&mut self, byte: u8) -> Result<At, Flaw> {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'\r' if self.digits > 0 => return Ok(At::SizeEnd),
            b';' | b' ' | b'\t' if self.digits > 0 => return Ok(At::Extension),
            _ => return Err(format!("byte 0x{byte:02x} in a chunk's size").into()),
        };
        if self.digits == MAX_DIGITS {
            return Err("a chunk's size has too many digits".into());
        }
        self.digits += 1;
        self.size = self.size << 4 | u64::from(digit);
        Ok(At::Size)
    }

    fn extension(&mut self, byte: u8) -> Result<At, Flaw> {
        self.line += 1;
        if self.line > MAX_SIZE_LINE {
            return Err(format!("a chunk's extensions are longer than {MAX_SIZE_LINE} bytes").into());
        }
        match byte {
            b'\r' => Ok(At::SizeEnd),
            byte if is_control(byte) => Err(format!("byte 0x{byte:02x} in a chunk's extension").into()),
            _ => Ok(At::Extension),
        }
    }

    fn field(&mut self, byte: u8, colon: bool) -> Result<At, Flaw> {
        self.trailers += 1;
        if self.trailers > self.max_trailers {
            return Err(format!("the trailers are longer than {} bytes", self.max_trailers).into());
        }
        match byte {
            b'\r' if colon => Ok(At::FieldEnd),
            byte if is_control(byte) => Err(format!("byte 0x{byte:02x} in a trailer field").into()),
            b' ' | b'\t' if !colon => Err("white space in the name of a trailer field".into()),
            _ => Ok(At::Field { colon: colon || byte == b':' }),
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' || byte == 0x7f
}

/// A lone LF is not a line end here: what one party takes for data and another for a line is how requests get smuggled.
fn expect(byte: u8, expected: u8) -> Result<(), Flaw> {
    if byte == expected {
        return Ok(());
    }
    Err(format!("byte 0x{byte:02x} where a chunk or its line should end").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, max_body: u64) -> Result<(Vec<u8>, usize, bool), Flaw> {
        let (mut chunked, mut body) = (Chunked::new(64), Vec::new());
        let used = chunked.feed(text.as_bytes(), &mut body, max_body)?;
        Ok((body, used, chunked.done()))
    }

    #[test]
    fn extensions_and_trailers_are_read_over() {
        let text = "4;a=\"b;c\"\r\nWiki\r\n5 ; x\r\npedia\r\n000\r\nA: 1\r\nB:\r\n\r\nnext";
        assert_eq!(all(text, 9), Ok((b"Wikipedia".to_vec(), text.len() - 4, true)));
    }

    #[test]
    fn every_deviation_is_refused() {
        for text in [
            "\r\n",
            ";x\r\n",
            "g\r\n",
            "-1\r\n",
            "0x1\r\n",
            "1\nA\r\n",
            "1\r\rA",
            "1\r\nAB",
            "1\r\nA\n0\r\n\r\n",
            "1;\x01\r\nA",
            "0\r\n: x\r\n\r\n",
            "0\r\nno colon\r\n\r\n",
            "0\r\na: b\n\r\n",
            "0\r\n\rx",
            "1234567890123456\r\n",
        ] {
            assert!(all(text, 1 << 40).is_err(), "{text:?}");
        }
    }

    #[test]
    fn limits_hold() {
        assert!(all("5\r\n", 4).is_err());
        assert!(all("3\r\nabc\r\n2\r\n", 4).is_err());
        assert!(all("3\r\nabc\r\n1\r\n", 4).is_ok());
        assert!(all(&format!("0\r\na:{}\r\n\r\n", "b".repeat(61)), 0).is_ok());
        assert!(all(&format!("0\r\na:{}\r\n\r\n", "b".repeat(62)), 0).is_err());
        assert!(all(&format!("1;{}", "x".repeat(MAX_SIZE_LINE)), 9).is_ok());
        assert!(all(&format!("1;{}", "x".repeat(MAX_SIZE_LINE + 1)), 9).is_err());
    }
}
