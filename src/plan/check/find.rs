//! Names that must name something.

use super::Findings;
use crate::plan::nearest::instead;

/// Says so where `name` is not among the known ones.
pub(super) fn must_exist<'a>(
    found: &mut Findings<'_>,
    path: impl AsRef<str>,
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> bool {
    let exists = known.clone().into_iter().any(|one| one == name);
    if !exists {
        found.error(path, format!("there is no {what} `{name}`"), instead(name, &format!("{what}s"), known));
    }
    exists
}
