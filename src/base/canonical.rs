//! Canonical JSON (RFC 8785, JCS): one value, one sequence of bytes, so that a digest of it means the value.
//!
//! One deviation, on purpose: integers beyond 2^53 keep all their digits. RFC 8785 would round them to a double, and
//! two different GitHub ids must never digest alike.

use serde::Serialize;
use serde_json::{Number, Value};

use super::digest::Digest;

/// The canonical bytes of `value`.
pub fn bytes(value: &Value) -> Vec<u8> {
    let mut out = String::new();
    write(value, &mut out);
    out.into_bytes()
}

/// The digest of any serialisable value's canonical bytes.
///
/// # Errors
/// Only where `value` cannot be written as JSON at all, e.g. a map whose keys are not strings.
pub fn digest(value: &impl Serialize) -> Result<Digest, serde_json::Error> {
    Ok(Digest::of(bytes(&serde_json::to_value(value)?)))
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => write_number(number, out),
        Value::Array(items) => {
            out.push('[');
            for (nth, item) in items.iter().enumerate() {
                separate(nth, out);
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            // Section 3.2.3: by UTF-16 code units, which differs from code points above U+FFFF.
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (nth, (name, member)) in members.into_iter().enumerate() {
                separate(nth, out);
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
        // serde_json escapes exactly what section 3.2.2.2 asks for.
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
    }
}

fn separate(nth: usize, out: &mut String) {
    if nth > 0 {
        out.push(',');
    }
}

fn write_number(number: &Number, out: &mut String) {
    match number.as_f64() {
        Some(float) if number.is_f64() => write_float(float, out),
        _ => out.push_str(&number.to_string()),
    }
}

/// ECMAScript's Number::toString, which section 3.2.2.3 refers to.
fn write_float(float: f64, out: &mut String) {
    if float == 0.0 {
        return out.push('0'); // also for -0
    }
    // Rust's `{:e}` yields the shortest digits that read back, as ECMAScript demands; only the layout differs.
    let text = format!("{:e}", float.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = even_of_a_tie(mantissa.chars().filter(char::is_ascii_digit).collect(), float.abs());
    let point = exponent.parse::<i32>().unwrap_or(0) + 1; // digits before the decimal point
    if float < 0.0 {
        out.push('-');
    }
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or(0));
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    match point {
        _ if count <= point && point <= 21 => out.push_str(&(digits.clone() + &zeros(point - count))),
        1..=21 => {
            let (whole, fraction) = split(point);
            out.push_str(&format!("{whole}.{fraction}"));
        }
        -5..=0 => out.push_str(&format!("0.{}{digits}", zeros(-point))),
        _ => {
            let (first, rest) = split(1);
            let dot = if rest.is_empty() { "" } else { "." };
            out.push_str(&format!("{first}{dot}{rest}e{:+}", point - 1));
        }
    }
}

/// Of two shortest forms that are equally near, ECMAScript takes the one with an even last digit; Rust rounds up.
fn even_of_a_tie(digits: String, float: f64) -> String {
    let Some((rest, last)) = digits.split_at_checked(digits.len().saturating_sub(1)) else { return digits };
    let Some(lower @ (0 | 2 | 4 | 6 | 8)) = last.parse::<u8>().ok().and_then(|digit| digit.checked_sub(1)) else {
        return digits;
    };
    let lower = format!("{rest}{lower}");
    // No double has more than 767 significant digits, so this is its exact value.
    let exact: String =
        format!("{float:.770e}").chars().take_while(|c| *c != 'e').filter(char::is_ascii_digit).collect();
    if exact.trim_end_matches('0') == format!("{lower}5") { lower } else { digits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn text(value: &Value) -> String {
        String::from_utf8(bytes(value)).unwrap()
    }

    /// Appendix B of RFC 8785: IEEE-754 bit patterns and their text.
    #[test]
    fn numbers_as_the_standard_lists_them() {
        for (bits, wanted) in [
            (0x0000000000000000, "0"),
            (0x8000000000000000, "0"),
            (0x0000000000000001, "5e-324"),
            (0x8000000000000001, "-5e-324"),
            (0x7fefffffffffffff, "1.7976931348623157e+308"),
            (0x4340000000000000, "9007199254740992"),
            (0x4430000000000000, "295147905179352830000"),
            (0x44b52d02c7e14af5, "9.999999999999997e+22"),
            (0x44b52d02c7e14af6, "1e+23"),
            (0x444b1ae4d6e2ef4e, "999999999999999700000"),
            (0x444b1ae4d6e2ef50, "1e+21"),
            (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
            (0x3eb0c6f7a0b5ed8d, "0.000001"),
            (0x41b3de4355555555, "333333333.3333333"),
            (0xbecbf647612f3696, "-0.0000033333333333333333"),
            (0x43143ff3c1cb0959, "1424953923781206.2"),
        ] {
            assert_eq!(text(&json!(f64::from_bits(bits))), wanted, "{bits:x}");
        }
        assert_eq!(text(&json!(u64::MAX)), "18446744073709551615", "an id keeps its digits");
    }

    /// Section 3.2.3's own example of the order of members, and section 3.2.2.2's escapes.
    #[test]
    fn members_by_utf16_units_and_short_escapes() {
        let value = json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        assert_eq!(
            text(&value),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        assert_eq!(text(&json!("\u{20ac}$\u{f}\nA'B\"\\\"/")), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\"/\"");
        assert_eq!(text(&json!([null, true, [], {}])), "[null,true,[],{}]");
    }

    proptest! {
        #[test]
        fn reading_back_gives_the_same_bytes(names in prop::collection::vec(".{0,6}", 0..6), numbers in prop::collection::vec(any::<f64>(), 0..6)) {
            let members: serde_json::Map<_, _> = names.iter().cloned().zip(numbers.iter().map(|n| json!(n))).collect();
            let value = json!({"members": members, "names": names});
            let once = bytes(&value);
            let again: Value = serde_json::from_slice(&once).unwrap();
            prop_assert_eq!(bytes(&again), once);
        }

        #[test]
        fn floats_read_back_as_themselves(float in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
            prop_assert_eq!(text(&json!(float)).parse::<f64>().unwrap(), float);
        }
    }
}
