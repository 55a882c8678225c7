pub mod action;
pub mod iam;
