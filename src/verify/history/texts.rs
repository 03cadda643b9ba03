//! Keys and values as small numbers: each distinct text is kept once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;

/// The number of a text in [`Texts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(NonZeroU32);

impl Text {
    /// Its place in lists that have one entry per text, from 0.
    pub fn place(self) -> usize {
        self.0.get() as usize - 1
    }

    fn at(place: usize) -> Text {
        let number = u32::try_from(place + 1).ok().and_then(NonZeroU32::new);
        Text(number.expect("a record has fewer than four thousand million distinct texts"))
    }
}

/// Every distinct text of a history, one behind another in one buffer, found by open addressing: no allocation per text.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    buffer: String,
    /// The end of each text in the buffer; it begins where the one before ends.
    ends: Vec<usize>,
    /// Places of texts plus one, 0 where free; the length is a power of two and never more than half full.
    table: Vec<u32>,
}

impl Texts {
    /// The number of this text, a new one if it was not there.
    pub fn add(&mut self, text: &str) -> Text {
        if (self.ends.len() + 1) * 2 > self.table.len() {
            self.grow();
        }
        match self.slot(text) {
            Ok(found) => found,
            Err(free) => {
                self.buffer.push_str(text);
                self.ends.push(self.buffer.len());
                let new = Text::at(self.ends.len() - 1);
                self.table[free] = new.0.get();
                new
            }
        }
    }

    /// The number of this text, if it is there.
    pub fn find(&self, text: &str) -> Option<Text> {
        if self.table.is_empty() { None } else { self.slot(text).ok() }
    }

    /// The text.
    pub fn get(&self, text: Text) -> &str {
        self.at(text.place())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them.
    pub fn all(&self) -> impl ExactSizeIterator<Item = Text> + use<> {
        (0..self.ends.len()).map(Text::at)
    }

    fn at(&self, place: usize) -> &str {
        let from = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.buffer[from..self.ends[place]]
    }

    /// Where the text is, or the free slot where it belongs.
    fn slot(&self, text: &str) -> Result<Text, usize> {
        let mask = self.table.len() - 1;
        let mut slot = hash(text) & mask;
        loop {
            match NonZeroU32::new(self.table[slot]) {
                None => return Err(slot),
                Some(number) if self.at(number.get() as usize - 1) == text => return Ok(Text(number)),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(64);
        let mut table = vec![0_u32; size];
        for place in 0..self.ends.len() {
            let mut slot = hash(self.at(place)) & (size - 1);
            while table[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            table[slot] = Text::at(place).0.get();
        }
        self.table = table;
    }
}

/// The same in every run of the program.
fn hash(text: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut texts = Texts::default();
        assert_eq!(texts.find("x"), None);
        let numbers: Vec<Text> = (0..5_000).map(|number| texts.add(&format!("key-{number}"))).collect();
        for (number, text) in numbers.iter().enumerate() {
            assert_eq!(texts.get(*text), format!("key-{number}"));
            assert_eq!(texts.add(&format!("key-{number}")), *text);
            assert_eq!(text.place(), number);
        }
        assert_eq!((texts.len(), texts.find("key-5000")), (5_000, None));
    }

    #[test]
    fn the_empty_text_is_a_text() {
        let mut texts = Texts::default();
        let empty = texts.add("");
        assert_eq!((texts.get(empty), texts.find("")), ("", Some(empty)));
        assert_ne!(texts.add("a"), empty);
    }
}
