//! The command `sigilo`: arguments in, words out. What it does is in the library.

mod app;
mod audit;
mod backup;
mod card;
mod cli;
mod cli_round;
mod cli_transfer;
mod coercion;
mod coordinator;
mod cosign;
mod counts;
mod court;
mod demo;
mod evaluate;
mod evidence;
mod failure;
mod help;
mod import;
mod interview;
mod keeping;
mod keyholder;
mod keys;
mod log;
mod process;
mod prompt;
mod records;
mod referral;
mod round;
mod transfer;
mod truth;
mod vault;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use sigilo::i18n::{Lang, Messages};

use crate::app::App;
use crate::cli::{AuditCommand, Cli, Command, KeysCommand, LogCommand};
use crate::failure::Failure;

fn main() -> ExitCode {
    // Before there is anything to keep.
    process::keep_memory_private();
    let args: Vec<_> = std::env::args_os().collect();
    let messages = Messages::new(language(&args));
    let command = help::localize(Cli::command(), &messages);
    let parsed = command
        .try_get_matches_from(&args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return help::report(&error, &messages),
    };
    let app = App::new(messages, cli.global);
    let done = match cli.command {
        Some(command) => run(&app, command),
        None => help::first_steps(&app),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            app.fail(&failure);
            ExitCode::from(failure.code)
        }
    }
}

/// The language asked for, before the arguments can be read: help has one, too.
fn language(args: &[std::ffi::OsString]) -> Lang {
    let mut asked = None;
    let mut words = args.iter().filter_map(|a| a.to_str());
    while let Some(word) = words.next() {
        if word == "--lang" {
            asked = words.next().map(str::to_owned);
        } else if let Some(value) = word.strip_prefix("--lang=") {
            asked = Some(value.to_owned());
        }
    }
    let environment = std::env::var("SIGILO_LANG").ok();
    let system = || sys_locale::get_locale();
    let chosen = asked.or(environment).or_else(system);
    chosen
        .and_then(|name| Lang::from_locale(&name))
        .unwrap_or(Lang::En)
}

fn run(app: &App, command: Command) -> Result<u8, Failure> {
    match command {
        Command::Init(args) => vault::init(app, &args),
        Command::Check(args) => match &args.repair {
            Some(to) => backup::repair(app, &args, to),
            None => vault::check(app, &args),
        },
        Command::Evidence(args) => match args.command {
            cli::EvidenceCommand::Add(args) => evidence::add(app, &args),
            cli::EvidenceCommand::List(args) => evidence::list(app, &args),
            cli::EvidenceCommand::Extract(args) => evidence::extract(app, &args),
            cli::EvidenceCommand::Show(args) => court::show(app, &args),
            cli::EvidenceCommand::Export(args) => court::export(app, &args),
            cli::EvidenceCommand::HandOver(args) => court::hand_over(app, &args),
            cli::EvidenceCommand::Receive(args) => court::receive(app, &args),
            cli::EvidenceCommand::Receipt(args) => court::receipt(app, &args),
        },
        Command::Backup(args) => backup::backup(app, &args),
        Command::Restore(args) => backup::restore(app, &args),
        Command::Seal(args) => records::seal(app, &args),
        Command::Import(args) => import::import(app, &args),
        Command::List(args) => records::list(app, &args),
        Command::Show(args) => records::show(app, &args),
        Command::Search(args) => records::search(app, &args),
        Command::Amend(args) => records::amend(app, &args),
        Command::Link(args) => records::link(app, &args, true),
        Command::Unlink(args) => records::link(app, &args, false),
        Command::Duplicates(args) => records::duplicates(app, &args),
        Command::Erase(args) => records::erase(app, &args),
        Command::Hold(args) => keeping::hold(app, &args.command),
        Command::Retain(args) => keeping::retain(app, &args),
        Command::Keys(args) => match args.command {
            KeysCommand::List => keys::list(app),
            KeysCommand::Passphrase(args) => keys::passphrase(app, &args),
            KeysCommand::Add(args) => keys::add(app, &args),
            KeysCommand::Intake(args) => keys::intake(app, &args),
            KeysCommand::Recovery => keys::recovery(app),
            KeysCommand::Remove(args) => keys::remove(app, &args),
            KeysCommand::Rotate(args) => keys::rotate(app, &args),
            KeysCommand::Shares(args) => keys::shares(app, &args),
            KeysCommand::Drill(args) => keys::drill(app, &args),
            KeysCommand::Change(args) => keys::change(app, &args),
            KeysCommand::Compartment(args) => keys::compartment(app, &args),
            KeysCommand::Policy(args) => coercion::policy(app, &args),
            KeysCommand::Panic(args) => coercion::panic(app, &args),
            KeysCommand::Duress(args) => coercion::duress(app, &args.command),
            KeysCommand::Identity(args) => backup::identity(app, &args),
        },
        Command::Log(args) => match args.command {
            LogCommand::Show(args) => log::show(app, &args),
            LogCommand::Checkpoint(args) => log::checkpoint(app, &args),
            LogCommand::Open(args) => log::open(app, &args),
        },
        Command::Audit(args) => match args.command {
            AuditCommand::Verify(args) => audit::verify(app, &args),
            AuditCommand::Consistency(args) => audit::consistency(app, &args),
            AuditCommand::Inclusion(args) => audit::inclusion(app, &args),
            AuditCommand::Cosign(args) => cosign::cosign(app, &args),
            AuditCommand::Export(args) => audit::export(app, &args),
            AuditCommand::Keygen(args) => cosign::keygen(app, &args),
            AuditCommand::Refusal(args) => cosign::refusal(app, &args),
            AuditCommand::Court(args) => court::check(app, &args),
        },
        Command::Rounds(command) => round::run(app, &command),
        Command::Transfers(command) => transfer::run(app, &command),
        Command::Demo(args) => demo::demo(app, &args),
        Command::Evaluate(args) => evaluate::evaluate(app, &args),
    }
}
