//! Sessions in a signed cookie: `user.expires.signature`. The instance keeps nothing; so it cannot end one early, either.

use crate::ids::seal;
use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// See the file's head.
pub(super) struct Cookies {
    secret: String,
    lifetime: Duration,
}

impl Cookies {
    pub(super) fn new(secret: &str, lifetime: Duration) -> Cookies {
        Cookies { secret: secret.to_owned(), lifetime }
    }

    /// A token for this user.
    pub(super) fn begin(&self, user: &str) -> String {
        let content = format!("{user}.{}", (now() + self.lifetime).as_secs());
        let signature = self.signature(&content);
        format!("{content}.{signature}")
    }

    /// The user of a token that we signed and that still holds.
    pub(super) fn user(&self, token: &str) -> Option<String> {
        let (content, signature) = token.rsplit_once('.')?;
        // Compared in full, whatever the first difference: the time tells nothing.
        let wanted = self.signature(content);
        let same = wanted.len() == signature.len()
            && wanted.bytes().zip(signature.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0;
        let (user, expires) = content.rsplit_once('.')?;
        let expires = Duration::from_secs(expires.parse().ok()?);
        (same && now() < expires).then(|| user.to_owned())
    }

    fn signature(&self, content: &str) -> String {
        seal(&self.secret, content.as_bytes()).iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_we_signed_and_what_still_holds_is_believed() {
        let cookies = Cookies::new("secret", Duration::from_secs(60));
        let token = cookies.begin("ann.b");
        assert_eq!(cookies.user(&token).as_deref(), Some("ann.b"));
        assert_eq!(cookies.user(&token.replace("ann", "bob")), None);
        assert_eq!(Cookies::new("another", Duration::from_secs(60)).user(&token), None);
        let over = Cookies::new("secret", Duration::ZERO).begin("ann");
        assert_eq!(cookies.user(&over), None);
        assert_eq!(cookies.user("nonsense"), None);
    }
}
