//! `no-phantom`: the final state holds nothing that definitely failed (S ∩ F), and nothing that nobody asked for (S − A).

use super::evidence::count;
use super::keys::{Counts, Keys};
use super::{Case, Checker, Evidence, Finding};
use crate::event::Outcome;

/// See the file's head.
pub struct NoPhantom;

impl Checker for NoPhantom {
    fn name(&self) -> &'static str {
        "no-phantom"
    }

    fn check(&self, case: &Case<'_>) -> Result<Finding, String> {
        let keys = Keys::of_effects(case);
        let mut failed = Evidence::default();
        let mut unasked = Evidence::default();
        for state in case.state()? {
            let mut here = 0;
            for (key, _) in Counts::of_keys(case, state)?.iter(case) {
                let tally = keys.of(key);
                match tally.outcome {
                    Some(Outcome::Fail) => failed.add_key(case, key, || {
                        format!("{} definitely failed and is in {}", case.quoted(key), state.title())
                    }),
                    Some(_) => {}
                    // Somebody meant to delete it, so that it was there before.
                    None if tally.ops > 0 => {}
                    None => {
                        here += 1;
                        // Each operation whose key never came back may explain one.
                        if here > keys.unkeyed {
                            unasked.add(
                                case,
                                || {
                                    format!(
                                        "{} is in {}, and no operation asked for it",
                                        case.quoted(key),
                                        state.title()
                                    )
                                },
                                [],
                            );
                        }
                    }
                }
            }
        }
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
                "every key in the final state was asked for, and none of those that failed is there ({} seen).",
                count(keys.ops, "operation")
            )
        };
        let lines = failed.lines().into_iter().chain(unasked.lines()).collect();
        Ok(Finding::judged(broken, reason, keys.ops, lines))
    }
}
