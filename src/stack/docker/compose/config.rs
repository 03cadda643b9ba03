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
}

/// The services of the text that `config` prints.
pub fn services(text: &str) -> BTreeMap<String, ServiceConfig> {
    let mut found = BTreeMap::new();
    let mut inside = false;
    let mut service: Option<String> = None;
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let depth = line.len() - line.trim_start().len();
        let Some((key, value)) = line.trim().split_once(':') else { continue };
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
                    environment:\n      image: no\n  \"db\":\n    image: 'pg:15'\n    depends_on:\n      web:\n        \
                    condition: service_started\nversion: '3.9'\nvolumes:\n  data: {}\n";
        let found = services(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["db", "web"]);
        assert_eq!(found["web"], ServiceConfig { image: Some("shop/web:1".into()), builds: true });
        assert_eq!(found["db"], ServiceConfig { image: Some("pg:15".into()), builds: false });
        assert!(services("nothing").is_empty());
    }
}
