//! Values by number: each text once.

use std::collections::HashMap;

/// A value; its place in [`Values`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u32);

/// No value: what a key holds that was never written. As a text it is empty.
pub const ABSENT: ValueId = ValueId(0);

/// The texts of all values.
#[derive(Clone, Debug)]
pub struct Values {
    texts: Vec<Box<str>>,
    ids: HashMap<Box<str>, ValueId>,
}

impl Default for Values {
    fn default() -> Values {
        Values { texts: vec!["".into()], ids: HashMap::new() }
    }
}

impl Values {
    /// The number of a text. The empty text is a value, and not [`ABSENT`].
    pub fn intern(&mut self, text: &str) -> ValueId {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = ValueId(u32::try_from(self.texts.len()).expect("fewer values than four thousand millions"));
        self.texts.push(text.into());
        self.ids.insert(text.into(), id);
        id
    }

    /// The text of a value.
    pub fn text(&self, id: ValueId) -> &str {
        &self.texts[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_nothing_is_not_the_empty_text() {
        let mut values = Values::default();
        let one = values.intern("1");
        assert_eq!(values.intern("1"), one);
        assert_ne!(values.intern(""), ABSENT);
        assert_eq!((values.text(one), values.text(ABSENT)), ("1", ""));
    }
}
