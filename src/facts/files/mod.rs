//! What the files of a repository say, from a forge's answer or from a clone alike. Whoever may write them says it: claims.

pub mod manifest;
