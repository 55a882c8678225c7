//! What the name of a secret tells. Its value is never readable and never asked for.

/// Names that carry an AWS key id or secret key, whatever stands around them.
pub fn is_cloud_key(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    name.contains("AWS") && (name.contains("ACCESS_KEY") || name.contains("SECRET_KEY"))
}
