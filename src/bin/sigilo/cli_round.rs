//! Arguments of the commands of rounds: cards, coordinator, key-holder, sites.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand)]
pub(crate) enum RoundCommands {
    Card(Card),
    Trust(Trust),
    Round(Round),
    Notice(Notice),
    Coordinator(Coordinator),
    Keyholder(Keyholder),
}

#[derive(Args)]
pub(crate) struct Notice {
    #[command(subcommand)]
    pub command: NoticeCommand,
}

#[derive(Subcommand)]
pub(crate) enum NoticeCommand {
    List,
    Show(NoticeId),
    Answer(NoticeAnswer),
}

#[derive(Args)]
pub(crate) struct NoticeId {
    pub notice: Option<String>,
}

#[derive(Args)]
pub(crate) struct NoticeAnswer {
    pub notice: Option<String>,
    #[arg(long, required_unless_present = "no", conflicts_with = "no")]
    pub yes: bool,
    #[arg(long)]
    pub no: bool,
    #[arg(long, value_name = "NAME")]
    pub asked_by: String,
    #[arg(long, value_name = "HOUSE", conflicts_with = "no")]
    pub except: Vec<String>,
    #[arg(long, value_name = "HOUSE", conflicts_with_all = ["no", "except"])]
    pub only: Vec<String>,
    #[arg(long, value_name = "TEXT", default_value = "", conflicts_with = "no")]
    pub contact: String,
}

#[derive(Args)]
pub(crate) struct Card {
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long)]
    pub svg: bool,
}

#[derive(Args)]
pub(crate) struct Trust {
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "WORDS")]
    pub fingerprint: Option<String>,
    #[arg(long)]
    pub yes: bool,
    #[arg(long, requires = "file")]
    pub same_site: bool,
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "fingerprint"])]
    pub remove: Option<String>,
}

#[derive(Args)]
pub(crate) struct Folder {
    pub folder: PathBuf,
}

#[derive(Args)]
pub(crate) struct Round {
    #[command(subcommand)]
    pub command: RoundCommand,
}

#[derive(Subcommand)]
pub(crate) enum RoundCommand {
    Next(Folder),
    Status,
    Withdraw(Withdraw),
    Leave(Close),
}

#[derive(Args)]
pub(crate) struct Withdraw {
    pub id: String,
}

#[derive(Args)]
pub(crate) struct Close {
    #[arg(long, value_name = "HEX")]
    pub round: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct Coordinator {
    #[command(subcommand)]
    pub command: CoordinatorCommand,
}

#[derive(Subcommand)]
pub(crate) enum CoordinatorCommand {
    Init(PartyInit),
    Open(Box<Open>),
    Publish(Folder),
    Status,
    Match(Match),
    #[cfg(feature = "parquet")]
    Export(Export),
    Decide(Folder),
    Counts(Counts),
    Report(Report),
    Close(Close),
}

#[cfg(feature = "parquet")]
#[derive(Args)]
pub(crate) struct Export {
    pub folder: PathBuf,
    pub dir: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub without: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Report {
    #[arg(conflicts_with = "to")]
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    #[arg(long, value_name = "HEX")]
    pub round: Option<String>,
}

#[derive(Args)]
pub(crate) struct PartyInit {
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub slot_name: Option<String>,
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    pub kdf_memory: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyArg {
    Strict,
    Standard,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NoticesArg {
    Statistics,
    Mediated,
}

#[derive(Args)]
pub(crate) struct Open {
    pub folder: PathBuf,
    #[arg(long, value_name = "TEXT")]
    pub purpose: String,
    #[arg(long, value_name = "DATE")]
    pub until: String,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    pub expected: u64,
    #[arg(long, value_enum, default_value = "strict")]
    pub policy: PolicyArg,
    #[arg(long, value_name = "NAME")]
    pub site: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub holder: Vec<String>,
    #[arg(long, value_name = "NAME")]
    pub comparer: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(16..=16_777_216))]
    pub quota: u32,
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..))]
    pub pairs: u16,
    #[arg(long, value_name = "N")]
    pub quorum: Option<u16>,
    #[arg(long, value_name = "BITS")]
    pub bits: Option<f64>,
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "victim"
    )]
    pub compartment: Vec<String>,
    #[arg(long)]
    pub site_totals: bool,
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub min_cell: u16,
    #[arg(long, value_name = "EPSILON", default_value_t = 4.0)]
    pub epsilon: f64,
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u16).range(34..=75))]
    pub largest_share: u16,
    #[arg(long, value_name = "NAME=SITE,SITE,SITE")]
    pub group: Vec<String>,
    #[arg(long, value_enum, default_value = "statistics")]
    pub notices: NoticesArg,
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub notice_requests: u16,
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=12))]
    pub notice_batches: u16,
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=90))]
    pub notice_delay: u16,
    #[arg(long, value_name = "P", default_value_t = 990, value_parser = clap::value_parser!(u16).range(960..=999))]
    pub notice_band: u16,
}

#[derive(Args)]
pub(crate) struct Counts {
    pub folder: Option<PathBuf>,
    #[arg(long, value_name = "HEX")]
    pub round: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub hxl: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Match {
    pub folder: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub without: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub candidates: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Keyholder {
    #[command(subcommand)]
    pub command: KeyholderCommand,
}

#[derive(Subcommand)]
pub(crate) enum KeyholderCommand {
    Init(HolderInit),
    Policy(HolderPolicy),
    Join(Folder),
    Cosign(Folder),
    Evaluate(Folder),
    Compare(Folder),
    Tally(Folder),
    Close(Close),
}

#[derive(Args)]
pub(crate) struct HolderInit {
    #[command(flatten)]
    pub party: PartyInit,
    #[command(flatten)]
    pub policy: HolderPolicy,
}

#[derive(Args)]
pub(crate) struct HolderPolicy {
    #[arg(long, value_name = "N")]
    pub quota_max: Option<u32>,
    #[arg(long, value_name = "BITS")]
    pub bits_min: Option<f64>,
    #[arg(long, value_name = "N")]
    pub points: Option<u64>,
    #[arg(long, value_name = "EPSILON")]
    pub epsilon_year: Option<f64>,
    #[arg(long, value_name = "N")]
    pub growth: Option<u32>,
}
