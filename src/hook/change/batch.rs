//! Reads the answer of `git cat-file --batch`.
//!
//! Format: git-cat-file documentation, section "Batch output".

use std::io::{self, BufRead, Read};

use thiserror::Error;

use super::TEXT_LIMIT;

/// Bytes kept of one change: a hostile or vast one must not fill the memory.
const TOTAL_LIMIT: u64 = 1 << 30;

/// An object's content, as far as it was taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Object {
    Bytes(Vec<u8>),
    /// Not taken: larger than [`TEXT_LIMIT`], or all objects together are larger than [`TOTAL_LIMIT`].
    Large(u64),
}

/// Why an object could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    #[error("git answered `{0}` where an object was asked for")]
    Malformed(String),
    #[error(
        "git does not have the object `{0}`\nhint: in a partial or shallow clone, fetch the history that the change needs first"
    )]
    Missing(String),
    #[error("git stopped answering in the middle of an object")]
    Torn(#[from] io::Error),
}

/// The objects that `--batch` printed, in the order asked.
pub fn read_objects(mut input: impl BufRead) -> Result<Vec<Object>, ReadError> {
    let mut objects = Vec::new();
    let mut header = String::new();
    let mut total = 0;
    while input.by_ref().take(512).read_line(&mut header)? > 0 {
        let size = size(header.trim_end_matches('\n'))?;
        header.clear();
        if size > TEXT_LIMIT || size > TOTAL_LIMIT - total {
            io::copy(&mut input.by_ref().take(size), &mut io::sink())?;
            objects.push(Object::Large(size));
        } else {
            let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
            input.read_exact(&mut bytes)?;
            total += size;
            objects.push(Object::Bytes(bytes));
        }
        let mut end = [0];
        input.read_exact(&mut end)?;
        if end != *b"\n" {
            return Err(ReadError::Malformed("an object without its end".into()));
        }
    }
    Ok(objects)
}

fn size(header: &str) -> Result<u64, ReadError> {
    let parts: Vec<&str> = header.split(' ').collect();
    match parts.as_slice() {
        [_, "blob" | "tree" | "commit" | "tag", size] => {
            size.parse().map_err(|_| ReadError::Malformed(header.to_owned()))
        }
        [object, "missing"] => Err(ReadError::Missing((*object).to_owned())),
        _ => Err(ReadError::Malformed(header.chars().take(120).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_come_in_order_whatever_they_hold() {
        let objects = read_objects(&b"aa blob 3\na\nb\nbb blob 0\n\n"[..]).unwrap();
        assert_eq!(objects, [Object::Bytes(b"a\nb".to_vec()), Object::Bytes(vec![])]);
    }

    #[test]
    fn a_large_object_is_passed_over() {
        let size = TEXT_LIMIT + 1;
        let mut answer = format!("aa blob {size}\n").into_bytes();
        answer.extend(std::iter::repeat_n(b'x', size as usize));
        answer.extend(b"\nbb blob 1\ny\n");
        assert_eq!(read_objects(&answer[..]).unwrap(), [Object::Large(size), Object::Bytes(b"y".to_vec())]);
    }

    #[test]
    fn missing_and_torn_objects_are_errors() {
        assert!(matches!(read_objects(&b"aa missing\n"[..]), Err(ReadError::Missing(_))));
        assert!(matches!(read_objects(&b"aa blob 9\nabc"[..]), Err(ReadError::Torn(_))));
        assert!(matches!(read_objects(&b"aa blob 2\nabc"[..]), Err(ReadError::Malformed(_))));
        assert!(matches!(read_objects(&b"what\n"[..]), Err(ReadError::Malformed(_))));
    }
}
