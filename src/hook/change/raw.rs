//! The diff reader: `git diff --raw -z`, `git ls-files --stage -z` and `git ls-tree -r -z`.
//!
//! The NUL-separated forms carry paths as they are, so nothing has to be unquoted. Format: git-diff documentation,
//! section "Raw output format"; git-ls-files, `--stage`; git-ls-tree, "Output format".

use thiserror::Error;

/// Where the content of a side is, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub path: String,
    pub old: Option<Blob>,
    pub new: Option<Blob>,
}

/// A mode and an object name as git prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    pub object: String,
    pub regular: bool,
}

/// Why a list from git could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RawError {
    #[error("git listed a change in a form that is not its raw format: `{0}`")]
    Malformed(String),
    #[error("git's list of changes ends in the middle of an entry")]
    Torn,
    #[error("`{0}` is unmerged: solve the conflict first")]
    Unmerged(String),
}

/// Reads `git diff --raw -z --no-abbrev`.
pub fn read_raw(bytes: &[u8]) -> Result<Vec<Entry>, RawError> {
    let mut entries = Vec::new();
    let mut fields = Fields::new(bytes);
    while let Some(header) = fields.next() {
        let header = header?;
        let malformed = || RawError::Malformed(header.chars().take(120).collect());
        let mut parts = header.strip_prefix(':').ok_or_else(malformed)?.split(' ');
        let (Some(old_mode), Some(new_mode), Some(old), Some(new), Some(status), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(malformed());
        };
        let first = fields.next().ok_or(RawError::Torn)??;
        let path = match status.chars().next() {
            Some('R' | 'C') => fields.next().ok_or(RawError::Torn)??,
            Some('A' | 'D' | 'M' | 'T') => first,
            Some('U') => return Err(RawError::Unmerged(first)),
            _ => return Err(malformed()),
        };
        let old = blob(old_mode, old).ok_or_else(malformed)?;
        let new = blob(new_mode, new).ok_or_else(malformed)?;
        entries.push(Entry { path, old, new });
    }
    Ok(entries)
}

/// Reads `git ls-files --stage -z`: every tracked file of the index, as if the change added it.
pub fn read_index(bytes: &[u8]) -> Result<Vec<Entry>, RawError> {
    listed(bytes, |parts| match parts {
        [mode, object, "0"] => blob(mode, object),
        _ => None,
    })
}

/// Reads `git ls-tree -r -z`: every file of a commit.
pub fn read_tree(bytes: &[u8]) -> Result<Vec<Entry>, RawError> {
    listed(bytes, |parts| match parts {
        [mode, "blob" | "commit", object] => blob(mode, object),
        _ => None,
    })
}

fn listed(bytes: &[u8], read: fn(&[&str]) -> Option<Option<Blob>>) -> Result<Vec<Entry>, RawError> {
    Fields::new(bytes)
        .map(|field| {
            let field = field?;
            let malformed = || RawError::Malformed(field.chars().take(120).collect());
            let (meta, path) = field.split_once('\t').ok_or_else(malformed)?;
            let parts: Vec<&str> = meta.split(' ').collect();
            if let [_, _, "1" | "2" | "3"] = parts.as_slice() {
                return Err(RawError::Unmerged(path.to_owned()));
            }
            let new = read(&parts).ok_or_else(malformed)?;
            Ok(Entry { path: path.to_owned(), old: None, new })
        })
        .collect()
}

/// `None`: not a mode and an object name. `Some(None)`: nothing stands on this side.
fn blob(mode: &str, object: &str) -> Option<Option<Blob>> {
    let hex = object.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if !hex || !matches!(object.len(), 40 | 64) || mode.len() != 6 || !mode.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if mode == "000000" {
        return Some(None);
    }
    Some(Some(Blob { object: object.to_owned(), regular: mode.starts_with("100") }))
}

/// Fields that each end in NUL. Bytes of a path that are no UTF-8 become U+FFFD.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn new(bytes: &'a [u8]) -> Fields<'a> {
        Fields { rest: bytes }
    }
}

impl Iterator for Fields<'_> {
    type Item = Result<String, RawError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some(end) = self.rest.iter().position(|byte| *byte == 0) else {
            self.rest = &[];
            return Some(Err(RawError::Torn));
        };
        let (field, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(Ok(String::from_utf8_lossy(field).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const B: &str = "2222222222222222222222222222222222222222";
    const Z: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn adds_changes_renames_and_deletes_are_read() {
        let list = format!(
            ":000000 100644 {Z} {A} A\0new \u{20ac}\n.rs\0:100644 100755 {A} {B} R086\0old.rs\0to.rs\0:100644 000000 {A} {Z} D\0gone\0:000000 160000 {Z} {A} A\0sub\0"
        );
        let entries = read_raw(list.as_bytes()).unwrap();
        let shape: Vec<_> =
            entries.iter().map(|e| (e.path.as_str(), e.old.is_some(), e.new.as_ref().map(|b| b.regular))).collect();
        assert_eq!(
            shape,
            [
                ("new \u{20ac}\n.rs", false, Some(true)),
                ("to.rs", true, Some(true)),
                ("gone", true, None),
                ("sub", false, Some(false))
            ]
        );
    }

    #[test]
    fn lists_of_files_are_read() {
        let index = format!("100644 {A} 0\ta\tb.rs\0");
        assert_eq!(read_index(index.as_bytes()).unwrap()[0].path, "a\tb.rs");
        let tree = format!("100644 blob {A}\tx\0160000 commit {B}\tsub\0");
        assert_eq!(read_tree(tree.as_bytes()).unwrap().len(), 2);
    }

    #[test]
    fn damage_is_an_error_and_no_shorter_list() {
        let whole = format!(":100644 100644 {A} {B} M\0a.rs\0");
        for cut in 1..whole.len() {
            assert!(read_raw(&whole.as_bytes()[..cut]).is_err(), "cut at {cut}");
        }
        assert_eq!(read_raw(format!(":100644 100644 {A} {B} U\0a\0").as_bytes()), Err(RawError::Unmerged("a".into())));
        assert_eq!(read_index(format!("100644 {A} 2\ta\0").as_bytes()), Err(RawError::Unmerged("a".into())));
        assert!(read_raw(format!(":100644 100644 --x {B} M\0a\0").as_bytes()).is_err());
    }
}
