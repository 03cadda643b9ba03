//! Where a message's body ends, found while it streams by. The bytes are looked at and never touched.

/// A body that is under way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body(State);

#[derive(Clone, Debug, PartialEq)]
enum State {
    Done,
    /// So many bytes follow.
    Length(u64),
    UntilClose,
    /// The line with a chunk's size: so far, and whether its digits are over.
    Size {
        size: u64,
        digits: u8,
        extension: bool,
    },
    /// The chunk's data, and the line end after it.
    Data(u64),
    /// A trailer line; so many bytes of it.
    Trailer(u64),
}

/// It is not what it said it would be.
#[derive(Debug, PartialEq)]
pub(super) struct Malformed;

const SIZE: State = State::Size { size: 0, digits: 0, extension: false };

impl Body {
    pub(super) fn none() -> Body {
        Body(State::Done)
    }

    pub(super) fn length(length: u64) -> Body {
        Body(if length == 0 { State::Done } else { State::Length(length) })
    }

    pub(super) fn chunked() -> Body {
        Body(SIZE)
    }

    pub(super) fn until_close() -> Body {
        Body(State::UntilClose)
    }

    pub(super) fn is_done(&self) -> bool {
        self.0 == State::Done
    }

    pub(super) fn ends_with_connection(&self) -> bool {
        self.0 == State::UntilClose
    }

    /// How many of these bytes belong to it. They count as seen.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let mut taken = 0;
        while taken < bytes.len() && !self.is_done() {
            taken += self.step(&bytes[taken..])?;
        }
        Ok(taken)
    }

    fn step(&mut self, bytes: &[u8]) -> Result<usize, Malformed> {
        let all = bytes.len();
        match &mut self.0 {
            State::Done => Ok(0),
            State::UntilClose => Ok(all),
            State::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(all);
                *left -= taken as u64;
                if *left == 0 {
                    self.0 = State::Done;
                }
                Ok(taken)
            }
            State::Data(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(all);
                *left -= taken as u64;
                if *left == 0 {
                    self.0 = SIZE;
                }
                Ok(taken)
            }
            State::Size { .. } => self.size(bytes[0]).map(|()| 1),
            State::Trailer(line) => {
                match bytes[0] {
                    b'\n' if *line == 0 => self.0 = State::Done,
                    b'\n' => *line = 0,
                    b'\r' => {}
                    _ => *line += 1,
                }
                Ok(1)
            }
        }
    }

    fn size(&mut self, byte: u8) -> Result<(), Malformed> {
        let State::Size { size, digits, extension } = &mut self.0 else { return Err(Malformed) };
        match byte {
            b'\n' if *digits == 0 => return Err(Malformed),
            b'\n' if *size == 0 => self.0 = State::Trailer(0),
            // The data and the line end after it.
            b'\n' => self.0 = State::Data(size.checked_add(2).ok_or(Malformed)?),
            b'\r' => *extension = true,
            _ if *extension => {}
            b';' | b' ' | b'\t' if *digits > 0 => *extension = true,
            _ => {
                let digit = char::from(byte).to_digit(16).ok_or(Malformed)?;
                if *digits == 16 {
                    return Err(Malformed);
                }
                *digits += 1;
                *size = *size << 4 | u64::from(digit);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of `text` belongs to the body, read in pieces of `piece` bytes.
    fn taken(mut body: Body, text: &str, piece: usize) -> Result<usize, Malformed> {
        let mut all = 0;
        for bytes in text.as_bytes().chunks(piece) {
            let taken = body.take(bytes)?;
            all += taken;
            if taken < bytes.len() {
                break;
            }
        }
        Ok(all)
    }

    #[test]
    fn the_end_is_found_in_pieces_of_any_size() {
        let chunked = "4;x=\"y\"\r\nWiki\r\n6\r\npedia \r\nA\r\n0123456789\r\n0\r\nTrailer: a\r\n\r\n";
        for piece in 1..chunked.len() {
            for (body, text) in [
                (Body::chunked(), chunked),
                (Body::chunked(), "0\r\n\r\n"),
                (Body::chunked(), "1\nx\r\n0\n\n"),
                (Body::length(5), "hello"),
                (Body::none(), ""),
            ] {
                assert_eq!(
                    taken(body, &format!("{text}GET / HTTP/1.1"), piece),
                    Ok(text.len()),
                    "{text} by {piece}"
                );
            }
            assert_eq!(taken(Body::until_close(), chunked, piece), Ok(chunked.len()));
        }
    }

    #[test]
    fn what_is_no_chunk_is_told() {
        for text in ["x\r\n", "\r\n", "11111111111111111\r\n", "ffffffffffffffff\r\n"] {
            assert_eq!(taken(Body::chunked(), text, 3), Err(Malformed), "{text}");
        }
    }
}
