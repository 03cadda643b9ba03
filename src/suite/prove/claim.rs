//! Which plans belong to which claim: the claim's id is what stands before the first dash of the file's name.

use std::path::{Path, PathBuf};

/// A claim and the plans that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// `D3`.
    pub id: String,
    /// `plans/D3-primary-killed.toml`, …
    pub plans: Vec<PathBuf>,
}

/// The claims that are wanted: by id (`D3`, in any case), or by a plan's file, whose name is then the claim. Nothing
/// wanted: every claim that has a plan in `folder`.
///
/// # Errors
/// If a name is neither; if there is no claim at all.
pub fn claims(folder: &Path, wanted: &[String]) -> Result<Vec<Claim>, String> {
    let known = known(folder)?;
    if wanted.is_empty() {
        return match known.is_empty() {
            true => {
                Err(format!("{}: no plan's name begins with a claim's id (`L2-….toml`)", folder.display()))
            }
            false => Ok(known),
        };
    }
    let mut claims: Vec<Claim> = Vec::new();
    for name in wanted {
        let claim = one(&known, name).ok_or_else(|| {
            format!("`{name}` is neither a plan's file nor a claim; {}", there_are(folder, &known))
        })?;
        match claims.iter_mut().find(|other| other.id == claim.id) {
            Some(other) => other.plans.extend(
                claim.plans.into_iter().filter(|plan| !other.plans.contains(plan)).collect::<Vec<_>>(),
            ),
            None => claims.push(claim),
        }
    }
    Ok(claims)
}

fn one(known: &[Claim], name: &str) -> Option<Claim> {
    if let Some(claim) = known.iter().find(|claim| claim.id.eq_ignore_ascii_case(name)) {
        return Some(claim.clone());
    }
    let path = Path::new(name);
    let stem = path.file_stem()?.to_string_lossy();
    let id = id(&stem).unwrap_or(&stem).to_owned();
    path.is_file().then(|| Claim { id, plans: vec![path.to_owned()] })
}

fn there_are(folder: &Path, known: &[Claim]) -> String {
    if known.is_empty() {
        return format!("{} has no plan of a claim", folder.display());
    }
    let ids: Vec<&str> = known.iter().map(|claim| claim.id.as_str()).collect();
    format!("{} has {}", folder.display(), ids.join(", "))
}

/// Every claim of a folder, in the order of letters and numbers: D3 before D17. No folder: no claim.
fn known(folder: &Path) -> Result<Vec<Claim>, String> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: cannot be listed: {error}", folder.display())),
    };
    let mut plans: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    plans.sort();
    let mut claims: Vec<Claim> = Vec::new();
    for plan in plans {
        let stem = plan.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(id) = id(&stem) else { continue };
        match claims.iter_mut().find(|claim| claim.id == id) {
            Some(claim) => claim.plans.push(plan),
            None => claims.push(Claim { id: id.to_owned(), plans: vec![plan] }),
        }
    }
    claims.sort_by_key(|claim| order(&claim.id));
    Ok(claims)
}

/// One or more letters, then a number: `L2`, `D17`.
fn id(stem: &str) -> Option<&str> {
    let id = stem.split('-').next()?;
    let digits = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_id =
        digits.len() < id.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then_some(id)
}

fn order(id: &str) -> (String, u64) {
    let digits = id.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    (id[..id.len() - digits.len()].to_ascii_uppercase(), digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> tempfile::TempDir {
        let desk = tempfile::tempdir().expect("a folder");
        for name in
            ["D17-a.toml", "D3-killed.toml", "D3-frozen.toml", "L2.toml", "quickstart.toml", "D4-x.txt"]
        {
            std::fs::write(desk.path().join(name), "").expect("written");
        }
        desk
    }

    fn ids(claims: &[Claim]) -> Vec<(&str, usize)> {
        claims.iter().map(|claim| (claim.id.as_str(), claim.plans.len())).collect()
    }

    #[test]
    fn plans_belong_to_the_claim_that_their_name_begins_with() {
        let desk = desk();
        let all = claims(desk.path(), &[]).expect("claims");
        assert_eq!(ids(&all), [("D3", 2), ("D17", 1), ("L2", 1)]);
        let some = claims(desk.path(), &["l2".into(), "D3".into(), "L2".into()]).expect("claims");
        assert_eq!(ids(&some), [("L2", 1), ("D3", 2)]);
    }

    #[test]
    fn a_file_is_a_claim_by_its_own_name() {
        let desk = desk();
        let file = desk.path().join("quickstart.toml").display().to_string();
        assert_eq!(ids(&claims(Path::new("nowhere"), &[file]).expect("a claim")), [("quickstart", 1)]);
    }

    #[test]
    fn what_is_neither_is_told_with_what_there_is() {
        let desk = desk();
        let wrong = claims(desk.path(), &["X9".into()]).expect_err("no such claim");
        assert!(wrong.contains("`X9`") && wrong.contains("D3, D17, L2"), "{wrong}");
        assert!(claims(Path::new("nowhere"), &[]).is_err());
    }
}
