//! The typed values that conditions compare: times and address blocks.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::TimeZone;

/// Reads a number as numeric operators compare it.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Reads a truth value.
#[must_use]
pub fn truth_value(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// Reads a time: the W3C profile of ISO 8601 (from a year to fractions of a second) or seconds since 1970.
///
/// Source: IAM User Guide, `reference_policies_elements_condition_operators` (date condition operators).
#[must_use]
pub fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == text.len() && digits != 4 {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let dated = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => minutes_completed(text),
    };
    if let Ok(timestamp) = dated.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: civil::DateTime = dated.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// `2026-01-01T10:00Z` has no seconds; the parser wants them.
fn minutes_completed(text: &str) -> String {
    match text.split_once('T') {
        Some((date, clock)) if clock.matches(':').count() == 1 => match clock.strip_suffix('Z') {
            Some(short) => format!("{date}T{short}:00Z"),
            None => format!("{date}T{clock}:00"),
        },
        _ => text.to_owned(),
    }
}

/// A block of addresses, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressBlock {
    base: u128,
    bits: u8,
    v6: bool,
}

impl AddressBlock {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or a bare address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text.trim(), None),
        };
        let (base, v6) = numeric(address.parse().ok()?);
        let width: u8 = if v6 { 128 } else { 32 };
        let bits = match length {
            Some(length) => length.parse::<u8>().ok().filter(|bits| *bits <= width)?,
            None => width,
        };
        Some(Self { base, bits, v6 })
    }

    /// Whether the address lies in the block; `false` for the other family.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let (number, v6) = numeric(address);
        let width: u32 = if v6 { 128 } else { 32 };
        let free = width - u32::from(self.bits);
        v6 == self.v6 && number.checked_shr(free).unwrap_or(0) == self.base.checked_shr(free).unwrap_or(0)
    }
}

fn numeric(address: IpAddr) -> (u128, bool) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), false),
        IpAddr::V6(v6) => (v6.to_bits(), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_in_every_form() {
        let expected = "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap();
        for text in [
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T01:00:00+01:00",
            "1767225600",
        ] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn blocks_contain_their_addresses() {
        let block = AddressBlock::parse("203.0.113.0/24").unwrap();
        assert!(block.contains("203.0.113.255".parse().unwrap()));
        assert!(!block.contains("203.0.114.0".parse().unwrap()));
        assert!(!block.contains("::1".parse().unwrap()));
        assert!(AddressBlock::parse("0.0.0.0/0").unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(AddressBlock::parse("::/0").unwrap().contains("2001:db8::1".parse().unwrap()));
        assert!(AddressBlock::parse("2001:db8::/32").unwrap().contains("2001:db8:1::1".parse().unwrap()));
        assert!(AddressBlock::parse("10.0.0.0/33").is_none());
    }
}
