//! `shakedown net-helper`: network faults in the namespace that it runs in, ordered on standard input.

#[cfg(target_os = "linux")]
use crate::chaos::helpers::Proxied;
use std::process::ExitCode;

/// Serves until standard input ends.
#[cfg(target_os = "linux")]
pub fn main() -> ExitCode {
    match crate::netfault::helper_main(Box::new(Proxied::default())) {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// There is nothing to do it with.
#[cfg(not(target_os = "linux"))]
pub fn main() -> ExitCode {
    super::tell(super::Stop { exit: super::Exit::Usage, message: "network faults need Linux".into() }).into()
}
