//! The colours of series. Each has a dash of its own, so that no series is told by its colour alone; all have a contrast
//! of at least 4.5 to the page, in the dark too (`page.css` has those). They are told apart with every usual kind of
//! colour-blindness by hue and lightness after Okabe and Ito, <https://jfly.uni-koeln.de/color/>.

/// How a series is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// The class by which the page colours it in its light and dark form.
    pub class: &'static str,
    /// The colour where style is blocked.
    pub color: &'static str,
    /// The dash, as `stroke-dasharray` has it.
    pub dash: &'static str,
}

const fn tone(class: &'static str, color: &'static str, dash: &'static str) -> Tone {
    Tone { class, color, dash }
}

/// All of them, in the order in which they are given out.
pub const TONES: [Tone; 8] = [
    tone("s0", "#1f5fa8", "none"),
    tone("s1", "#0f766e", "7 3"),
    tone("s2", "#b8400e", "none"),
    tone("s3", "#6b7280", "1.5 3.5"),
    tone("s4", "#8b3fb0", "9 3 2 3"),
    tone("s5", "#8a6100", "4 3"),
    tone("s6", "#be185d", "12 4"),
    tone("s7", "#111827", "2 3 7 3"),
];

/// The tone of a series by its number.
pub fn of(number: usize) -> Tone {
    TONES[number % TONES.len()]
}
