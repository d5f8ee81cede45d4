//! The adversaries of the manual (*attacks*), each with what that party holds and nothing else.
//!
//! Every test says what is learned and fails if it is more than the manual says. Beside each attack that must
//! fail stands the same attack with the one thing that was missing, which must succeed: so the
//! attack is known to be one.
// Rounds without noise, which a release does not take.
#![cfg(debug_assertions)]

mod active;
#[path = "../common/mod.rs"]
mod common;
mod dense;
mod dictionary;
mod passive;
mod play;
mod seized;
