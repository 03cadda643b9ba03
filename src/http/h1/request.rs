//! What is written for a request.

use crate::event::ErrorKind;
use crate::http::{Origin, Request, Trouble};

/// Bodies up to this size are copied behind the head, so that one write carries both.
const JOINED: usize = 32 << 10;

/// Appends head and, if it is small, body. Returns whether the body is in.
///
/// # Errors
/// [`ErrorKind::Request`] if the request cannot be written without changing its meaning; nothing has been written then.
pub(crate) fn write(out: &mut Vec<u8>, origin: &Origin, request: &Request) -> Result<bool, Trouble> {
    if !is_token(request.method.as_bytes()) {
        return Err(unfit(format!("`{}` is not a method", request.method)));
    }
    if !request.path.starts_with('/') || has_control(request.path.as_bytes(), b' ' + 1) {
        return Err(unfit(format!(
            "the path `{}` must begin with `/` and hold no spaces or control characters; percent-encode them",
            request.path.escape_debug()
        )));
    }
    out.extend_from_slice(request.method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(request.path.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        host(out, origin);
    }
    for (name, value) in &request.headers {
        check_field(name, value)?;
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    if !request.body.is_empty() || matches!(request.method, "POST" | "PUT" | "PATCH") {
        out.extend_from_slice(b"Content-Length: ");
        decimal(out, request.body.len() as u64);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
    let joined = request.body.len() <= JOINED;
    if joined {
        out.extend_from_slice(&request.body);
    }
    Ok(joined)
}

/// Whether a header field may be sent: a token and text without control characters, and not one by which the connection
/// says where a request ends.
pub(crate) fn check_field(name: &str, value: &str) -> Result<(), Trouble> {
    if !is_token(name.as_bytes()) {
        return Err(unfit(format!("`{}` is not the name of a header", name.escape_debug())));
    }
    if has_control(value.as_bytes(), b' ') {
        return Err(unfit(format!(
            "the value of header `{name}` holds a line end or another control character"
        )));
    }
    let framing = match name.len() {
        14 => name.eq_ignore_ascii_case("content-length"),
        17 => name.eq_ignore_ascii_case("transfer-encoding"),
        _ => false,
    };
    if framing {
        return Err(unfit(format!("header `{name}` is made by the connection; remove it from the plan")));
    }
    Ok(())
}

fn unfit(detail: String) -> Trouble {
    Trouble::new(ErrorKind::Request, detail)
}

fn host(out: &mut Vec<u8>, origin: &Origin) {
    let bracketed = origin.host.contains(':');
    out.extend_from_slice(if bracketed { b"Host: [" } else { b"Host: " });
    out.extend_from_slice(origin.host.as_bytes());
    if bracketed {
        out.push(b']');
    }
    if origin.port != origin.default_port() {
        out.push(b':');
        decimal(out, u64::from(origin.port));
    }
    out.extend_from_slice(b"\r\n");
}

/// Whether a byte lies below `lowest` (tabs apart) or is DEL. No early exit: that lets the compiler look at many at once.
fn has_control(text: &[u8], lowest: u8) -> bool {
    let tab_is_fine = lowest <= b' ';
    text.iter().fold(false, |found, byte| {
        found | ((*byte < lowest) & !(tab_is_fine & (*byte == b'\t'))) | (*byte == 0x7f)
    })
}

fn is_token(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

fn decimal(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0u8; 20];
    let (mut place, mut rest) = (digits.len(), number);
    loop {
        place -= 1;
        digits[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[place..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(host: &str, port: u16) -> Origin {
        Origin { tls: false, host: host.to_string(), port }
    }

    fn text(origin: &Origin, request: &Request) -> Result<(String, bool), Trouble> {
        let mut out = Vec::new();
        let joined = write(&mut out, origin, request)?;
        Ok((String::from_utf8(out).expect("text"), joined))
    }

    fn request(method: &'static str, path: &str, headers: &[(&str, &str)], body: &str) -> Request {
        Request {
            method,
            path: path.to_string(),
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn the_connection_adds_host_and_length() {
        for (origin, request, expected) in [
            (
                origin("shop", 80),
                request("GET", "/a?b=c", &[], ""),
                "GET /a?b=c HTTP/1.1\r\nHost: shop\r\n\r\n",
            ),
            (
                origin("::1", 8080),
                request("POST", "/", &[("A", "ü\t1")], ""),
                "POST / HTTP/1.1\r\nHost: [::1]:8080\r\nA: ü\t1\r\nContent-Length: 0\r\n\r\n",
            ),
            (
                origin("shop", 65535),
                request("DELETE", "/", &[("HOST", "other")], "body"),
                "DELETE / HTTP/1.1\r\nHOST: other\r\nContent-Length: 4\r\n\r\nbody",
            ),
        ] {
            assert_eq!(text(&origin, &request), Ok((expected.to_string(), true)));
        }
    }

    #[test]
    fn a_large_body_is_not_copied() {
        let (text, joined) =
            text(&origin("shop", 80), &request("PUT", "/", &[], &"x".repeat(JOINED + 1))).expect("fit");
        assert!(!joined);
        assert!(text.ends_with("Content-Length: 32769\r\n\r\n"), "{text}");
    }

    #[test]
    fn nothing_that_could_be_read_as_another_request_is_written() {
        let shop = origin("shop", 80);
        for bad in [
            request("GET", "", &[], ""),
            request("GET", "http://other/", &[], ""),
            request("GET", "/a b", &[], ""),
            request("GET", "/a\r\nX: 1", &[], ""),
            request("GET", "/\x7f", &[], ""),
            request("GET", "/\t", &[], ""),
            request("GE T", "/", &[], ""),
            request("", "/", &[], ""),
            request("GET", "/", &[("X", "1\r\nY: 2")], ""),
            request("GET", "/", &[("X\n", "1")], ""),
            request("GET", "/", &[("", "1")], ""),
            request("GET", "/", &[("content-length", "1")], ""),
            request("GET", "/", &[("Transfer-Encoding", "chunked")], ""),
        ] {
            assert_eq!(text(&shop, &bad).expect_err(&format!("{bad:?}")).kind, ErrorKind::Request, "{bad:?}");
        }
    }
}
