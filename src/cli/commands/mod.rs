//! One file a command.

#[cfg(feature = "hook")]
pub mod hook;
