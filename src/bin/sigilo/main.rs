//! The command `sigilo`: arguments in, words out. What it does is in the library.

mod app;
mod audit;
mod backup;
mod card;
mod cli;
mod cli_round;
mod cli_transfer;
mod coercion;
mod completions;
mod config;
mod coordinator;
mod cosign;
mod counts;
mod court;
mod demo;
mod evaluate;
mod evidence;
mod export;
mod failure;
mod files;
mod help;
mod import;
mod interview;
mod keeping;
mod keyholder;
mod keys;
mod log;
mod notice;
mod press;
mod process;
mod prompt;
mod records;
mod referral;
mod round;
mod screen;
mod shell;
mod steps;
mod transfer;
mod trust;
mod truth;
mod vault;
mod viewer;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use sigilo::i18n::{Lang, Messages};

use crate::app::App;
use crate::cli::{AuditCommand, Cli, Command, KeysCommand, LogCommand};
use crate::config::{Config, Given};
use crate::failure::Failure;

/// Overwrites what is given back to the heap: libraries that parse, encrypt and draw wipe nothing themselves.
#[global_allocator]
static HEAP: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    // Before there is anything to keep.
    process::keep_memory_private();
    let code = command();
    sigilo::crypto::secret::wipe_stack();
    code
}

/// What was asked for, in a frame of its own, which is gone when it is done.
#[inline(never)]
fn command() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    // What is wrong with it is told once the language is known: help is there in any case.
    let config = Config::read();
    let filed = config.as_ref().ok().and_then(Config::lang);
    let messages = Messages::new(language(&args, filed));
    process::end_cleanly(messages.text("cli-interrupted"));
    let command = help::localize(Cli::command(), &messages);
    let parsed = command.try_get_matches_from(&args).and_then(|matches| {
        let given = Given::of(&matches);
        Cli::from_arg_matches(&matches).map(|cli| (cli, given))
    });
    let (cli, given) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let json = args.iter().any(|a| a == "--json");
            return help::report(&error, &messages, json);
        }
    };
    let (config, mistake) = match config {
        Ok(config) => (config, None),
        Err(mistake) => (Config::default(), Some(mistake)),
    };
    let app = App::new(messages, cli.global, config, given);
    let done = match (mistake, cli.command) {
        (Some(mistake), _) => Err(mistake),
        (None, Some(command)) => run(&app, command),
        (None, None) => steps::show(&app),
    };
    app.show_kept();
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            app.fail(&failure);
            ExitCode::from(failure.code)
        }
    }
}

/// The language asked for, before the arguments can be read: help has one, too.
fn language(args: &[std::ffi::OsString], filed: Option<Lang>) -> Lang {
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
    let chosen = asked.or(environment).and_then(|n| Lang::from_locale(&n));
    chosen
        .or(filed)
        .or_else(|| system().and_then(|n| Lang::from_locale(&n)))
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
        Command::Export(args) => export::export(app, &args),
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
        Command::Shell(args) => shell::shell(app, &args),
        Command::Config => config::show(app),
        Command::Completions(args) => completions::completions(app, &args),
        Command::Man(args) => completions::man(app, &args),
    }
}
