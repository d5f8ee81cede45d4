//! Help in the language of the person: the texts of `cli.rs`, and what clap would say in English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use sigilo::i18n::{Message, Messages};

use crate::app::App;
use crate::failure::{Failure, USAGE};

/// Puts the texts in. Command `keys add` has `help-keys-add`; its argument `name` has
/// `help-keys-add-name`, or what all commands share: `help-arg-name`.
pub(crate) fn localize(command: Command, messages: &Messages) -> Command {
    walk(command, "", messages)
}

fn walk(mut command: Command, path: &str, messages: &Messages) -> Command {
    let text = |id: &str| messages.text(id);
    let own = if path.is_empty() {
        "help-sigilo".to_owned()
    } else {
        format!("help{path}")
    };
    let mut template = String::from("{about-with-newline}\n");
    template.push_str(&text("help-usage"));
    template.push_str(" {usage}\n\n{all-args}{after-help}");
    command = command
        .about(text(&own))
        .help_template(template)
        .subcommand_help_heading(text("help-commands"))
        .subcommand_value_name(text("help-command-name"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help),
        );
    if path.is_empty() {
        command = command.arg(
            Arg::new("version")
                .long("version")
                .action(ArgAction::Version),
        );
    }
    let after = format!("{own}-after");
    if messages.has(&after) {
        command = command.after_help(text(&after));
    }
    command = command.mut_args(|arg| {
        let id = arg.get_id().as_str().replace('_', "-");
        let specific = format!("{own}-{id}");
        let help = if messages.has(&specific) {
            text(&specific)
        } else {
            text(&format!("help-arg-{id}"))
        };
        let heading = if arg.is_positional() {
            text("help-arguments")
        } else {
            text("help-options")
        };
        let takes_value = arg.get_action().takes_values();
        arg.help(help)
            .help_heading(heading)
            .hide_env(takes_value)
            .hide_default_value(takes_value)
            .hide_possible_values(takes_value)
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path}-{}", sub.get_name());
        walk(sub, &path, messages)
    })
}

/// Says what is wrong with a command line, or shows help where that was asked for.
pub(crate) fn report(error: &clap::Error, messages: &Messages) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Standard output may be closed; there is nobody to tell then.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(s)) => Some(s.clone()),
        Some(ContextValue::Strings(s)) => Some(s.join(", ")),
        _ => None,
    };
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let message = match error.kind() {
        ErrorKind::UnknownArgument => {
            Message::new("cli-usage-unknown-argument").with("argument", argument)
        }
        ErrorKind::InvalidSubcommand => Message::new("cli-usage-unknown-command").with(
            "command",
            context(ContextKind::InvalidSubcommand).unwrap_or_default(),
        ),
        ErrorKind::MissingRequiredArgument => {
            Message::new("cli-usage-missing-argument").with("argument", argument)
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Message::new("cli-usage-missing-command")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match context(ContextKind::ValidValue) {
                Some(allowed) if !allowed.is_empty() => Message::new("cli-usage-choose")
                    .with("argument", argument)
                    .with("allowed", allowed),
                _ => Message::new("cli-usage-bad-value").with("argument", argument),
            }
        }
        _ => Message::new("cli-usage-other"),
    };
    eprintln!("sigilo: {}", crate::app::visible(&messages.say(&message)));
    ExitCode::from(USAGE)
}

/// What to do next, for somebody who typed the name of the program and nothing else.
pub(crate) fn first_steps(app: &App) -> Result<u8, Failure> {
    let here = crate::vault::location(app).is_ok_and(|l| l.exists());
    app.print(&app.t(if here {
        "cli-first-steps-vault"
    } else {
        "cli-first-steps"
    }));
    Ok(0)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;
    use sigilo::i18n::Lang;

    use super::*;
    use crate::cli::Cli;

    fn check(command: &Command) {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string);
        assert!(
            about.as_ref().is_some_and(|a| !a.starts_with("help-")),
            "{name}: {about:?}"
        );
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string);
            assert!(
                help.as_ref().is_some_and(|h| !h.starts_with("help-")),
                "{name} {}: {help:?}",
                arg.get_id()
            );
        }
        for sub in command.get_subcommands() {
            check(sub);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages() {
        Cli::command().debug_assert();
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let mut command = localize(Cli::command(), &messages);
            command.build();
            command.clone().debug_assert();
            check(&command);
        }
    }
}
