//! The lines of a head that the parser does not take.

/// A head without its folds.
pub(super) enum Unfolded {
    /// It has none.
    Nothing,
    /// It has some, and has not come as a whole.
    Partial,
    /// The head with each fold replaced by a space, and the bytes that it took as it came.
    Whole(Vec<u8>, usize),
}

/// The lines, each with its end.
fn lines(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split_inclusive(|byte| *byte == b'\n')
}

fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Joins folded lines: a line that begins with a blank belongs to the one before (RFC 9112, section 5.2).
pub(super) fn unfold(input: &[u8]) -> Unfolded {
    let mut head: Vec<u8> = Vec::with_capacity(input.len());
    let (mut length, mut count, mut folds) = (0, 0, 0);
    for line in lines(input) {
        if !line.ends_with(b"\n") {
            break;
        }
        length += line.len();
        let inside = content(line);
        match inside.first() {
            // Empty lines may stand before the first.
            None if count == 0 => continue,
            None => {
                head.extend_from_slice(line);
                return if folds > 0 { Unfolded::Whole(head, length) } else { Unfolded::Nothing };
            }
            // The line of the status and the first field are not folded.
            Some(b' ' | b'\t') if count >= 2 => {
                head.truncate(head.trim_ascii_end().len());
                head.push(b' ');
                head.extend_from_slice(line.trim_ascii_start());
                folds += 1;
            }
            Some(_) => head.extend_from_slice(line),
        }
        count += 1;
    }
    if folds > 0 { Unfolded::Partial } else { Unfolded::Nothing }
}

/// What is wrong with the first field that is wrong.
pub(super) fn offender(input: &[u8]) -> Option<String> {
    let shown =
        |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).escape_debug().to_string();
    let token = |name: &[u8]| {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
        !name.is_empty() && name.iter().all(fits)
    };
    let mut fields = lines(input).map(content).skip_while(|line| line.is_empty());
    if !fields.next()?.starts_with(b"HTTP/1.") {
        return None;
    }
    for line in fields.take_while(|line| !line.is_empty()) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return Some(format!("`{}` is no header: it has no colon", shown(line)));
        };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        if token(name.trim_ascii_end()) && name.ends_with(b" ") || name.ends_with(b"\t") {
            let name = shown(name.trim_ascii_end());
            return Some(format!(
                "the header `{name}` has a blank before its colon (RFC 9112, section 5.1, forbids it)"
            ));
        }
        if !token(name) {
            return Some(format!("`{}` is not a header's name", shown(name)));
        }
        if value.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') {
            return Some(format!("the header `{}` has a control character in its value", shown(name)));
        }
    }
    None
}
