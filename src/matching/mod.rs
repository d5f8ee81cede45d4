//! Blind matching.
