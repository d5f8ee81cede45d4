//! The files of a round.
