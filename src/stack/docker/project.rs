//! The name of a Compose project.

/// The project of a plan: the one that it names, as Compose takes it; else one made of the plan's own name.
pub fn project_name(chosen: Option<&str>, plan: &str) -> String {
    chosen.map_or_else(|| of_plan(plan), compose_name)
}

/// What Compose makes of a name, or of a folder's: it is lower-cased, and what is not a letter, digit, `-` or `_` is left out, as
/// are `-` and `_` in front (`normalizeProjectName` of compose-go). `My.Shop` is `myshop`.
pub fn compose_name(name: &str) -> String {
    let kept: String = name.to_lowercase().chars().filter(|c| fits(*c)).collect();
    let name = kept.trim_start_matches(['-', '_']);
    if name.is_empty() { "default".to_owned() } else { name.to_owned() }
}

/// A plan's name is a sentence: its words are joined by hyphens.
fn of_plan(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let name = joined.trim_start_matches(['-', '_']);
    if name.is_empty() { "shakedown".to_owned() } else { name.to_owned() }
}

fn fits(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_')
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
            assert_eq!(project_name(None, name), project);
        }
    }

    #[test]
    fn a_name_that_was_chosen_is_what_compose_makes_of_it() {
        for (name, project) in [
            ("shop", "shop"),
            ("My.Shop", "myshop"),
            ("my shop!", "myshop"),
            ("_x-1", "x-1"),
            ("--a--b", "a--b"),
            ("...", "default"),
        ] {
            assert_eq!(project_name(Some(name), "a plan"), project);
            assert_eq!(compose_name(name), project);
        }
    }
}
