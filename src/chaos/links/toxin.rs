//! From the plan's words to those of the proxy.

use crate::plan::model::{HttpFault, ToxicFault};
use crate::proxy::{Rule, Stream, Toxic};

/// The toxic that a plan asks for, under this name.
pub(in crate::chaos) fn toxic(name: &str, fault: &ToxicFault) -> Result<Toxic, String> {
    let stream = fault.stream.as_deref().unwrap_or("downstream");
    let stream = Stream::named(stream).ok_or_else(|| format!("`{stream}` is no stream"))?;
    let kind = &fault.kind;
    let mut toxic = Toxic::new(kind, stream).ok_or_else(|| format!("`{kind}` is no toxic"))?;
    toxic.name = name.to_owned();
    if let Some(toxicity) = fault.toxicity {
        toxic.toxicity = toxicity.0 as f32;
    }
    // Toxiproxy's attributes are whole numbers.
    let given = fault.attributes.iter().map(|(name, value)| (name.as_str(), value.round() as i64));
    // Its rate is in kB/s, and 0 would stall.
    let rate =
        fault.rate.map(|rate| ("rate", i64::try_from(rate.0.div_ceil(1_000)).unwrap_or(i64::MAX).max(1)));
    for (attribute, value) in given.chain(rate) {
        toxic =
            toxic.with(attribute, value).ok_or_else(|| format!("the toxic `{kind}` has no `{attribute}`"))?;
    }
    Ok(toxic)
}

/// The HTTP rule that a plan asks for, under this name.
pub(in crate::chaos) fn rule(name: &str, fault: &HttpFault) -> Result<Rule, String> {
    let rule = Rule {
        name: name.to_owned(),
        path: fault.path.clone(),
        method: fault.method.clone(),
        share: fault.share.map_or(1.0, |share| share.0),
        status: fault.status,
        body: fault.body.clone(),
        delay: fault.delay.map(|delay| delay.0),
        drop_reply: fault.drop_reply,
    };
    rule.trouble().map_or(Ok(rule), |trouble| Err(trouble.to_owned()))
}
