//! Arguments of what leaves a vault for another one.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum TransferCommands {
    Transfer(Transfer),
    Conflicts,
    Settle(Settle),
}

#[derive(Args)]
pub(crate) struct Transfer {
    #[command(subcommand)]
    pub command: TransferCommand,
}

#[derive(Subcommand)]
pub(crate) enum TransferCommand {
    Send(Send),
    Receive(Receive),
}

#[derive(Args)]
pub(crate) struct Send {
    pub file: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    #[arg(long)]
    pub all: bool,
}

#[derive(Args)]
pub(crate) struct Receive {
    pub file: PathBuf,
    #[arg(long)]
    pub erase: bool,
}

#[derive(Args)]
pub(crate) struct Settle {
    pub id: String,
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "N")]
    pub keep: Option<u32>,
    #[arg(long, value_name = "FIELD=N")]
    pub take: Vec<String>,
    #[arg(long, conflicts_with_all = ["file", "keep", "take", "no_erase"])]
    pub erase: bool,
    #[arg(long, conflicts_with_all = ["file", "keep", "take"])]
    pub no_erase: bool,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[arg(long)]
    pub yes: bool,
}
