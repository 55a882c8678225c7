//! Floor 3: tolerant API shapes and their pure lowering into the nouns of `model`.

pub mod aws;
