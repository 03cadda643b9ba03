//! The whole of it: base, parts, services.

use super::digest::digest;
use super::docker::{Build, digest_of, engine, id_of};
use super::image::{Image, PARTS, PULLED_BASE, SERVICES, reference};
use super::registry::decide;
use super::{BuildError, Files, Source, Tell, base, binary, wheel};
use std::sync::Mutex;
use std::time::Instant;

/// How many images are built at once: unpacking packages keeps one core busy.
const TOGETHER: usize = 2;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the files lie.
    pub files: Files,
    /// Where base images come from.
    pub source: Source,
    /// Whether the profile `full` is to be brought up.
    pub full: bool,
    /// What images are called: `<prefix>-edge:built`. The compose file takes it as `SHOP_IMAGES`.
    pub prefix: String,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    /// Images that were built.
    pub built: Vec<String>,
    /// Images that were there already.
    pub kept: Vec<String>,
}

/// Builds what is missing or no longer what the files say.
///
/// # Errors
/// If the engine does not answer or a build fails. Images that were finished stay.
pub fn build(request: &Request, tell: Tell<'_>) -> Result<Built, BuildError> {
    let version = engine()?;
    tell(&format!("Docker engine {version}"));
    let registry = decide(request.source, &request.files, tell)?;
    let work = Work { request, tell };
    // The services need no base: cargo keeps the cores busy while packages are fetched and unpacked.
    let (parts, services) = std::thread::scope(|scope| {
        let services = scope.spawn(|| work.services(registry));
        let parts = work.base(registry).and_then(|base| work.parts(&base));
        if let Err(error) = &parts {
            tell(&format!("{}; what is under way is finished first", error.message));
        }
        (parts, services.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut all = parts?;
    all.push(services?);
    let (built, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, new)| *new);
    let names = |list: Vec<(String, bool)>| list.into_iter().map(|(name, _)| name).collect();
    Ok(Built { built: names(built), kept: names(kept) })
}

/// What every build needs.
struct Work<'a> {
    request: &'a Request,
    tell: Tell<'a>,
}

/// The image under the infrastructure's.
struct Base {
    name: String,
    id: String,
}

/// An image, and whether it is new.
type Result1 = Result<(String, bool), BuildError>;

impl Work<'_> {
    fn base(&self, registry: bool) -> Result<Base, BuildError> {
        let name = match registry {
            true => PULLED_BASE.to_owned(),
            false => base::made(&self.request.files, &self.request.prefix, self.tell)?,
        };
        let id = id_of(&name)
            .ok_or_else(|| BuildError::new(format!("the base image {name} is not here after all")))?;
        Ok(Base { name, id })
    }

    /// The infrastructure's images, a few at a time. After a failure no further one is begun.
    fn parts(&self, base: &Base) -> Result<Vec<(String, bool)>, BuildError> {
        wheel::fetch(&self.request.files, self.tell);
        let wanted = PARTS.iter().filter(|part| self.request.full || !part.full_only);
        let queue = Mutex::new(wanted);
        let results = Mutex::new(Ok(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..TOGETHER {
                scope.spawn(|| {
                    while let Some(part) = next(&queue, &results) {
                        collect(&results, self.part(part, base));
                    }
                });
            }
        });
        results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn part(&self, part: &Image, base: &Base) -> Result1 {
        let context = self.request.files.image(part.name);
        let build = Build {
            image: &reference(&self.request.prefix, part.name),
            dockerfile: &context.join("Dockerfile"),
            context: &context,
            arguments: &[("BASE", &base.name)],
            digest: &digest(&context, &[&base.id])?,
        };
        self.unless_here(part.name, &build)
    }

    fn services(&self, registry: bool) -> Result1 {
        if registry { self.services_from_source() } else { self.services_from_binary() }
    }

    fn services_from_source(&self) -> Result1 {
        let files = &self.request.files;
        let dockerfile = files.image(SERVICES).join("Dockerfile");
        let build = Build {
            image: &reference(&self.request.prefix, SERVICES),
            dockerfile: &dockerfile,
            context: &files.root,
            arguments: &[],
            // Everything that the binary is made of: the engine's own cache looks at the whole checkout anyway.
            digest: &digest(&files.root.join("reference-stack/services"), &[&self.lock()?])?,
        };
        self.unless_here(SERVICES, &build)
    }

    fn services_from_binary(&self) -> Result1 {
        let files = &self.request.files;
        let context = binary::made(files, self.tell)?;
        let build = Build {
            image: &reference(&self.request.prefix, SERVICES),
            dockerfile: &files.image(SERVICES).join("Dockerfile.binary"),
            context: &context,
            arguments: &[],
            digest: &digest(&context, &[])?,
        };
        self.unless_here(SERVICES, &build)
    }

    fn lock(&self) -> Result<String, BuildError> {
        let path = self.request.files.root.join("Cargo.lock");
        std::fs::read_to_string(&path)
            .map_err(|error| BuildError::new(format!("{}: {error}", path.display())))
    }

    fn unless_here(&self, name: &str, build: &Build<'_>) -> Result1 {
        if digest_of(build.image).as_deref() == Some(build.digest) {
            (self.tell)(&format!("{name}: {} is up to date", build.image));
            return Ok((build.image.to_owned(), false));
        }
        (self.tell)(&format!("{name}: building {}", build.image));
        let begun = Instant::now();
        build.run(&self.request.files.cache.join(format!("logs/{name}.txt")))?;
        (self.tell)(&format!("{name}: built in {:.0} s", begun.elapsed().as_secs_f64()));
        Ok((build.image.to_owned(), true))
    }
}

type Results = Mutex<Result<Vec<(String, bool)>, BuildError>>;

/// The next image to build, unless one has failed.
fn next<'a>(queue: &Mutex<impl Iterator<Item = &'a Image>>, results: &Results) -> Option<&'a Image> {
    let failed = results.lock().map_or(true, |results| results.is_err());
    if failed { None } else { queue.lock().ok()?.next() }
}

fn collect(results: &Results, one: Result1) {
    let Ok(mut results) = results.lock() else { return };
    match (one, results.as_mut()) {
        (Ok(image), Ok(list)) => list.push(image),
        (Err(error), Ok(_)) => *results = Err(error),
        // The first failure is the one that is told.
        (_, Err(_)) => {}
    }
}
