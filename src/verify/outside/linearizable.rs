//! `linearizable`: every key's operations have one order that respects real time and the model.

use super::checker::only;
use super::judgement::count;
use super::{Checker, Function, History, Judgement, Operation, Options, Trouble, describe};
use crate::json::Value;
use crate::verify::Verdict;
use crate::verify::linear::{self, ABSENT, Action, Budget, Failure, Initial, Model, Op, Values};

/// The checker.
pub struct Linearizable;

impl Checker for Linearizable {
    fn name(&self) -> &'static str {
        "linearizable"
    }

    fn knows(&self) -> &'static [Function] {
        &[] // By model.
    }

    fn judge(&self, history: &History, options: &Options<'_>) -> Result<Judgement, Trouble> {
        let model = options.model.unwrap_or_else(|| by_operations(history));
        only(history, known(model), &format!("model `{}`", model.name()))?;
        let mut words = Words::of(history, model);
        let initial = words.initial(history, options.initial.as_ref())?;
        let mut operations = Vec::with_capacity(history.operations.len());
        let mut places = Vec::with_capacity(history.operations.len());
        for (place, operation) in history.operations.iter().enumerate() {
            let unread = operation.function == Function::Read && !operation.is_ok();
            if operation.may_have_happened() && !unread {
                let action = words.action(history, operation)?;
                let (key, call, ret) = (operation.key, operation.call.place, operation.ok_at());
                operations.push(Op { key, call, ret, action });
                places.push(place);
            }
        }
        let budget = Budget { states: options.states, expired: options.expired };
        let outcome = linear::check(&operations, &words.values, model, initial, &budget);
        let mut judgement = Judgement::of(self.name(), history);
        judgement.model = Some(model.name());
        for failure in &outcome.failures {
            judgement.wrong_key(&history.keys[failure.key as usize]);
            show(&mut judgement, history, failure, &places);
        }
        for undecided in &outcome.undecided {
            judgement.undecided_key(&history.keys[undecided.key as usize]);
            let key = describe::key(history, undecided.key);
            let (passed, returns) = (undecided.passed, undecided.returns);
            judgement.show(format!(
                "{key}given up after the first {passed} of {returns} returns were put in order"
            ));
        }
        let looked = operations
            .iter()
            .any(|op| op.ret.is_some() && (op.action.is_read() || matches!(op.action, Action::Cas(..))));
        let (verdict, reason) = verdict(&outcome, looked);
        Ok(judgement.say(verdict, reason))
    }
}

fn verdict(outcome: &linear::Outcome, looked: bool) -> (Verdict, String) {
    let keys = count(outcome.keys, "key");
    if !outcome.failures.is_empty() {
        let wrong = outcome.failures.len();
        return (Verdict::Fail, format!("{wrong} of {keys} cannot be put in order."));
    }
    if !outcome.undecided.is_empty() {
        let open = outcome.undecided.len();
        let states = outcome.states;
        return (
            Verdict::Unknown,
            format!("the budget was used up after {states} states: {open} of {keys} are undecided."),
        );
    }
    if !looked {
        return (
            Verdict::Unknown,
            "no read or compare-and-set returned: nothing could have contradicted.".to_owned(),
        );
    }
    (Verdict::Pass, format!("{} on {keys} can be put in order.", count(outcome.operations, "operation")))
}

/// The model that the operations speak of.
fn by_operations(history: &History) -> Model {
    let has = |wanted: Function| history.operations.iter().any(|operation| operation.function == wanted);
    match (has(Function::Append), has(Function::Cas), has(Function::Add)) {
        (true, true, _) => Model::KeyValue,
        (true, false, _) => Model::AppendRegister,
        (false, true, _) => Model::CasRegister,
        (false, false, true) => Model::Counter,
        (false, false, false) => Model::Register,
    }
}

fn known(model: Model) -> &'static [Function] {
    match model {
        Model::Register => &[Function::Read, Function::Write],
        Model::CasRegister => &[Function::Read, Function::Write, Function::Cas],
        Model::AppendRegister => &[Function::Read, Function::Write, Function::Append],
        Model::Counter => &[Function::Read, Function::Add],
        Model::KeyValue => &[Function::Read, Function::Write, Function::Cas, Function::Append],
    }
}

/// The history's values in the words of the model.
struct Words {
    values: Values,
    model: Model,
    /// Whether values are texts that are put together.
    joined: bool,
    /// Whether these are lists: each element is then a piece of text.
    lists: bool,
}

impl Words {
    fn of(history: &History, model: Model) -> Words {
        let appends = || history.operations.iter().any(|operation| operation.function == Function::Append);
        let joined = model == Model::AppendRegister || (model == Model::KeyValue && appends());
        let is_list = |operation: &Operation| {
            operation.function == Function::Read && operation.result.as_array().is_some()
        };
        let lists = joined && history.operations.iter().any(is_list);
        Words { values: Values::default(), model, joined, lists }
    }

    fn initial(&mut self, history: &History, initial: Option<&Value>) -> Result<Initial, Trouble> {
        match initial {
            None => Ok(Initial::default()),
            Some(value) if self.model == Model::Counter => match value.as_i64() {
                Some(number) => Ok(Initial { number, ..Initial::default() }),
                None => Err(Trouble {
                    file: history.name.clone(),
                    line: None,
                    column: None,
                    what: format!("a counter cannot begin with {value}"),
                    help: "give --initial a whole number".into(),
                }),
            },
            Some(value) => Ok(Initial { value: self.whole(value), number: 0 }),
        }
    }

    fn action(&mut self, history: &History, operation: &Operation) -> Result<Action, Trouble> {
        let wrong = |value: &Value, help: &str| {
            let shown = super::trouble::short(&value.to_string());
            history.trouble(operation, format!("`{}` with the value {shown}", operation.function), help)
        };
        let written = operation.written();
        Ok(match (&operation.function, self.model) {
            (Function::Add, _) => Action::Add(match written {
                Value::Null => 1,
                number => {
                    number.as_i64().ok_or_else(|| wrong(number, "what is added has to be a whole number"))?
                }
            }),
            (Function::Read, Model::Counter) => Action::Total(match &operation.result {
                Value::Null => 0,
                number => number
                    .as_i64()
                    .ok_or_else(|| wrong(number, "a counter's read has to give a whole number"))?,
            }),
            (Function::Read, _) => Action::Read(self.whole(&operation.result)),
            (Function::Write, _) => Action::Write(self.whole(written)),
            (Function::Append, _) => Action::Append(self.piece(written)),
            (_, _) => match written.as_array().map(Vec::as_slice) {
                Some([from, to]) => Action::Cas(self.whole(from), self.whole(to)),
                _ => return Err(wrong(written, "the value of a cas is [old, new]")),
            },
        })
    }

    /// A whole value.
    fn whole(&mut self, value: &Value) -> linear::ValueId {
        match value {
            Value::Null => ABSENT,
            Value::String(text) if self.joined && !self.lists => self.values.intern(text),
            Value::Array(list) if self.lists => {
                let text: String = list.iter().map(element).collect();
                self.values.intern(&text)
            }
            other => self.values.intern(&other.to_string()),
        }
    }

    /// What is appended.
    fn piece(&mut self, value: &Value) -> linear::ValueId {
        if self.lists { self.values.intern(&element(value)) } else { self.whole(value) }
    }
}

/// An element of a list as a piece of text. JSON has no bare line feeds, so that lists are equal if their texts are.
fn element(value: &Value) -> String {
    format!("{value}\n")
}

fn show(judgement: &mut Judgement, history: &History, failure: &Failure, places: &[usize]) {
    let told = |place: usize| describe::operation(history, &history.operations[places[place]]);
    let key = describe::key(history, failure.key);
    let first = if failure.is_first { "the first operation that finds no place" } else { "finds no place" };
    judgement.show(format!("{key}{}: {first}", told(failure.culprit)));
    if !failure.possible.is_empty() {
        let all = if failure.possible_is_all { "" } else { ", among others" };
        let possible: Vec<String> =
            failure.possible.iter().map(|text| text.trim_end().replace('\n', " ")).collect();
        judgement.show(format!("{key}it could have found {}{all}", describe::list(&possible)));
    }
    for place in &failure.before {
        judgement.show(format!("{key}before it: {}", told(*place)));
    }
    for place in &failure.beside {
        judgement.show(format!("{key}concurrent: {}", told(*place)));
    }
    if failure.more_beside > 0 {
        judgement
            .show(format!("{key}and {} more", count(failure.more_beside as u64, "concurrent operation")));
    }
}
