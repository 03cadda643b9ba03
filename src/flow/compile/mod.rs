//! From a plan to a program.

mod names;
mod request;
mod step;
mod target;

pub(super) use names::{Names, Resolved};

use super::feeder::Rows;
use super::mask::Masker;
use super::program::{Program, Scope, StepSpec, Walk};
use crate::event::StepId;
use crate::plan::Plan;
use crate::plan::model::{Connections, FeederOrder, Flow, LoadModel, Step};
use std::collections::BTreeMap;
use std::path::Path;
use step::Surroundings;

impl Program {
    /// Compiles a plan's flows, setup and teardown. `directory` is where its relative paths start, `facts` what the
    /// stack and the run say of themselves (`front.address`, `run_id`), `environment` looks up `${env:NAME}`.
    ///
    /// # Errors
    /// All that is wrong, a message each: where it is, what it is and what would be right.
    pub fn compile(
        plan: &Plan,
        directory: &Path,
        facts: &BTreeMap<String, String>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Program, Vec<String>> {
        let mut compiler =
            Compiler { plan, names: Names::new(facts, environment), specs: Vec::new(), errors: Vec::new() };
        for feeder in &plan.feeders {
            if let Some(rows) = compiler.keep(Rows::load(feeder, directory)) {
                compiler.names.add_feeder(rows);
            }
        }
        let target = target::compile(plan, directory, &mut compiler.names);
        // Without them nothing else can be compiled, and their mistakes are not the steps'.
        match compiler.keep(target) {
            Some(target) if compiler.errors.is_empty() => compiler.program(target),
            _ => Err(compiler.errors),
        }
    }
}

struct Compiler<'a> {
    plan: &'a Plan,
    names: Names<'a>,
    specs: Vec<StepSpec>,
    errors: Vec<String>,
}

impl Compiler<'_> {
    fn keep<T>(&mut self, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }

    fn program(mut self, target: target::Compiled) -> Result<Program, Vec<String>> {
        let plan = self.plan;
        let of_setup = variables(&plan.setup.steps, &[]);
        let mut flows = Vec::new();
        for flow in &plan.flows {
            flows.push(self.walk(&target, Scope::Load, &flow.name, &flow.steps, &of_setup));
        }
        let setup = self.walk(&target, Scope::Setup, "", &plan.setup.steps, &[]);
        let teardown = self.walk(&target, Scope::Teardown, "", &plan.teardown.steps, &of_setup);
        let weights = self.weights();
        let setup_slots = of_setup.iter().map(|name| self.names.slot(name)).collect();
        let table = self.names.finish();
        if table.slots.len().max(table.makers.len()).max(self.specs.len()) > usize::from(u16::MAX) {
            self.errors.push("a plan has at most 65,535 steps, variables and generators".into());
        }
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        Ok(Program {
            seed: plan.seed,
            run: table.run,
            closed: plan.load.model == LoadModel::Closed,
            flows,
            weights,
            setup,
            teardown,
            setup_slots,
            specs: self.specs,
            slots: table.slots,
            feeders: table.feeders,
            makers: table.makers,
            masker: Masker::new(table.secrets),
            origin: target.origin,
            instance_header: plan.target.instance_header.clone(),
            per_user_connections: plan.load.connections == Connections::PerUser,
            keeps_targets: false,
            client: target.client,
        })
    }

    /// Compiles steps that one session carries out. They see their own variables and those `from_setup`.
    fn walk(
        &mut self,
        target: &target::Compiled,
        scope: Scope,
        flow: &str,
        steps: &[Step],
        from_setup: &[String],
    ) -> Walk {
        let visible = variables(steps, from_setup);
        self.names.declare(visible.iter().map(String::as_str));
        let mut walk = Walk::default();
        for step in steps {
            let id = StepId(self.specs.len() as u16);
            let place = match scope {
                Scope::Load => format!("flow `{flow}`, step `{}`", step.name),
                Scope::Setup => format!("setup, step `{}`", step.name),
                Scope::Teardown => format!("teardown, step `{}`", step.name),
            };
            let around = Surroundings { plan: self.plan, target, id };
            let compiled =
                step::compile(step, &around, &mut self.names).map_err(|error| format!("{place}: {error}"));
            self.specs.push(spec(step, scope, flow));
            walk.steps.extend(self.keep(compiled));
        }
        walk.feeders = self.names.used_feeders();
        for feeder in walk.feeders.iter().filter(|_| scope != Scope::Load) {
            let rows = self.names.feeder(*feeder);
            if rows.order == FeederOrder::Unique {
                let name = &rows.name;
                self.errors.push(format!(
                    "setup and teardown cannot use feeder `{name}`: its rows are unique to users"
                ));
            }
        }
        walk
    }

    /// The flows' weights, each with those before it added.
    fn weights(&mut self) -> Vec<f64> {
        let mut sum = 0.0;
        let mut weights = Vec::new();
        for flow in &self.plan.flows {
            if flow.weight.is_finite() && flow.weight >= 0.0 {
                sum += flow.weight;
            } else {
                let Flow { name, weight, .. } = flow;
                self.errors.push(format!("flow `{name}`: weight = {weight} is not a number from 0"));
            }
            weights.push(sum);
        }
        if sum == 0.0 {
            self.errors.push("no flow has a weight above 0: there is nothing to do".into());
        }
        weights
    }
}

/// The names of all variables that the steps extract, and of those that were there before.
fn variables(steps: &[Step], before: &[String]) -> Vec<String> {
    steps.iter().flat_map(|step| step.extract.keys()).chain(before).cloned().collect()
}

fn spec(step: &Step, scope: Scope, flow: &str) -> StepSpec {
    let (method, path) =
        step.requests().next().map_or(("", ""), |(method, path)| (method.as_str(), path.source()));
    StepSpec { flow: flow.into(), name: step.name.clone(), method: method.into(), path: path.into(), scope }
}
