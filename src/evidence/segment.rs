//! One immutable piece of a run's log. It checks itself, so that a write that was cut short and bytes that somebody
//! changed are told apart.

use serde::{Deserialize, Serialize};

use super::{header::End, record::Record};
use crate::base::digest::Digest;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Record(Box<Record>),
    End(End),
    /// The last line of every segment.
    Segment(Seal),
}

/// Each segment names the digest of the one before: the last seal vouches for the whole log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Seal {
    number: u64,
    lines: usize,
    /// Of the bytes before the seal.
    digest: Digest,
    /// Of the whole previous file.
    previous: Option<Digest>,
}

/// Where a segment stands in its log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub number: u64,
    pub previous: Option<Digest>,
}

impl Place {
    pub fn first() -> Place {
        Place { number: 1, previous: None }
    }

    pub fn after(self, file: &[u8]) -> Place {
        Place { number: self.number + 1, previous: Some(Digest::of(file)) }
    }

    pub fn file_name(self) -> String {
        format!("{:08}.jsonl", self.number)
    }
}

#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    /// The seal is missing: the write never finished, so nothing in it was ever relied on.
    Torn,
    Damaged(String),
}

/// The bytes of a whole segment.
pub(super) fn write(place: Place, lines: &[Line]) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, line)?;
        bytes.push(b'\n');
    }
    let seal = Seal { number: place.number, lines: lines.len(), digest: Digest::of(&bytes), previous: place.previous };
    serde_json::to_writer(&mut bytes, &Line::Segment(seal))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The lines of the segment at `place`, once its seal holds.
pub(super) fn read(place: Place, bytes: &[u8]) -> Result<Vec<Line>, Fault> {
    let (body, seal) = split(bytes)?;
    let damaged = |why: String| Err(Fault::Damaged(why));
    if seal.digest != Digest::of(body) {
        return damaged(format!("its bytes have the digest {}, its seal says {}", Digest::of(body), seal.digest));
    }
    if (seal.number, seal.previous) != (place.number, place.previous) {
        return damaged("it does not follow the segment before it".to_owned());
    }
    let lines = body
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(serde_json::from_slice)
        .collect::<Result<Vec<Line>, _>>()
        .map_err(|e| Fault::Damaged(e.to_string()))?;
    if lines.len() != seal.lines {
        return damaged(format!("it holds {} lines, its seal says {}", lines.len(), seal.lines));
    }
    Ok(lines)
}

/// The bytes before the seal, and the seal. A write that was cut short leaves half a line, or whole lines and no seal; a last
/// line that ends and cannot be read was altered.
fn split(bytes: &[u8]) -> Result<(&[u8], Seal), Fault> {
    let whole = bytes.strip_suffix(b"\n").ok_or(Fault::Torn)?;
    let start = whole.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let (body, last) = whole.split_at_checked(start).ok_or(Fault::Torn)?;
    match serde_json::from_slice(last).map_err(|e| Fault::Damaged(format!("its last line cannot be read: {e}")))? {
        Line::Segment(seal) => Ok((body, seal)),
        _ => Err(Fault::Torn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(why: &str) -> Line {
        Line::End(End { at: jiff::Timestamp::UNIX_EPOCH, complete: false, why: Some(why.to_owned()) })
    }

    fn segment() -> Vec<u8> {
        write(Place::first(), &[end("one"), end("two")]).unwrap()
    }

    #[test]
    fn a_segment_reads_back_and_the_next_one_names_it() {
        let first = segment();
        assert_eq!(read(Place::first(), &first).unwrap(), vec![end("one"), end("two")]);
        let place = Place::first().after(&first);
        let second = write(place, &[]).unwrap();
        assert_eq!(read(place, &second).unwrap(), vec![]);
        let swapped = Place { previous: Some(Digest::of("another")), ..place };
        assert!(matches!(read(swapped, &second), Err(Fault::Damaged(_))));
        assert!(matches!(read(Place::first(), &second), Err(Fault::Damaged(_))));
    }

    #[test]
    fn cut_anywhere_is_torn() {
        let whole = segment();
        for length in 0..whole.len() {
            assert_eq!(read(Place::first(), &whole[..length]), Err(Fault::Torn), "{length} bytes");
        }
    }

    #[test]
    fn a_changed_byte_before_the_seal_is_damage() {
        let whole = segment();
        let seal = whole.len() - String::from_utf8_lossy(&whole).lines().last().unwrap().len() - 1;
        for at in 0..seal {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(matches!(read(Place::first(), &changed), Err(Fault::Damaged(_))), "byte {at}");
        }
    }
}
