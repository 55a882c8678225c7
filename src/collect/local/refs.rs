//! HEAD and branches: gitrepository-layout(5), git-pack-refs(1). Ids are hexadecimal: 40 digits, or 64 in a SHA-256 repository.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    Error,
    layout::{self, Kind, Layout},
};
use crate::model::{history::BranchTip, id::BranchName};

/// Bytes of `packed-refs`: about half a million branches and tags.
const PACKED: u64 = 64 << 20;
/// Folders inside `refs`.
const DEPTH: usize = 16;

pub(super) struct Head {
    pub reference: Option<String>,
    pub commit: Option<String>,
}

pub(super) fn head(layout: &Layout) -> Result<Head, Error> {
    let text = layout::small(&layout.own.join("HEAD"))?.unwrap_or_default();
    let text = text.trim();
    if is_id(text) {
        return Ok(Head { reference: None, commit: Some(text.to_owned()) });
    }
    let reference = text.strip_prefix("ref:").map(str::trim).filter(|name| is_plain(name));
    let Some(reference) = reference else { return Err(Error::BadHead(text.chars().take(80).collect())) };
    let loose = layout::small(&layout.common.join(reference))?;
    let commit = match loose.as_deref().map(str::trim).filter(|id| is_id(id)) {
        Some(id) => Some(id.to_owned()),
        None => packed(layout)?.remove(reference),
    };
    Ok(Head { reference: Some(reference.to_owned()), commit })
}

/// Branches of the clone and of its remotes; a loose one counts before a packed one of the same name.
pub(super) fn branches(layout: &Layout) -> Result<Vec<BranchTip>, Error> {
    let mut all = packed(layout)?;
    for folder in ["refs/heads", "refs/remotes"] {
        loose(&layout.common, folder, DEPTH, &mut all)?;
    }
    let named = all.into_iter().filter_map(|(name, commit)| {
        let short = name.strip_prefix("refs/heads/").or(name.strip_prefix("refs/remotes/"))?;
        let tip = BranchTip { name: BranchName::new(short), commit };
        (!short.ends_with("/HEAD")).then_some(tip)
    });
    let mut tips: Vec<BranchTip> = named.collect();
    tips.sort();
    tips.dedup();
    Ok(tips)
}

/// The commits where a shallow clone was cut ("shallow" in gitrepository-layout).
pub(super) fn shallow(layout: &Layout) -> Result<Vec<String>, Error> {
    let text = layout::text(&layout.common.join("shallow"), PACKED)?.unwrap_or_default();
    Ok(text.lines().map(str::trim).filter(|line| is_id(line)).map(str::to_owned).collect())
}

fn packed(layout: &Layout) -> Result<BTreeMap<String, String>, Error> {
    let text = layout::text(&layout.common.join("packed-refs"), PACKED)?.unwrap_or_default();
    let line = |line: &str| {
        let (id, name) = line.split_once(' ')?;
        (is_id(id) && is_plain(name)).then(|| (name.to_owned(), id.to_owned()))
    };
    Ok(text.lines().filter_map(line).collect())
}

fn loose(common: &Path, folder: &str, depth: usize, all: &mut BTreeMap<String, String>) -> Result<(), Error> {
    let path = common.join(folder);
    if depth == 0 || layout::kind(&path)? != Some(Kind::Folder) {
        return Ok(());
    }
    for entry in fs::read_dir(&path).map_err(|e| layout::io(&path, &e))? {
        let entry = entry.map_err(|e| layout::io(&path, &e))?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        let name = format!("{folder}/{file}");
        match layout::kind(&entry.path())? {
            Some(Kind::Folder) => loose(common, &name, depth - 1, all)?,
            Some(Kind::File) => {
                if let Some(id) = layout::small(&entry.path())?.as_deref().map(str::trim).filter(|id| is_id(id)) {
                    all.insert(name, id.to_owned());
                }
            }
            // A link was how git once wrote a symbolic reference; it is not followed.
            Some(Kind::Other) | None => {}
        }
    }
    Ok(())
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A name below `refs/` that stays there (git-check-ref-format(1): no component begins with a dot).
fn is_plain(name: &str) -> bool {
    name.strip_prefix("refs/").is_some_and(|rest| {
        rest.split('/').all(|part| !part.is_empty() && !part.starts_with('.')) && !rest.contains(['\\', '\0'])
    })
}
