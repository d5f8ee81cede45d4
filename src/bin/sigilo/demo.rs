//! The demonstration.
use crate::app::App;
use crate::cli::Demo;
use crate::failure::Failure;

pub(crate) fn demo(_app: &App, _args: &Demo) -> Result<u8, Failure> {
    Ok(0)
}
