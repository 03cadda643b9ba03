//! Reads the question of a DNS message.

/// The first question of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::netfault) struct Question {
    /// The name, in lower case, without a dot at the end.
    pub name: String,
    /// Where the question ends in the message.
    pub end: usize,
}

const HEADER: usize = 12;

impl Question {
    /// `None`: the message is no query, or no question can be read.
    pub(in crate::netfault) fn read(message: &[u8]) -> Option<Question> {
        let header = message.get(..HEADER)?;
        let is_answer = header[2] & 0x80 != 0;
        if is_answer || u16::from_be_bytes([header[4], header[5]]) == 0 {
            return None;
        }
        let mut name = String::new();
        let mut at = HEADER;
        loop {
            let length = usize::from(*message.get(at)?);
            at += 1;
            match length {
                0 => break,
                // Compression has nothing to point to in a first question.
                64.. => return None,
                _ => {}
            }
            let label = message.get(at..at + length)?;
            if !name.is_empty() {
                name.push('.');
            }
            name.extend(label.iter().map(|byte| char::from(byte.to_ascii_lowercase())));
            at += length;
            if at > HEADER + 255 {
                return None;
            }
        }
        // Type and class.
        message.get(at..at + 4)?;
        Some(Question { name, end: at + 4 })
    }
}

/// Whether a name is one of these or lies below one; case and a dot at the end make no difference. No names: all are meant.
pub(in crate::netfault) fn is_under(name: &str, names: &[String]) -> bool {
    names.is_empty()
        || names.iter().any(|above| {
            let above = above.trim_end_matches('.').to_ascii_lowercase();
            name == above || name.strip_suffix(&above).is_some_and(|rest| rest.ends_with('.'))
        })
}

#[cfg(test)]
pub(in crate::netfault) mod tests {
    use super::*;

    /// A query for the address of a name.
    pub(in crate::netfault) fn query(name: &str) -> Vec<u8> {
        let mut message = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            message.push(label.len() as u8);
            message.extend(label.bytes());
        }
        message.extend([0, 0, 1, 0, 1]);
        message
    }

    #[test]
    fn the_name_is_read_in_lower_case() {
        let message = query("DB-1.example.COM");
        let question = Question::read(&message).expect("a question");
        assert_eq!(question, Question { name: "db-1.example.com".into(), end: message.len() });
    }

    #[test]
    fn answers_and_torn_messages_are_no_questions() {
        let right = query("db.example.com");
        for length in 0..right.len() {
            assert_eq!(Question::read(&right[..length]), None, "{length}");
        }
        let mut answer = right.clone();
        answer[2] |= 0x80;
        assert_eq!(Question::read(&answer), None);
        let mut circle = right;
        circle[12] = 0xc0;
        assert_eq!(Question::read(&circle), None);
    }

    #[test]
    fn a_name_covers_what_lies_below_it() {
        let names = ["db".to_owned(), "Example.com.".to_owned()];
        for (name, meant) in [
            ("db", true),
            ("www.example.com", true),
            ("example.com", true),
            ("notexample.com", false),
            ("db.internal", false),
            ("com", false),
        ] {
            assert_eq!(is_under(name, &names), meant, "{name}");
        }
        assert!(is_under("anything", &[]));
    }
}
