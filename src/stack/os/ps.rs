//! `ps`, for systems without `/proc`.

use std::process::{Command, Stdio};

/// One column of one process, as `ps -o COLUMN= -p PID` prints it.
pub(super) fn column(pid: u32, column: &str) -> Option<String> {
    let output = Command::new("ps")
        .args(["-o", &format!("{column}="), "-p", &pid.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_have_a_state_and_nobody_has_none() {
        // `ps` itself may be missing in a slim container; then there is nothing to hold it against.
        if Command::new("ps").stdout(Stdio::null()).status().is_err() {
            return;
        }
        assert!(column(std::process::id(), "state").is_some());
        assert_eq!(column(u32::MAX, "state"), None);
    }
}
