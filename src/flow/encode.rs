//! How a text is written so that its place takes it as it is meant.

use crate::json::push_escaped;

/// The place that a text goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it stands: headers, text bodies, comparisons.
    Plain,
    /// In a path: only what must not stand in a request line is percent-encoded, so that a value may hold whole
    /// paths (`/orders/7?full=1`).
    Target,
    /// In a query parameter: everything but RFC 3986's unreserved characters is percent-encoded.
    Component,
    /// In a form: as `application/x-www-form-urlencoded` wants it (WHATWG URL standard, section 5.2).
    Form,
    /// Inside a JSON string.
    JsonText,
    /// As a JSON value of its own: a text gets its quotes.
    JsonValue,
}

/// Appends `text`, encoded for its place.
pub(super) fn push(out: &mut String, text: &str, encoding: Encoding) {
    match encoding {
        Encoding::Plain => out.push_str(text),
        Encoding::Target => percent(out, text, stands_in_target, false),
        Encoding::Component => percent(out, text, is_unreserved, false),
        Encoding::Form => percent(out, text, stands_in_form, true),
        Encoding::JsonText => push_escaped(out, text),
        Encoding::JsonValue => {
            out.push('"');
            push_escaped(out, text);
            out.push('"');
        }
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn stands_in_form(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'-' | b'.' | b'_')
}

fn stands_in_target(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
}

fn percent(out: &mut String, text: &str, stands: fn(u8) -> bool, plus: bool) {
    if text.bytes().all(stands) {
        out.push_str(text);
        return;
    }
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if stands(byte) {
            out.push(char::from(byte));
        } else if plus && byte == b' ' {
            out.push('+');
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(text: &str, encoding: Encoding) -> String {
        let mut out = String::new();
        push(&mut out, text, encoding);
        out
    }

    #[test]
    fn each_place_has_its_own_rules() {
        let text = "a b/ü?&=%+~";
        assert_eq!(encoded(text, Encoding::Plain), text);
        assert_eq!(encoded(text, Encoding::Target), "a%20b/%C3%BC?&=%+~");
        assert_eq!(encoded(text, Encoding::Component), "a%20b%2F%C3%BC%3F%26%3D%25%2B~");
        assert_eq!(encoded(text, Encoding::Form), "a+b%2F%C3%BC%3F%26%3D%25%2B%7E");
    }

    #[test]
    fn a_path_cannot_break_out_of_the_request_line() {
        assert_eq!(encoded("/a\r\nHost: evil#x", Encoding::Target), "/a%0D%0AHost:%20evil%23x");
    }

    proptest! {
        #[test]
        fn json_text_reads_back(text in any::<String>()) {
            let read: String = serde_json::from_str(&encoded(&text, Encoding::JsonValue)).expect("is JSON");
            prop_assert_eq!(read, text);
        }

        #[test]
        fn forms_read_back(text in any::<String>()) {
            let body = format!("k={}", encoded(&text, Encoding::Form));
            let read: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
            prop_assert_eq!(read[0].1.as_ref(), text.as_str());
        }
    }
}
