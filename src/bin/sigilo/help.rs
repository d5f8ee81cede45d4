//! Help in the language of the person: the texts of `cli.rs`, and what clap would say in English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use sigilo::i18n::{Message, Messages};

use crate::failure::{Failure, USAGE};

/// Puts the texts in. Command `keys add` has `help-keys-add`, examples in `help-keys-add-example`, and whatever
/// else is to be said in `help-keys-add-more`; a group without examples shows some of its commands. Its argument
/// `name` has `help-keys-add-name`, or what all commands share: `help-arg-name`. What a value is called is
/// `help-value-file` for `FILE`.
pub(crate) fn localize(command: Command, messages: &Messages) -> Command {
    let mut command = walk(command, "", messages);
    // Usage lines name the whole command, which is known once all is in place.
    command.build();
    usage(command, messages)
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
    let mut after = text("help-examples");
    for line in examples(&command, &own, messages) {
        after.push_str("\n  ");
        after.push_str(&line);
    }
    let more = format!("{own}-more");
    if messages.has(&more) {
        after.push_str("\n\n");
        after.push_str(&text(&more));
    }
    command = command.after_help(after);
    command = command.mut_args(|arg| {
        // What the command says to itself needs no words for people.
        if arg.is_hide_set() {
            return arg;
        }
        let id = arg.get_id().as_str().replace('_', "-");
        let specific = format!("{own}-{id}");
        let help = if messages.has(&specific) {
            text(&specific)
        } else {
            text(&format!("help-arg-{id}"))
        };
        let heading = if arg.is_global_set() {
            text("help-common-options")
        } else if arg.is_positional() {
            text("help-arguments")
        } else {
            text("help-options")
        };
        let takes_value = arg.get_action().takes_values();
        let arg = if takes_value {
            value_name(arg, &id, messages)
        } else {
            arg
        };
        arg.help(help)
            .help_heading(heading)
            .hide_env(true)
            .hide_default_value(takes_value)
            .hide_possible_values(takes_value)
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path}-{}", sub.get_name());
        walk(sub, &path, messages)
    })
}

/// The examples of a command: its own, or the first one of each of its first few commands.
fn examples(command: &Command, own: &str, messages: &Messages) -> Vec<String> {
    const SHOWN: usize = 4;
    let id = format!("{own}-example");
    if messages.has(&id) {
        let lines = messages.text(&id);
        return lines.lines().map(str::to_owned).collect();
    }
    let below = command.get_subcommands();
    let first = |sub: &Command| {
        let id = format!("{own}-{}", sub.get_name());
        examples(sub, &id, messages).into_iter().next()
    };
    below.filter_map(first).take(SHOWN).collect()
}

/// What the value of an argument is called.
fn value_name(arg: Arg, id: &str, messages: &Messages) -> Arg {
    let name = match arg.get_value_names() {
        Some([name, ..]) => name.to_lowercase(),
        _ => id.to_owned(),
    };
    let known = format!("help-value-{}", name.replace('=', "-"));
    if messages.has(&known) {
        arg.value_name(messages.text(&known))
    } else {
        arg
    }
}

/// The usage lines, without the English words that clap puts into them.
fn usage(mut command: Command, messages: &Messages) -> Command {
    let line = command.render_usage().to_string();
    let line = line.strip_prefix("Usage: ").unwrap_or(&line);
    let options = messages.text("help-options-word");
    let line = line.replace("[OPTIONS]", &format!("[{options}]"));
    command
        .override_usage(line)
        .mut_subcommands(|sub| usage(sub, messages))
}

/// The values of an argument, in words of the language where they are understood, too.
fn choices(values: &str, messages: &Messages) -> String {
    let called = values.split(", ").map(|value| {
        let id = format!("help-choice-{value}");
        if messages.has(&id) {
            messages.text(&id)
        } else {
            value.to_owned()
        }
    });
    called.collect::<Vec<_>>().join(", ")
}

/// Says what is wrong with a command line, or shows help where that was asked for. `json`: as an object,
/// too.
pub(crate) fn report(error: &clap::Error, messages: &Messages, json: bool) -> ExitCode {
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
                    .with("allowed", choices(&allowed, messages)),
                _ => Message::new("cli-usage-bad-value").with("argument", argument),
            }
        }
        _ => Message::new("cli-usage-other"),
    };
    crate::app::fail(messages, &Failure::new(USAGE, message), json);
    ExitCode::from(USAGE)
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
        for arg in command.get_arguments().filter(|a| !a.is_hide_set()) {
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

    /// The words of a command line, as a shell splits them; enough for examples.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        words
    }

    /// The command of a line, if it is one.
    fn command_of(line: &str) -> Option<&str> {
        let line = line.trim();
        (line == "sigilo" || line.starts_with("sigilo ")).then_some(line)
    }

    fn examples(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        let own = format!("{path} {}", command.get_name()).trim().to_owned();
        let after = command.get_after_help().map(ToString::to_string);
        let after = after.unwrap_or_default();
        let mut lines = after.lines().filter_map(command_of);
        let first = lines.next();
        assert!(first.is_some(), "{own}: no example in --help");
        for line in first.into_iter().chain(lines) {
            found.push((own.clone(), line.to_owned()));
        }
        for sub in command.get_subcommands() {
            examples(sub, &own, found);
        }
    }

    #[test]
    fn every_example_of_the_help_is_a_command_that_is_understood() {
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let command = localize(Cli::command(), &messages);
            let mut found = Vec::new();
            examples(&command, "", &mut found);
            for (of, line) in found {
                let parsed = command.clone().try_get_matches_from(words(&line));
                let matches = parsed.unwrap_or_else(|e| panic!("{line}: {e}"));
                let mut named = String::from("sigilo");
                let mut at = &matches;
                while let Some((name, below)) = at.subcommand() {
                    named = format!("{named} {name}");
                    at = below;
                }
                // A group shows examples of its commands.
                assert!(named.starts_with(&of), "{line}: {of}");
            }
        }
    }

    #[test]
    fn values_are_understood_as_they_are_called() {
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let command = localize(Cli::command(), &messages);
            for (line, values) in [
                ("sigilo list --kind", "victim, witness, call"),
                (
                    "sigilo keys add --rights",
                    "seal, read, export, manage, log",
                ),
            ] {
                for value in choices(values, &messages).split(", ") {
                    let mut words = words(line);
                    words.push(value.to_owned());
                    let parsed = command.clone().try_get_matches_from(words);
                    assert!(parsed.is_ok(), "{line} {value}");
                }
            }
        }
    }

    #[test]
    fn help_in_spanish_has_no_english_of_the_parser() {
        let messages = Messages::new(Lang::Es);
        let command = localize(Cli::command(), &messages);
        fn all(mut command: Command) {
            let help = command.render_help().to_string();
            for word in [
                "Usage",
                "Commands",
                "Options",
                "Arguments",
                "[OPTIONS]",
                "[COMMAND]",
                "<COMMAND>",
                "DIR>",
                "FILE>",
                "NAME>",
                "TEXT>",
                "DATE>",
                "Print ",
                "[env:",
                "[default",
                "possible values",
            ] {
                assert!(
                    !help.contains(word),
                    "{}: {word}\n{help}",
                    command.get_name()
                );
            }
            for sub in command.get_subcommands() {
                all(sub.clone());
            }
        }
        all(command);
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages() {
        Cli::command().debug_assert();
        for lang in [Lang::Es, Lang::En] {
            let messages = Messages::new(lang);
            let command = localize(Cli::command(), &messages);
            command.clone().debug_assert();
            check(&command);
        }
    }
}
