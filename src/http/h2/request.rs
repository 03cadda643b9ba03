//! A request as the h2 crate wants it.

use crate::event::ErrorKind;
use crate::http::h1::check_field;
use crate::http::{Origin, Request, Trouble};
use http::{HeaderName, HeaderValue, Method, Uri};

/// The head of a request: `Host` becomes the authority, and what only HTTP/1.1 knows is refused.
pub(crate) fn head(origin: &Origin, request: &Request) -> Result<http::Request<()>, Trouble> {
    let unfit = |detail: String| Trouble::new(ErrorKind::Request, detail);
    if !request.path.starts_with('/') {
        return Err(unfit(format!("the path `{}` must begin with `/`", request.path.escape_debug())));
    }
    let own = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let authority = own.map_or_else(|| origin.authority(), |(_, value)| value.clone());
    let uri = Uri::builder()
        .scheme(if origin.tls { "https" } else { "http" })
        .authority(authority)
        .path_and_query(request.path.as_str())
        .build()
        .map_err(|error| unfit(format!("the path `{}`: {error}", request.path.escape_debug())))?;
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| unfit(format!("`{}` is not a method", request.method)))?;
    let mut head = http::Request::new(());
    (*head.method_mut(), *head.uri_mut()) = (method, uri);
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        check_field(name, value)?;
        if ["connection", "keep-alive", "upgrade"].iter().any(|other| name.eq_ignore_ascii_case(other)) {
            return Err(unfit(format!("header `{name}` does not exist in HTTP/2; remove it from the plan")));
        }
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value.as_bytes()))
        else {
            return Err(unfit(format!("header `{name}` cannot be carried by HTTP/2")));
        };
        head.headers_mut().append(name, value);
    }
    if !request.body.is_empty() || matches!(request.method, "POST" | "PUT" | "PATCH") {
        head.headers_mut().insert(http::header::CONTENT_LENGTH, HeaderValue::from(request.body.len()));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &'static str, path: &str, headers: &[(&str, &str)]) -> Request {
        let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Request { method, path: path.to_string(), headers, body: Vec::new() }
    }

    #[test]
    fn host_becomes_the_authority() {
        let origin = Origin { tls: false, host: "::1".to_string(), port: 8080 };
        let head = head(&origin, &request("POST", "/a?b", &[("X", "ü")])).expect("fit");
        assert_eq!(head.uri(), "http://[::1]:8080/a?b");
        assert_eq!(head.headers()["content-length"], "0");
        assert_eq!(head.headers()["x"].as_bytes(), "ü".as_bytes());
        let head = super::head(&origin, &request("GET", "/", &[("host", "shop")])).expect("fit");
        assert_eq!(head.uri(), "http://shop/");
        assert!(head.headers().is_empty());
    }

    #[test]
    fn what_only_http1_knows_is_refused() {
        let origin = Origin { tls: true, host: "shop".to_string(), port: 443 };
        for bad in [
            request("GET", "/", &[("Connection", "close")]),
            request("GET", "/", &[("Transfer-Encoding", "chunked")]),
            request("GET", "/", &[("X", "a\r\nb")]),
            request("GET", "x", &[]),
            request("GET", "/a b", &[]),
            request("G T", "/", &[]),
            request("GET", "/", &[("Host", "a b")]),
        ] {
            assert_eq!(head(&origin, &bad).expect_err("unfit").kind, ErrorKind::Request, "{bad:?}");
        }
    }
}
