//! Arguments of what leaves a vault for another one.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand)]
pub(crate) enum TransferCommands {
    Transfer(Transfer),
    Conflicts,
    Settle(Settle),
    Refer(Refer),
    Referral(Referral),
}

#[derive(Args)]
pub(crate) struct Refer {
    pub id: String,
    pub folder: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub to: String,
    #[arg(long, value_name = "FIELD", value_delimiter = ',', required = true)]
    pub fields: Vec<String>,
    #[arg(long, value_name = "ID")]
    pub evidence: Vec<String>,
    #[arg(long)]
    pub onward: bool,
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct Referral {
    #[command(subcommand)]
    pub command: ReferralCommand,
}

#[derive(Subcommand)]
pub(crate) enum ReferralCommand {
    List,
    Next(crate::cli_round::Folder),
    Show(ReferralId),
    Accept(Accept),
    Refuse(Because),
    Revoke(Because),
}

#[derive(Args)]
pub(crate) struct ReferralId {
    pub referral: Option<String>,
}

#[derive(Args)]
pub(crate) struct Accept {
    pub referral: Option<String>,
    #[arg(long, value_name = "ID")]
    pub into: Option<String>,
}

#[derive(Args)]
pub(crate) struct Because {
    pub referral: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
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
