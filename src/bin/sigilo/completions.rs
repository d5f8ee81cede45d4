//! What shells and `man` need to know of the command, in the language that was chosen.

use std::io::Write as _;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use sigilo::i18n::Messages;

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
    let script = script(&app.messages, shell);
    // A reader that went away is no error.
    let _ = std::io::stdout().lock().write_all(&script);
    Ok(0)
}

fn script(messages: &Messages, shell: Shell) -> Vec<u8> {
    let mut command = help::localize(Cli::command(), messages);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "sigilo", &mut script);
    script
}

/// A page of the manual: its name and its text for `man`.
type Page = (String, Vec<u8>);

/// Every command has a page, as `sigilo-keys-add.1`.
fn pages(messages: &Messages) -> std::io::Result<Vec<Page>> {
    let mut command = help::localize(Cli::command(), messages).disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    collect(messages, &command, &mut pages)?;
    Ok(pages)
}

fn collect(messages: &Messages, command: &Command, pages: &mut Vec<Page>) -> std::io::Result<()> {
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
    pages.push((format!("{name}.1"), headings(messages, &text)));
    for below in command.get_subcommands().filter(|c| !c.is_hide_set()) {
        collect(messages, below, pages)?;
    }
    Ok(())
}

/// The headings that the generator writes in English, in the language of the rest.
fn headings(messages: &Messages, page: &[u8]) -> Vec<u8> {
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
            Some(id) => out.push_str(&format!(".SH {}", messages.text(id))),
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
    let all = pages(&app.messages).map_err(failed(Path::new("-")))?;
    let Some(dir) = &args.dir else {
        if let Some((_, text)) = all.first() {
            let _ = std::io::stdout().lock().write_all(text);
        }
        return Ok(0);
    };
    std::fs::create_dir_all(dir).map_err(failed(dir))?;
    for (name, text) in &all {
        let path = dir.join(name);
        crate::files::replace(&path, text).map_err(failed(&path))?;
    }
    let done = sigilo::i18n::Message::new("man-written")
        .with("count", all.len())
        .with("dir", dir.display().to_string());
    app.print(&app.text(&done));
    Ok(0)
}

#[cfg(test)]
mod tests {
    use sigilo::i18n::{Lang, Messages};

    use super::*;

    /// Every command below this one, with its long options.
    fn all(command: &Command, found: &mut Vec<(String, Vec<String>)>) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let shown = command.get_arguments().filter(|a| !a.is_hide_set());
        let options = shown.filter_map(|a| a.get_long());
        let options = options.map(str::to_owned).collect();
        found.push((name.to_owned(), options));
        for below in command.get_subcommands() {
            all(below, found);
        }
    }

    fn whole(lang: Lang) -> (Messages, Vec<(String, Vec<String>)>) {
        let messages = Messages::new(lang);
        let mut command = help::localize(Cli::command(), &messages);
        command.build();
        let mut found = Vec::new();
        all(&command, &mut found);
        assert!(found.len() > 100, "{}", found.len());
        (messages, found)
    }

    #[test]
    fn every_command_has_a_page_that_names_all_its_options() {
        for lang in [Lang::Es, Lang::En] {
            let (messages, commands) = whole(lang);
            let pages = pages(&messages).unwrap();
            assert_eq!(pages.len(), commands.len());
            for (name, options) in &commands {
                let page = pages.iter().find(|(n, _)| *n == format!("{name}.1"));
                let (_, text) = page.unwrap_or_else(|| panic!("{name}: no page"));
                let text = String::from_utf8_lossy(text).replace("\\-", "-");
                for option in options {
                    assert!(text.contains(&format!("--{option}")), "{name}: {option}");
                }
                assert!(
                    text.contains(&format!(".SH {}", messages.text("man-examples"))),
                    "{name}: no examples"
                );
                assert!(!text.contains(".SH EXTRA"), "{name}");
            }
        }
    }

    #[test]
    fn every_shell_is_told_of_every_command_and_option() {
        let (messages, commands) = whole(Lang::Es);
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
            let script = script(&messages, shell);
            let script = String::from_utf8_lossy(&script);
            for (name, options) in &commands {
                let word = name.rsplit('-').next().unwrap_or_default();
                assert!(script.contains(word), "{shell}: {name}");
                for option in options {
                    // Fish names them without dashes.
                    let named = [format!("--{option}"), format!("-l {option}")];
                    assert!(
                        named.iter().any(|n| script.contains(n)),
                        "{shell}: {name} --{option}"
                    );
                }
            }
        }
    }
}
