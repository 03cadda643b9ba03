//! Paths that name exactly one place.

use crate::json::Value as Json;

/// One step of such a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    /// The member of an object.
    Member(Box<str>),
    /// The element of an array, from 0.
    Element(usize),
}

/// The places of `$.a['b'][3]`; `None` for a path of any other form (also for some rare spellings of this one, which
/// the general way reads).
pub(super) fn parse(text: &str) -> Option<Vec<Place>> {
    let mut rest = text.strip_prefix('$')?;
    let mut places = Vec::new();
    while !rest.is_empty() {
        let (place, after) = match rest.strip_prefix('.') {
            Some(named) => shorthand(named)?,
            None => bracketed(rest.strip_prefix('[')?)?,
        };
        places.push(place);
        rest = after;
    }
    Some(places)
}

/// RFC 9535's member-name-shorthand.
fn shorthand(text: &str) -> Option<(Place, &str)> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
    let end = text.find(|c| !fits(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Some((Place::Member(name.into()), rest))
}

fn bracketed(text: &str) -> Option<(Place, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = text.strip_prefix(quote) {
            let (name, rest) = quoted.split_once(quote)?;
            let plain = !name.contains(|c: char| c == '\\' || c.is_control());
            return plain.then_some((Place::Member(name.into()), rest.strip_prefix(']')?));
        }
    }
    let (digits, rest) = text.split_once(']')?;
    let plain =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    // Larger than any array; beyond this RFC 9535 knows no index.
    let index = digits.parse().ok().filter(|index| *index < 1 << 53)?;
    plain.then_some((Place::Element(index), rest))
}

/// What stands at that place of a tree.
pub(super) fn look<'a>(tree: &'a Json, places: &[Place]) -> Option<&'a Json> {
    places.iter().try_fold(tree, |tree, place| match place {
        Place::Member(name) => tree.as_object()?.get(&**name),
        Place::Element(index) => tree.as_array()?.get(*index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_forms_are_taken_and_others_left() {
        let member = |name: &str| Place::Member(name.into());
        assert_eq!(parse("$"), Some(vec![]));
        assert_eq!(
            parse("$.items[3]['a b'][\"c\"].é_1"),
            Some(vec![member("items"), Place::Element(3), member("a b"), member("c"), member("é_1")])
        );
        for text in
            ["$..a", "$.*", "$[*]", "$[-1]", "$[1:2]", "$['a','b']", "$['a\\'b']", "$.1a", "a", "$[01]", "$."]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
