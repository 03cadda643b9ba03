//! The images: what they are called and on what they stand.

/// An image of the infrastructure: Debian's packages and our configuration on the base image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// Its name, and that of its folder below `images/`.
    pub(super) name: &'static str,
    /// Whether only the profile `full` needs it.
    pub(super) full_only: bool,
}

/// Those of the infrastructure, the slowest to build first.
pub(super) const PARTS: &[Image] = &[
    Image { name: "postgres", full_only: false },
    Image { name: "rabbitmq", full_only: false },
    Image { name: "redis", full_only: false },
    Image { name: "etcd", full_only: false },
    Image { name: "balancer", full_only: false },
    Image { name: "edge", full_only: false },
    Image { name: "toolbox", full_only: true },
];

/// The image of all services.
pub(super) const SERVICES: &str = "services";

/// The base image as pulled.
pub(super) const PULLED_BASE: &str = "debian:12-slim";

/// What images' names begin with, unless the variable `SHOP_IMAGES` says otherwise; the compose file has it too.
pub const PREFIX: &str = "shakedown-shop";

/// What the compose file calls an image.
pub(super) fn reference(prefix: &str, name: &str) -> String {
    format!("{prefix}-{name}:built")
}
