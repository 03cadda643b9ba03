//! Whether a fault was felt, by the count of what enforces it. A fault that touched nothing proves nothing.

use super::strike::Strike;
use crate::event::{Struck, Unit};

/// What is counted, in the plural.
pub fn noun(unit: Unit) -> &'static str {
    match unit {
        Unit::Packets => "packets",
        Unit::LookUps => "look-ups",
        Unit::Requests => "requests",
        Unit::Connections => "connections",
        Unit::Processes => "processes",
        Unit::Containers => "containers",
        Unit::Networks => "networks",
        Unit::Instances => "instances",
        Unit::Limits => "limits",
        Unit::Commands => "commands",
    }
}

/// `12 of 40 packets`; `not known (packets)` where no count is known.
pub fn struck_of(struck: &Struck) -> String {
    let total = struck.total();
    match struck.not_known().count() {
        unknown if unknown > 0 && unknown == struck.targets.len() => {
            format!("not known ({})", noun(struck.unit))
        }
        0 => format!("{} of {} {}", total.struck, total.seen, noun(struck.unit)),
        _ => format!("at least {} of {} {}", total.struck, total.seen, noun(struck.unit)),
    }
}

/// Why nothing can be said to have been struck, in words that follow the fault's name; nothing: something was struck, or the
/// record does not count.
pub fn not_felt(strike: &Strike) -> Option<String> {
    let struck = strike.struck.as_ref().filter(|struck| struck.total().struck == 0)?;
    let length = strike.applied.zip(strike.gone()).map_or(String::new(), |(applied, gone)| {
        format!("was in force for {:.1} s and ", (gone - applied).as_secs_f64())
    });
    let unknown: Vec<String> = struck
        .not_known()
        .map(|target| {
            format!("{}: {}", target.target, target.detail.as_deref().unwrap_or("no reason was recorded"))
        })
        .collect();
    if !unknown.is_empty() {
        return Some(format!("{length}it is not known what it struck ({})", unknown.join("; ")));
    }
    let on = match strike.targets.as_slice() {
        [] => String::new(),
        targets => format!(" on {}", targets.join(", ")),
    };
    Some(format!("{length}struck {}{on}: {}", struck_of(struck), why(struck)))
}

fn why(struck: &Struck) -> String {
    let said: Vec<&str> = struck.targets.iter().filter_map(|target| target.detail.as_deref()).collect();
    if !said.is_empty() {
        return said.join("; ");
    }
    match struck.unit {
        Unit::Packets | Unit::LookUps | Unit::Requests | Unit::Connections => match struck.total().seen {
            0 => "nothing passed there that it is aimed at".to_owned(),
            _ => "nothing that passed there was changed by it".to_owned(),
        },
        _ => "nothing there was as it must be to be struck".to_owned(),
    }
}

/// What is said of a fault that was in force and struck something, or that the record does not count: a sentence's end.
pub fn felt(strike: &Strike) -> String {
    let Some(struck) = &strike.struck else {
        return "; the record does not say what it struck".to_owned();
    };
    let missed: Vec<&str> = struck.missed().map(|target| target.target.as_str()).collect();
    let unknown: Vec<&str> = struck.not_known().map(|target| target.target.as_str()).collect();
    let list = |names: Vec<&str>, words: &str| match names.as_slice() {
        [] => String::new(),
        names => format!(", {words} on {}", names.join(", ")),
    };
    format!(
        "; struck {}{}{}",
        struck_of(struck),
        list(missed, "none"),
        list(unknown, "how many is not known")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Nanos, TargetStruck};

    fn strike(targets: Vec<TargetStruck>) -> Strike {
        Strike {
            id: "slow".into(),
            targets: vec!["db-1".into()],
            applied: Some(Nanos::from_secs_f64(10.0)),
            healed: Some(Nanos::from_secs_f64(16.0)),
            struck: Some(Struck { unit: Unit::Packets, targets }),
            ..Strike::default()
        }
    }

    #[test]
    fn nothing_struck_is_told_with_its_length_target_and_reason() {
        let none = strike(vec![TargetStruck::counted("db-1", 0, 0)]);
        assert_eq!(
            not_felt(&none).as_deref(),
            Some(
                "was in force for 6.0 s and struck 0 of 0 packets on db-1: nothing passed there that it is aimed at"
            )
        );
        let untouched =
            not_felt(&strike(vec![TargetStruck::counted("db-1", 0, 40)])).expect("nothing struck");
        assert!(
            untouched
                .ends_with("struck 0 of 40 packets on db-1: nothing that passed there was changed by it")
        );
        let lost = not_felt(&strike(vec![TargetStruck::not_known("db-1", "its helper is gone")]));
        assert_eq!(
            lost.as_deref(),
            Some("was in force for 6.0 s and it is not known what it struck (db-1: its helper is gone)")
        );
    }

    #[test]
    fn a_target_that_felt_nothing_beside_one_that_did_is_told_and_no_more() {
        let some = strike(vec![TargetStruck::counted("a", 3, 9), TargetStruck::counted("b", 0, 2)]);
        assert_eq!(not_felt(&some), None);
        assert_eq!(felt(&some), "; struck 3 of 11 packets, none on b");
        let half = strike(vec![TargetStruck::counted("a", 3, 9), TargetStruck::not_known("b", "gone")]);
        assert_eq!(not_felt(&half), None);
        assert_eq!(felt(&half), "; struck at least 3 of 9 packets, how many is not known on b");
        let half = strike(vec![TargetStruck::counted("a", 0, 9), TargetStruck::not_known("b", "gone")]);
        assert!(not_felt(&half).is_some_and(|why| why.contains("not known")), "b may have felt it or not");
    }

    #[test]
    fn a_record_that_does_not_count_says_so() {
        let old = Strike { struck: None, ..strike(Vec::new()) };
        assert_eq!((not_felt(&old), felt(&old).as_str()), (None, "; the record does not say what it struck"));
        assert!(not_felt(&strike(Vec::new())).is_some(), "no target at all");
    }
}
