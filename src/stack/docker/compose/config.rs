//! What `config` prints: the compose file with everything filled in.
//!
//! Both versions print YAML in block style with two blanks a level, which is all that is read here; a whole YAML reader would
//! be a large thing to ask two questions of such a text.

use std::collections::BTreeMap;

/// What we want to know of a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceConfig {
    /// Its image.
    pub image: Option<String>,
    /// Whether it is built from a Dockerfile.
    pub builds: bool,
    /// The profiles of which one must be chosen for it to be part of the project; empty: it always is.
    pub profiles: Vec<String>,
}

impl ServiceConfig {
    /// Whether it is part of the project when these profiles are chosen.
    pub fn is_in(&self, profiles: &[String]) -> bool {
        self.profiles.is_empty() || self.profiles.iter().any(|profile| profiles.contains(profile))
    }
}

/// The services of the text that `config` prints.
pub fn services(text: &str) -> BTreeMap<String, ServiceConfig> {
    let mut found: BTreeMap<String, ServiceConfig> = BTreeMap::new();
    let mut inside = false;
    let mut service: Option<String> = None;
    let mut in_profiles = false;
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let depth = line.len() - line.trim_start().len();
        if let Some(item) = line.trim().strip_prefix("- ").filter(|_| in_profiles) {
            let config = service.as_ref().and_then(|name| found.get_mut(name));
            if let Some(config) = config {
                config.profiles.push(unquoted(item));
            }
            continue;
        }
        let Some((key, value)) = line.trim().split_once(':') else { continue };
        in_profiles = inside && depth == 4 && key == "profiles";
        match depth {
            0 => inside = key == "services",
            2 if inside => {
                let name = unquoted(key);
                found.insert(name.clone(), ServiceConfig::default());
                service = Some(name);
            }
            4 if inside => {
                let Some(config) = service.as_ref().and_then(|name| found.get_mut(name)) else { continue };
                match key {
                    "image" => config.image = Some(unquoted(value)),
                    "build" => config.builds = true,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    found
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_with_their_images() {
        let text = "networks:\n  default: {}\nservices:\n  web:\n    build:\n      context: /x\n    image: shop/web:1\n    \
                    environment:\n      image: no\n  \"db\":\n    image: 'pg:15'\n    profiles:\n    - full\n    depends_on:\n      web:\n        \
                    condition: service_started\nversion: '3.9'\nvolumes:\n  data: {}\n";
        let found = services(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["db", "web"]);
        let web = ServiceConfig { image: Some("shop/web:1".into()), builds: true, profiles: Vec::new() };
        assert_eq!(found["web"], web);
        assert!(web.is_in(&[]));
        let db = &found["db"];
        assert_eq!(
            (db.image.as_deref(), db.builds, db.profiles.clone()),
            (Some("pg:15"), false, vec!["full".to_owned()])
        );
        assert!(db.is_in(&["full".to_owned()]) && !db.is_in(&["core".to_owned()]));
        assert!(services("nothing").is_empty());
    }
}
