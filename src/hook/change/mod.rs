//! A change as the hook sees it: files before and after, and which lines of the new text are new.

mod batch;
mod lines;
mod moves;
mod raw;

pub use batch::{Object, ReadError, read_objects};
pub use lines::Lines;
pub use raw::{Blob, Entry, RawError, read_index, read_raw, read_tree};

pub(super) use moves::mark_moves;

/// Largest file that is parsed as source; a larger one is itself a finding.
pub const SOURCE_LIMIT: u64 = 1 << 20;
/// Largest file that is searched as text.
pub const TEXT_LIMIT: u64 = 8 << 20;

/// What stands at a path on one side of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Absent,
    Text(String),
    /// Bytes that are no text in UTF-8 or in UTF-16 with a byte order mark.
    Binary,
    /// Larger than [`TEXT_LIMIT`], with its size in bytes.
    Large(u64),
    /// A symbolic link or a submodule.
    Reference,
}

impl Content {
    /// Decodes what git stored. Odd bytes in otherwise readable text become U+FFFD; line numbers stay git's.
    pub fn from_bytes(bytes: &[u8]) -> Content {
        if bytes.len() as u64 > TEXT_LIMIT {
            return Content::Large(bytes.len() as u64);
        }
        match bytes {
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
            all => utf8(all),
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// git calls content binary when a NUL stands in its first 8000 bytes (`buffer_is_binary` in xdiff-interface.c).
/// The whole is searched here: a NUL further down must not hide what follows it from the parsers.
fn utf8(bytes: &[u8]) -> Content {
    if bytes.contains(&0) { Content::Binary } else { Content::Text(String::from_utf8_lossy(bytes).into_owned()) }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Content {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok().map(unit));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    if text.contains('\0') { Content::Binary } else { Content::Text(text) }
}

/// One file of a change.
#[derive(Debug, Clone)]
pub struct FileChange {
    /// Path after the change; the old one of a deleted file.
    pub path: String,
    pub old: Content,
    pub new: Content,
}

/// Which lines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The lines the change adds.
    Added,
    /// Every line of every file (`--all`).
    Everything,
}

/// All files of one change.
#[derive(Debug, Clone)]
pub struct Change {
    pub scope: Scope,
    pub files: Vec<FileChange>,
}

#[cfg(test)]
mod tests {
    use super::{Content, TEXT_LIMIT};

    #[test]
    fn odd_encodings_are_read_or_named() {
        assert_eq!(Content::from_bytes(b"a\xFFb"), Content::Text("a\u{FFFD}b".into()));
        assert_eq!(Content::from_bytes(b"\xEF\xBB\xBFx"), Content::Text("x".into()));
        assert_eq!(Content::from_bytes(b"\xFF\xFEx\0\n\0"), Content::Text("x\n".into()));
        assert_eq!(Content::from_bytes(b"\xFE\xFF\0x"), Content::Text("x".into()));
        assert_eq!(Content::from_bytes(b"\x89PNG\0"), Content::Binary);
        let far = [vec![b'a'; 9000], vec![0]].concat();
        assert_eq!(Content::from_bytes(&far), Content::Binary);
        let size = TEXT_LIMIT + 1;
        assert_eq!(Content::from_bytes(&vec![b'a'; size as usize]), Content::Large(size));
    }
}
