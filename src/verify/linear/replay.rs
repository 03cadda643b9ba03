//! What an object holds after operations in a given order, in the model's own words.

use super::problem::{Item, Setting};
use super::{ABSENT, Action, Model, ValueId};

/// The content after the operations, as it is shown.
pub fn content<'a>(setting: Setting<'_>, operations: impl Iterator<Item = &'a Item>) -> String {
    if setting.model == Model::Counter {
        let added = operations.map(|item| if let Action::Add(number) = item.action { number } else { 0 });
        return added.fold(setting.initial.number, i64::wrapping_add).to_string();
    }
    let text = |value: ValueId| setting.values.text(value);
    let mut whole = setting.initial.value;
    let mut grown: Option<String> = None;
    for item in operations {
        match item.action {
            Action::Write(value) | Action::Cas(_, value) => (whole, grown) = (value, None),
            Action::Append(value) => {
                grown.get_or_insert_with(|| text(whole).to_owned()).push_str(text(value));
            }
            Action::Read(_) | Action::Add(_) | Action::Total(_) => {}
        }
    }
    match grown {
        Some(text) => text,
        None if whole == ABSENT => "null".to_owned(),
        None => text(whole).to_owned(),
    }
}
