//! The name of a Compose project.

/// The name in the form that Compose allows: lower-case letters, digits, `-` and `_`, with a letter or digit in front.
/// A plan's name becomes one; so does what the user wrote, since Compose itself would change it in silence.
pub fn project_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let plain: String = name.to_lowercase().chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let name = joined.trim_start_matches(['-', '_']);
    if name.is_empty() { "shakedown".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plans_name_becomes_a_projects_name() {
        for (name, project) in [
            ("shop", "shop"),
            ("A node dies under load", "a-node-dies-under-load"),
            ("my_shop-2", "my_shop-2"),
            ("_x", "x"),
            ("Größe!", "gr-e"),
            ("¡!", "shakedown"),
        ] {
            assert_eq!(project_name(name), project);
        }
    }
}
