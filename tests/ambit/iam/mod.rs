//! The IAM evaluator against cases whose answers come from AWS: its documentation, live runs, or both.

mod cases;
