//! A secret that no log, report or error can print by accident.

use std::fmt;

use serde::{Serialize, Serializer};

use super::digest::Digest;

const SHOWN: &str = "[redacted]";

/// A token or a private key. `Debug`, `Display` and `Serialize` all write `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// White space around the value is dropped: token files end in a line break.
    pub fn new(value: impl AsRef<str>) -> Secret {
        Secret(value.as_ref().trim().to_owned())
    }

    /// The value itself: for the one place that puts it on a request.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Tells two secrets apart without showing either: 12 hex digits of a digest bound to `purpose`. Only for values
    /// that cannot be guessed, such as tokens.
    pub fn fingerprint(&self, purpose: &str) -> String {
        Digest::of(format!("{purpose}\n{}", self.0)).short(12)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SHOWN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_of_printing_shows_it() {
        let secret = Secret::new(" ghp_hush\n");
        let shown = format!("{secret} {secret:?} {:?} {}", Some(&secret), serde_json::to_string(&secret).unwrap());
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(secret.expose(), "ghp_hush");
        assert!(!secret.fingerprint("run").contains("hush"));
        assert_ne!(secret.fingerprint("run"), Secret::new("ghp_other").fingerprint("run"));
        assert_ne!(secret.fingerprint("run"), secret.fingerprint("another run"));
    }
}
