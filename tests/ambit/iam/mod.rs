//! The IAM evaluator against cases whose answers come from AWS: its documentation, live runs, or both.

mod actions;
mod cases;
mod commands;
mod corpus;
mod escalation;
mod properties;
mod trust;
