//! The id of the request that is being served: taken from the caller or made here, told in logs and to whoever is called
//! in turn.

use std::future::Future;
use tokio::task_local;

/// The header.
pub const HEADER: &str = "x-request-id";

/// The longest id that is taken over, in bytes.
const LONGEST: usize = 100;

task_local! {
    static CURRENT: String;
}

/// The id, where a request is being served.
pub fn current() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Does `work` in the name of request `id`.
pub async fn within<F: Future>(id: String, work: F) -> F::Output {
    CURRENT.scope(id, work).await
}

/// The caller's id, if it is fit to be told again.
pub fn taken_over(text: Option<&str>) -> String {
    let fit = |text: &&str| {
        !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    text.filter(fit).map_or_else(crate::ids::ascending, str::to_owned)
}
