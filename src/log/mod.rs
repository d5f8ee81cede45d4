//! The integrity chain.
