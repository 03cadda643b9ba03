//! A user's cookies: what RFC 6265 asks of a client that talks to one origin.

use super::date;
use crate::event::Nanos;

/// The most cookies that a user keeps; the oldest goes when another comes (RFC 6265, section 6.1, asks for 50).
const MOST: usize = 100;
/// The longest cookie that is kept, name and value together (the same section asks for 4096 bytes).
const LONGEST: usize = 4096;

#[derive(Clone, Debug, PartialEq)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    secure: bool,
    expires: Option<Nanos>,
}

/// The cookies of one user, all of the target's origin.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Jar(Vec<Cookie>);

/// Where and when a reply came, as far as its cookies care.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit<'a> {
    /// The target's host.
    pub(super) host: &'a str,
    /// The path that was asked for, with or without its query.
    pub(super) path: &'a str,
    /// When, on the run's clock.
    pub(super) now: Nanos,
    /// When, in seconds since 1970: what `Expires` is measured against.
    pub(super) wall: i64,
}

impl Jar {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes a line of a reply's `Set-Cookie`.
    pub(super) fn take(&mut self, line: &str, visit: Visit<'_>) {
        let Some((cookie, kept)) = parse(line, visit) else { return };
        self.0.retain(|known| known.name != cookie.name || known.path != cookie.path);
        if kept {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push(cookie);
        }
    }

    /// The `Cookie` header for a request; `None` where no cookie belongs to it.
    pub(super) fn header(&self, path: &str, tls: bool, now: Nanos) -> Option<String> {
        let path = without_query(path);
        let mut fitting: Vec<&Cookie> = self
            .0
            .iter()
            .filter(|cookie| (tls || !cookie.secure) && cookie.expires.is_none_or(|at| now < at))
            .filter(|cookie| path_matches(path, &cookie.path))
            .collect();
        // Longer paths first, and older cookies before younger ones: sorting keeps the order of equals.
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> =
            fitting.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        if pairs.is_empty() { None } else { Some(pairs.join("; ")) }
    }
}

/// The cookie, and whether it is one to keep (not one that says that it has expired).
fn parse(line: &str, visit: Visit<'_>) -> Option<(Cookie, bool)> {
    let mut parts = line.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty()
        || name.len() + value.len() > LONGEST
        || line.contains(|c: char| c.is_control() && c != '\t')
    {
        return None;
    }
    let mut cookie = Cookie {
        name: name.into(),
        value: value.into(),
        path: default_path(visit.path),
        secure: false,
        expires: None,
    };
    let (mut max_age, mut lifetime) = (None, None);
    for attribute in parts {
        let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
        let (key, value) = (key.trim(), value.trim());
        match () {
            () if key.eq_ignore_ascii_case("path") && value.starts_with('/') => cookie.path = value.into(),
            () if key.eq_ignore_ascii_case("secure") => cookie.secure = true,
            () if key.eq_ignore_ascii_case("max-age") => max_age = value.parse::<i64>().ok().or(max_age),
            () if key.eq_ignore_ascii_case("expires") => {
                lifetime = date::parse(value).map(|at| at - visit.wall).or(lifetime);
            }
            () if key.eq_ignore_ascii_case("domain") && !belongs(visit.host, value) => return None,
            () => {}
        }
    }
    // `Max-Age` comes before `Expires` (section 5.3).
    let seconds = max_age.or(lifetime);
    cookie.expires = seconds.map(|seconds| visit.now + Nanos(seconds.saturating_mul(1_000_000_000)));
    Some((cookie, seconds.is_none_or(|seconds| seconds > 0)))
}

fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or(path)
}

/// RFC 6265, section 5.1.4.
fn default_path(path: &str) -> String {
    match without_query(path).rfind('/') {
        None | Some(0) => "/".into(),
        Some(end) => path[..end].into(),
    }
}

/// RFC 6265, section 5.1.4.
fn path_matches(path: &str, of_cookie: &str) -> bool {
    path.strip_prefix(of_cookie)
        .is_some_and(|rest| rest.is_empty() || of_cookie.ends_with('/') || rest.starts_with('/'))
}

/// RFC 6265, section 5.1.3. There is only one origin: a wider domain changes nothing, a foreign one is refused.
fn belongs(host: &str, domain: &str) -> bool {
    let domain = domain.strip_prefix('.').unwrap_or(domain);
    let (host, domain) = (host.to_ascii_lowercase(), domain.to_ascii_lowercase());
    domain.is_empty() || host.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: Visit<'_> =
        Visit { host: "shop.example", path: "/account/login?x=/y", now: Nanos(0), wall: 784_111_777 };

    fn jar(lines: &[&str]) -> Jar {
        let mut jar = Jar::default();
        for line in lines {
            jar.take(line, VISIT);
        }
        jar
    }

    fn sent(jar: &Jar, path: &str) -> String {
        jar.header(path, false, Nanos(0)).unwrap_or_default()
    }

    #[test]
    fn cookies_come_back_where_they_belong() {
        let jar = jar(&["a=1; Path=/", "b=2", "c=3; path=/account/x; HttpOnly"]);
        assert_eq!(sent(&jar, "/"), "a=1");
        assert_eq!(sent(&jar, "/account?q=1"), "b=2; a=1");
        assert_eq!(sent(&jar, "/account/x/y"), "c=3; b=2; a=1");
        assert_eq!(sent(&jar, "/accounts"), "a=1");
    }

    #[test]
    fn a_later_cookie_replaces_an_equal_one() {
        assert_eq!(sent(&jar(&["a=1; path=/", "b=x; path=/", "a=2; path=/"]), "/"), "b=x; a=2");
    }

    #[test]
    fn cookies_expire() {
        for gone in [
            "a=; Max-Age=0",
            "a=; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
            "a=; max-age=-1; expires=Sun, 06 Nov 2094 08:49:37 GMT",
        ] {
            assert!(jar(&["a=1", gone]).is_empty(), "{gone}");
        }
        let short = jar(&["a=1; Max-Age=2; Path=/", "b=1; Path=/; Expires=Sun, 06 Nov 1994 08:49:47 GMT"]);
        let header = |seconds| short.header("/", false, Nanos::from_secs_f64(seconds));
        assert_eq!(header(1.9).as_deref(), Some("a=1; b=1"));
        assert_eq!(header(2.0).as_deref(), Some("b=1"));
        assert_eq!(header(10.0), None);
    }

    #[test]
    fn secure_cookies_need_tls_and_foreign_ones_are_refused() {
        let jar = jar(&[
            "a=1; Secure; Path=/",
            "b=1; Domain=evil.example; Path=/",
            "c=1; Domain=.example; Path=/",
            "d=1; Domain=op.example",
        ]);
        assert_eq!(jar.header("/", false, Nanos(0)).as_deref(), Some("c=1"));
        assert_eq!(jar.header("/", true, Nanos(0)).as_deref(), Some("a=1; c=1"));
    }

    #[test]
    fn nonsense_is_no_cookie_and_a_jar_has_a_bottom() {
        assert!(jar(&["", "novalue", "=x", "a=1\r\nX: y"]).is_empty());
        let long = format!("a={}", "x".repeat(5_000));
        assert!(jar(&[&long]).is_empty());
        let lines: Vec<String> = (0..150).map(|n| format!("c{n}=1; Path=/")).collect();
        let jar = jar(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(jar.0.len(), MOST);
        assert_eq!(jar.0[0].name, "c50");
    }
}
