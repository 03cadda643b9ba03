//! `no-phantom`: the final state holds no key of this run that definitely failed (S ∩ F), or that another kind of effect
//! brought in. With `exclusive`, it holds nothing besides that was not there before the load (S − A − B).

use super::evidence::count;
use super::keys::Counts;
use super::own::{By, Own, unnamed};
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;
use crate::verify::history::Text;

/// See the file's head.
pub struct NoPhantom;

impl Checker for NoPhantom {
    fn name(&self) -> &'static str {
        "no-phantom"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let own = case.own_and_strangers(By::Key)?;
        let keys = own.keys(case);
        let mut failed = Evidence::default();
        let mut unasked = Evidence::default();
        for state in &own.states {
            let mut here = 0;
            for (key, _) in Counts::of_keys(case, state)?.iter(case) {
                let tally = keys.of(key);
                match tally.outcome {
                    Some(Outcome::Fail) => failed.add_key(case, key, || {
                        format!("{} definitely failed and is in {}", case.quoted(key), state.title())
                    }),
                    Some(_) => {}
                    // It was to be deleted, so that it was there before.
                    None if tally.ops > 0 => {}
                    None => {
                        here += 1;
                        // Each operation whose key never came back may explain one.
                        if here > keys.unkeyed {
                            unasked.add(case, || not_asked_for(case, key, &state.title()), []);
                        }
                    }
                }
            }
        }
        strangers(case, &own, &mut unasked)?;
        let broken = !failed.is_empty() || !unasked.is_empty();
        let reason = if broken {
            format!(
                "{} in the final state definitely failed, {} asked for by nobody.",
                count(failed.found(), "key"),
                match unasked.found() {
                    1 => "1 was".to_owned(),
                    many => format!("{many} were"),
                },
            )
        } else {
            format!(
                "every key of this run in the final state was asked for, and none of those that failed is there ({} seen).",
                count(keys.ops, "operation")
            )
        };
        let lines = failed.lines().into_iter().chain(unasked.lines()).collect();
        Ok(own.told(case, Finding::judged(broken, reason, keys.ops, lines)))
    }
}

/// Rows of others count only where the run alone writes, over a baseline that settled.
fn strangers(case: &Case<'_>, own: &Own, unasked: &mut Evidence) -> Result<(), String> {
    let beyond = own.strangers.saturating_sub(unnamed(case, By::Key));
    if !case.exclusive || beyond == 0 {
        return Ok(());
    }
    if let Some(open) = &own.open {
        return Err(format!("{open}, so that it is not known whose {} are", count(own.strangers, "row")));
    }
    let mut examples = own.examples.iter();
    for _ in 0..beyond {
        let example = examples.next();
        unasked.add(
            case,
            || example.map_or(String::new(), |(key, title)| not_asked_for(case, *key, title)),
            [],
        );
    }
    Ok(())
}

fn not_asked_for(case: &Case<'_>, key: Text, title: &str) -> String {
    format!("{} is in {title}, and no operation asked for it", case.quoted(key))
}
