//! The operations of one key, made ready to be searched.

use super::{Action, Initial, Model, Op, Values};
use std::collections::HashMap;

/// When an indeterminate operation returns.
pub const NEVER: i64 = i64::MAX;

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// What it did.
    pub action: Action,
    /// When it was invoked.
    pub call: i64,
    /// When it returned, or [`NEVER`].
    pub ret: i64,
    /// Its place among the operations that were asked about.
    pub source: u32,
}

impl Item {
    /// From an operation; nothing if it is an indeterminate read, which says nothing.
    pub fn of(op: &Op, source: u32) -> Option<Item> {
        let ret = op.ret.unwrap_or(NEVER);
        (ret != NEVER || !op.action.is_read()).then_some(Item {
            action: op.action,
            call: op.call,
            ret,
            source,
        })
    }

    /// Whether it may have taken effect or not.
    pub fn is_open(&self) -> bool {
        self.ret == NEVER
    }
}

/// What is asked about all keys.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The texts of the values.
    pub values: &'a Values,
    /// The model.
    pub model: Model,
    /// What an object holds at the beginning.
    pub initial: Initial,
}

/// The operations of one key: those that returned in the order of their calls, then the indeterminate in theirs.
#[derive(Debug)]
pub struct Problem<'a> {
    /// The setting.
    pub setting: Setting<'a>,
    /// The operations.
    pub items: Vec<Item>,
    /// How many of them returned.
    pub closed: usize,
    /// For each operation, the number of its class; operations of one class do the same. Those that returned and the
    /// indeterminate are numbered apart.
    pub class: Vec<u32>,
    /// The indeterminate operations of each class, in the order of their calls.
    pub open_classes: Vec<Vec<u32>>,
    /// Every state is to be told from every other, and every order found: no look ahead.
    pub exact: bool,
    /// The operation that may find any state, and whose finds are asked for.
    pub probe: Option<u32>,
    /// The end of the history that is looked at: what is invoked later does not count.
    pub horizon: i64,
}

impl<'a> Problem<'a> {
    /// The problem of these operations.
    pub fn new(setting: Setting<'a>, mut items: Vec<Item>) -> Problem<'a> {
        items.sort_by_key(|item| (item.is_open(), item.call, item.ret));
        let closed = items.partition_point(|item| !item.is_open());
        let mut problem = Problem {
            setting,
            items,
            closed,
            class: Vec::new(),
            open_classes: Vec::new(),
            exact: false,
            probe: None,
            horizon: NEVER,
        };
        problem.classify();
        problem
    }

    /// The same with only what has a chance to matter of the indeterminate ones. Sound where `keep` is.
    pub fn retain_open(&mut self, keep: impl Fn(&Item) -> bool) {
        self.items.retain(|item| !item.is_open() || keep(item));
        self.classify();
    }

    fn classify(&mut self) {
        let mut closed: HashMap<Action, u32> = HashMap::new();
        let mut open: HashMap<Action, u32> = HashMap::new();
        self.class.clear();
        self.open_classes.clear();
        for (place, item) in self.items.iter().enumerate() {
            let table = if item.is_open() { &mut open } else { &mut closed };
            let fresh = table.len() as u32;
            let class = *table.entry(item.action).or_insert(fresh);
            self.class.push(class);
            if item.is_open() {
                if class == fresh {
                    self.open_classes.push(Vec::new());
                }
                self.open_classes[class as usize].push(place as u32);
            }
        }
    }
}

/// The first part of a history: all that was invoked until the given return, with only the returns up to it. `items` are
/// all of the key, `order` those that returned in the order of their returns, `last` a place in it.
pub fn until(items: &[Item], order: &[usize], last: usize) -> Vec<Item> {
    let end = items[order[last]].ret;
    let mut returned = vec![false; items.len()];
    order[..=last].iter().for_each(|place| returned[*place] = true);
    let part = items.iter().zip(returned).filter(|(item, _)| item.call <= end).map(|(item, returned)| {
        let ret = if returned { item.ret } else { NEVER };
        Item { ret, ..*item }
    });
    part.filter(|item| !item.is_open() || !item.action.is_read()).collect()
}
