//! What shells and `man` need to know of the command, in the language that was chosen.

use std::io::Write as _;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use crate::app::App;
use crate::cli::{Cli, Completions, Man, ShellArg};
use crate::failure::{Failure, file};
use crate::help;

pub(crate) fn completions(app: &App, args: &Completions) -> Result<u8, Failure> {
    let shell = match args.shell {
        ShellArg::Bash => Shell::Bash,
        ShellArg::Zsh => Shell::Zsh,
        ShellArg::Fish => Shell::Fish,
        ShellArg::Powershell => Shell::PowerShell,
    };
    let mut command = help::localize(Cli::command(), &app.messages);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "sigilo", &mut script);
    // A reader that went away is no error.
    let _ = std::io::stdout().lock().write_all(&script);
    Ok(0)
}

/// A page of the manual: its name and its text for `man`.
type Page = (String, Vec<u8>);

/// Every command has a page, as `sigilo-keys-add.1`.
fn pages(app: &App) -> std::io::Result<Vec<Page>> {
    let mut command = help::localize(Cli::command(), &app.messages).disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(app, &command, &mut pages)?;
    Ok(pages)
}

fn collect(app: &App, command: &Command, pages: &mut Vec<Page>) -> std::io::Result<()> {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name())
        .to_owned();
    let mut text = Vec::new();
    // Pages of subcommands are named after the whole command.
    let page = command.clone().name(name.clone());
    clap_mangen::Man::new(page)
        .title(name.to_uppercase())
        .source(format!("sigilo {}", env!("CARGO_PKG_VERSION")))
        .render(&mut text)?;
    pages.push((format!("{name}.1"), headings(app, &text)));
    for below in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        collect(app, below, pages)?;
    }
    Ok(())
}

/// The headings that the generator writes in English, in the language of the rest.
fn headings(app: &App, page: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(page);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let id = match line {
            ".SH NAME" => Some("man-name"),
            ".SH SYNOPSIS" => Some("man-synopsis"),
            ".SH DESCRIPTION" => Some("man-description"),
            ".SH OPTIONS" => Some("man-options"),
            ".SH EXTRA" => Some("man-examples"),
            ".SH VERSION" => Some("man-version"),
            _ => None,
        };
        match id {
            Some(id) => out.push_str(&format!(".SH {}", app.t(id))),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out.into_bytes()
}

pub(crate) fn man(app: &App, args: &Man) -> Result<u8, Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |e: std::io::Error| file(&path, &e)
    };
    let all = pages(app).map_err(failed(Path::new("-")))?;
    let Some(dir) = &args.dir else {
        if let Some((_, text)) = all.first() {
            let _ = std::io::stdout().lock().write_all(text);
        }
        return Ok(0);
    };
    std::fs::create_dir_all(dir).map_err(failed(dir))?;
    for (name, text) in &all {
        let path = dir.join(name);
        std::fs::write(&path, text).map_err(failed(&path))?;
    }
    let done = sigilo::i18n::Message::new("man-written")
        .with("count", all.len())
        .with("dir", dir.display().to_string());
    app.print(&app.text(&done));
    Ok(0)
}
