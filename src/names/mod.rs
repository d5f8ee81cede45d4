//! Names, dates and places in comparable form.
