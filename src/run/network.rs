//! Helpers for network faults: their image before the stack comes up, they themselves before the load.

use super::Job;
use super::preflight::Ready;
use crate::chaos::helpers::{self, Helpers, InContainers};
use crate::event::{Event, EventSink};
use std::sync::Arc;

/// The image, made if need be; `None`: no fault wants it. The error says why there is none.
pub(super) async fn image(job: &Job, ready: &Ready) -> Result<Option<String>, String> {
    if !helpers::wanted(&job.loaded.plan.faults) {
        return Ok(None);
    }
    let Some(containers) = ready.stack.containers() else {
        return Err("faults on packets, partitions and look-ups need a network namespace for each target: containers, \
                    with `kind = \"compose\"`"
            .into());
    };
    let (events, clock) = (ready.recorder.clone(), ready.clock);
    let progress = move |text: String| events.emit(clock.now(), Event::Note { text });
    let wanted = job.helper_image.as_deref();
    helpers::helper_image(containers.engine(), wanted, &job.program, &progress).await.map(Some)
}

/// The helpers, armed, beside every target that may be struck.
pub(super) async fn helpers(
    job: &Job,
    ready: &Ready,
    image: Option<String>,
) -> Result<Option<Arc<Helpers>>, String> {
    let Some(image) = image else { return Ok(None) };
    let instances = ready.stack.instances();
    let lines = |errors: Vec<String>| errors.join("\n");
    let sketches = helpers::sketches(&job.loaded.plan.faults, &instances).map_err(lines)?;
    let reach = Arc::new(InContainers::new(ready.stack.clone(), image, ready.run_id()));
    let helpers = Arc::new(Helpers::new(reach, sketches));
    helpers.prepare(&instances).await.map_err(lines)?;
    Ok(Some(helpers))
}
