//! QR codes of short texts, for a terminal and as pictures. Empty for a text that fits no code.

use std::fmt::Write as _;

use zeroize::Zeroizing;

/// Modules of white around a code.
const QUIET: usize = 4;

/// For a terminal, two rows of modules a line, with the quiet zone.
pub(crate) fn terminal(text: &str) -> String {
    qrcode::QrCode::new(text).map_or_else(
        |_| String::new(),
        |code| {
            code.render::<qrcode::render::unicode::Dense1x2>()
                .quiet_zone(true)
                .build()
        },
    )
}

/// As an SVG picture.
pub(crate) fn svg(text: &str) -> String {
    let Ok(code) = qrcode::QrCode::new(text) else {
        return String::new();
    };
    let width = code.width();
    let side = width + 2 * QUIET;
    // What a code shows may be secret.
    let mut path = Zeroizing::new(String::new());
    for (i, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (i % width + QUIET, i / width + QUIET);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
         fill=\"#fff\"/><path d=\"{}\"/></svg>\n",
        path.as_str()
    )
}
