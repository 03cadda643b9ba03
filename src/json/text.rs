//! Text around and inside JSON.

use std::fmt::Write;

/// The UTF-8 byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text without a byte order mark at its beginning. Every file and body that is read accepts one there and passes it
/// over (RFC 8259, section 8.1, lets a JSON reader do so); anywhere else it is a character like others.
pub fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// Appends `text` as it stands between the quotation marks of a JSON string.
pub fn push_escaped(out: &mut String, text: &str) {
    let mut done = 0;
    for (place, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[done..place]);
        if short.is_empty() {
            write!(out, "\\u{byte:04x}").expect("writing to a String does not fail");
        } else {
            out.push_str(short);
        }
        done = place + 1;
    }
    out.push_str(&text[done..]);
}
