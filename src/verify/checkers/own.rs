//! Which rows of the final state are this run's. Rows that were there before the load, and rows of others, are counted and
//! decide nothing. A key of ours that was there before the load cannot be judged.

use super::evidence::count;
use super::keys::Keys;
use super::{Case, Finding};
use crate::event::Outcome;
use crate::plan::KeyOrigin;
use crate::verify::Verdict;
use crate::verify::history::{Before, Op, Role, State, Text};

/// By which column of a row, and which mark of an operation, it is told whose the row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// By the invariant's key column, and the effects' keys.
    Key,
    /// By this column, and the effects' values.
    Value(&'a str),
}

impl By<'_> {
    fn of(self, op: &Op) -> Option<Text> {
        match self {
            By::Key => op.key,
            By::Value(_) => op.value,
        }
    }

    fn cells<'s>(self, case: &Case<'_>, state: &'s State) -> Result<&'s [Option<Text>], String> {
        match self {
            By::Key => case.keys(state),
            By::Value(column) => state.cells(column),
        }
    }
}

/// The rows of this run, and what is known of the others.
#[derive(Debug)]
pub struct Own {
    /// The final reads as the plan names them, with this run's rows alone.
    pub states: Vec<State>,
    /// Rows that neither were there before the load nor are this run's.
    pub strangers: u64,
    /// The first few of them: the key, and the title of the read.
    pub examples: Vec<(Text, String)>,
    /// Rows that were there before the load.
    before: u64,
    /// Keys of this run that were there before the load.
    already: Vec<Text>,
    title: String,
    /// Why rows of others may not be held against the deployment though the run alone writes to it.
    pub open: Option<String>,
}

/// Strangers that are kept as examples.
const EXAMPLES: usize = 2;

/// Whose a key is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Whose {
    #[default]
    Stranger,
    Before,
    Already,
    Ours,
}

impl Own {
    /// The rows of these final reads. `judges_strangers`: whether rows of others in an exclusive stack are for the caller to
    /// judge.
    ///
    /// # Errors
    /// Why it is not known which rows are this run's.
    pub(super) fn of<'a>(
        case: &Case<'a>,
        found: &[&'a State],
        by: By<'_>,
        judges_strangers: bool,
    ) -> Result<Own, String> {
        let mut own = Own {
            states: Vec::new(),
            strangers: 0,
            examples: Vec::new(),
            before: 0,
            already: Vec::new(),
            title: found.first().map(|state| state.title()).unwrap_or_default(),
            open: None,
        };
        let mut whose = vec![Whose::Stranger; case.history.texts.len()];
        for state in found {
            own.take_before(case, state, by, &mut whose)?;
        }
        own.take_operations(case, by, &mut whose);
        for state in found {
            let mut keep = Vec::with_capacity(state.rows);
            for cell in by.cells(case, state)? {
                let of = cell.map(|text| (text, whose[text.place()]));
                keep.push(matches!(of, Some((_, Whose::Ours))));
                if let Some((text, Whose::Stranger)) = of {
                    own.strangers += 1;
                    if own.examples.len() < EXAMPLES {
                        own.examples.push((text, state.title()));
                    }
                }
            }
            own.states.push(state.only(&keep));
        }
        if case.exclusive && !judges_strangers && own.strangers > unnamed(case, by) {
            return Err(format!(
                "{} neither there before the load nor of this run, although the stack is said to be `exclusive`: somebody \
                 else writes to it, and what is this run's is not known",
                own.told_strangers("row")
            ));
        }
        Ok(own)
    }

    fn take_before(
        &mut self,
        case: &Case<'_>,
        state: &State,
        by: By<'_>,
        whose: &mut [Whose],
    ) -> Result<(), String> {
        let title = state.title();
        let (before, grown) = match &state.before {
            Before::NotRecorded if by == By::Key && case.keys == KeyOrigin::Own => {
                self.open = Some(format!("what was in {title} before the load is not recorded"));
                return Ok(());
            }
            Before::NotRecorded => {
                return Err(format!(
                    "what was in {title} before the load is not recorded, and another run may have had the same keys"
                ));
            }
            Before::Open(why) => {
                return Err(format!("what was in {title} before the load is not known: {why}"));
            }
            Before::Rows { state, grown } => (state, *grown),
        };
        if grown > 0 {
            let growing = format!("{title} was still growing before the load ({})", count(grown, "row"));
            if by == By::Key && case.keys == KeyOrigin::Shared {
                return Err(format!(
                    "{growing}, and another run may have had the same keys: put `${{uuid:…}}` or `${{run_id}}` into them"
                ));
            }
            self.open = Some(growing);
        }
        self.before += before.rows as u64;
        for text in by.cells(case, before)?.iter().flatten() {
            whose[text.place()] = Whose::Before;
        }
        Ok(())
    }

    fn take_operations(&mut self, case: &Case<'_>, by: By<'_>, whose: &mut [Whose]) {
        let mut from_setup = Vec::new();
        for op in case.history.ops.iter().filter(|op| case.history.is(op, Role::Effect, None)) {
            let Some(text) = by.of(op) else { continue };
            let step = case.history.step(op);
            let known = &mut whose[text.place()];
            match *known {
                Whose::Stranger => *known = Whose::Ours,
                Whose::Before if !step.load => from_setup.push(text),
                Whose::Before if case.is_effect(op) && !step.deletes => {
                    *known = Whose::Already;
                    self.already.push(text);
                }
                _ => {}
            }
        }
        // What setup wrote was there before the load, and is this run's all the same.
        for text in from_setup {
            whose[text.place()] = Whose::Ours;
        }
        self.already.retain(|text| whose[text.place()] == Whose::Already);
        self.already.sort_unstable();
    }

    /// What was done to each key, but for keys that were there before the load.
    pub fn keys(&self, case: &Case<'_>) -> Keys {
        let mut keys = Keys::of_effects(case);
        keys.leave_out(&self.already);
        keys
    }

    /// Whether this key (or value) of ours was there before the load.
    pub fn was_there(&self, text: Text) -> bool {
        self.already.binary_search(&text).is_ok()
    }

    fn told_strangers(&self, what: &str) -> String {
        let are = if self.strangers == 1 { "is" } else { "are" };
        format!("{} {are}", count(self.strangers, what))
    }

    /// The finding with what was left out. Where keys of this run were there before the load, nothing passes.
    pub fn told(&self, case: &Case<'_>, mut finding: Finding) -> Finding {
        if !self.already.is_empty() {
            let reason = format!(
                "{} of this run ({}, …) {} in {} before the load, so that what this run did to them is not known: put \
                 `${{uuid:…}}` or `${{run_id}}` into the keys.",
                count(self.already.len() as u64, "key"),
                case.quoted(self.already[0]),
                if self.already.len() == 1 { "was" } else { "were" },
                self.title
            );
            if finding.verdict == Verdict::Pass {
                finding = Finding { verdict: Verdict::Unknown, reason, ..finding };
            } else {
                finding.reason = format!("{} {reason}", finding.reason);
            }
        }
        if finding.verdict == Verdict::Pass && finding.samples == 0 && self.before + self.strangers > 0 {
            let reason = "no row is of a key that an effect of this run had: mark the key as the `effect` of the step that \
                          writes it.";
            finding = Finding { verdict: Verdict::Unknown, reason: reason.to_owned(), ..finding };
        }
        let left_out: Vec<String> = [(self.before, "there before the load"), (self.strangers, "of others")]
            .into_iter()
            .filter(|(rows, _)| *rows > 0)
            .map(|(rows, whose)| format!("{} {whose}", count(rows, "row")))
            .collect();
        if !left_out.is_empty() {
            finding.reason = format!("{} Not judged: {}.", finding.reason, left_out.join(", "));
        }
        finding
    }
}

/// Effects whose key (or value) is not known, because the reply that tells it never came: each may explain a row.
pub(super) fn unnamed(case: &Case<'_>, by: By<'_>) -> u64 {
    let nameless = |op: &&Op| by.of(op).is_none() && op.outcome != Outcome::Fail;
    case.effects().filter(nameless).count() as u64
}

/// For each text whether it is the key of an effect of this run.
pub(super) fn effect_keys(case: &Case<'_>) -> Vec<bool> {
    let mut ours = vec![false; case.history.texts.len()];
    for op in case.history.ops.iter().filter(|op| case.history.is(op, Role::Effect, None)) {
        if let Some(key) = op.key {
            ours[key.place()] = true;
        }
    }
    ours
}

/// Rows of these states whose key neither was there before the load nor is of an effect of this run; states without a
/// baseline or a column of keys say nothing of it.
pub(super) fn strangers<'s>(case: &Case<'_>, states: impl Iterator<Item = &'s State>) -> u64 {
    let ours = effect_keys(case);
    let column = case.invariant.key.as_deref().unwrap_or("key");
    let of_state = |state: &State| {
        let Before::Rows { state: before, .. } = &state.before else { return 0 };
        let (Some(before), Some(after)) = (before.cells_if_any(column), state.cells_if_any(column)) else {
            return 0;
        };
        let mut known = ours.clone();
        before.iter().flatten().for_each(|key| known[key.place()] = true);
        after.iter().flatten().filter(|key| !known[key.place()]).count() as u64
    };
    states.map(of_state).sum()
}
