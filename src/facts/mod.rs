//! Floor 3: recorded answers become typed nouns. Pure: the same log gives the same facts, and no request is made.

pub mod aws;
pub mod github;
