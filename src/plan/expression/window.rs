//! The windows in which objectives are judged.

use std::fmt;
use std::str::FromStr;

/// When an objective is judged. Bounds are those observed, not those planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Window {
    /// The whole load without warm-up.
    #[default]
    Run,
    /// The run without faults and recoveries.
    Steady,
    /// This fault, from the beginning of its action until it was healed: [started, healed).
    Fault(String),
    /// From this fault's heal until recovered, else to the end of the load.
    Recovery(String),
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Window, String> {
        let trimmed = text.trim();
        let inside = |name: &str| {
            trimmed
                .strip_prefix(name)
                .and_then(|rest| rest.trim_start().strip_prefix('('))
                .and_then(|rest| rest.strip_suffix(')'))
                .map(|id| id.trim().to_owned())
                .filter(|id| !id.is_empty())
        };
        match trimmed {
            "run" => Ok(Window::Run),
            "steady" => Ok(Window::Steady),
            _ => inside("fault").map(Window::Fault).or_else(|| inside("recovery").map(Window::Recovery)).ok_or_else(|| {
                format!("`{text}` is not a window; the windows are `run`, `steady`, `fault(id)` and `recovery(id)`")
            }),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Window::Run => f.write_str("run"),
            Window::Steady => f.write_str("steady"),
            Window::Fault(id) => write!(f, "fault({id})"),
            Window::Recovery(id) => write!(f, "recovery({id})"),
        }
    }
}

crate::plan::units::unit_as_text!(
    Window,
    "Window",
    r"^(run|steady|(fault|recovery)\s*\(.+\))$",
    "a window: `run`, `steady`, `fault(id)` or `recovery(id)`"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_read_and_print() {
        for text in ["run", "steady", "fault(node-dies)", "recovery(x)"] {
            assert_eq!(text.parse::<Window>().map(|w| w.to_string()), Ok(text.to_owned()));
        }
        assert!("fault()".parse::<Window>().is_err());
        assert!("always".parse::<Window>().is_err());
    }
}
