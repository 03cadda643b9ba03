//! The ways to read: by HTTP, SQL, Redis or a command; each through one endpoint.

use super::endpoints::{Endpoint, endpoints};
use super::http::{Pages, Position, Trouble};
use super::output;
use crate::http::Client;
use crate::json::JsonPath;
use crate::plan::Plan;
use crate::plan::model::FinalRead;
use crate::record::FinalTable;
use crate::run::rendered::rendered;
use crate::run::source::{Command, Database, Place, Redis, moved};
use crate::stack::{Facts, Instance};
use std::path::Path;
use std::rc::Rc;

/// What a final read stands in.
pub(super) struct Surroundings<'a> {
    pub(super) plan: &'a Plan,
    pub(super) facts: &'a Facts,
    pub(super) instances: &'a [Instance],
    /// The target.
    pub(super) base: &'a str,
    /// Headers of every request.
    pub(super) headers: Vec<(String, String)>,
    pub(super) client: Rc<Client>,
    /// Where relative paths start.
    pub(super) directory: &'a Path,
    pub(super) run: String,
    /// Hosts outside loopback that may be asked.
    pub(super) allowed: &'a [String],
}

/// One way through one endpoint, ready to be read again and again.
pub(super) struct Way {
    endpoint: String,
    source: Source,
}

enum Source {
    Http(Box<Pages>),
    Sql(Database, String),
    Redis(Redis, Vec<String>),
    Command(Command, Option<String>, Option<JsonPath>),
}

impl Way {
    /// One through each endpoint.
    pub(super) fn all(read: &FinalRead, around: &Surroundings<'_>) -> Result<Vec<Way>, String> {
        let ways = endpoints(read, around)?.into_iter().map(|endpoint| {
            let source = source(read, &endpoint, around)?;
            Ok(Way { endpoint: endpoint.label, source })
        });
        ways.collect()
    }

    /// How the endpoint is called; empty where the plan names none.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Reads into the table: everything, or by HTTP what came after a place. Gives the place where a list in pages ended.
    pub(super) async fn read(
        &self,
        mut table: FinalTable,
        from: Option<&Position>,
    ) -> Result<(FinalTable, Option<Position>), Trouble> {
        let table = match &self.source {
            Source::Http(pages) => {
                let (table, place) = pages.read(table, from).await?;
                return Ok((table, Some(place)));
            }
            Source::Sql(database, sql) => database.rows(sql, table).await?,
            Source::Redis(redis, command) => redis.rows(command, table).await?,
            Source::Command(command, format, rows) => {
                let text = command.output().await?;
                output::rows(&text, format.as_deref(), rows.as_ref(), &mut table)?;
                table
            }
        };
        Ok((table, None))
    }
}

fn source(read: &FinalRead, endpoint: &Endpoint<'_>, around: &Surroundings<'_>) -> Result<Source, String> {
    let path = |path: &Option<String>| {
        path.as_deref().map(JsonPath::parse).transpose().map_err(|error| format!("not a JSONPath: {error}"))
    };
    if let Some(get) = &read.get {
        let base = endpoint.address.as_deref().unwrap_or(around.base);
        let rows = path(&read.rows)?.ok_or("`rows` is missing: where the rows of a page are")?;
        let pages = Pages::new(get, base, (rows, path(&read.cursor)?), around);
        return pages.map(Box::new).map(Source::Http);
    }
    if let Some(sql) = &read.sql {
        return Ok(Source::Sql(
            Database::parse(&database(read, endpoint, around)?, around.directory)?,
            rendered(sql, around.facts),
        ));
    }
    if let Some(words) = &read.redis {
        let words = words.iter().map(|word| rendered(word, around.facts)).collect();
        return Ok(Source::Redis(Redis::parse(&database(read, endpoint, around)?)?, words));
    }
    let words = read
        .command
        .as_ref()
        .ok_or("it reads nothing: give it one of `get`, `sql`, `redis` and `command`")?;
    let services = &around.plan.stack.services;
    let service = |instance: &Instance| services.iter().find(|service| service.name == instance.service);
    let wanted = |instance: &&Instance| Some(&instance.service) == read.service.as_ref();
    let instance = endpoint.instance.or_else(|| around.instances.iter().find(wanted));
    let instance = instance.ok_or_else(|| {
        format!("there is no instance of the service `{}`", read.service.as_deref().unwrap_or_default())
    })?;
    let place = Place {
        facts: around.facts,
        service: service(instance).map(|service| (service, instance)),
        directory: around.directory,
        run: &around.run,
    };
    Ok(Source::Command(Command::new(words, &place), read.format.clone(), path(&read.rows)?))
}

/// The address of the database behind this endpoint: the endpoint itself where it is one, the plan's `database` on the
/// instance's host and port where it is an instance.
fn database(read: &FinalRead, endpoint: &Endpoint<'_>, around: &Surroundings<'_>) -> Result<String, String> {
    let own = || {
        let own = read.database.as_ref().ok_or("`database` is missing: its address")?;
        Ok(rendered(own, around.facts))
    };
    match (endpoint.instance, &endpoint.address) {
        (Some(instance), _) => {
            let to = instance.address.ok_or_else(|| format!("{} has no port", instance.name))?;
            moved(&own()?, to)
        }
        (None, Some(address)) => Ok(address.clone()),
        (None, None) => own(),
    }
}
