//! Measuring the matching on data with known truth.
