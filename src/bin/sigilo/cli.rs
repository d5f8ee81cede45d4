//! Arguments only. Help texts are Fluent messages and are put in by `help.rs`; here is no prose.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// The command line.
#[derive(Parser)]
#[command(name = "sigilo", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Args, Clone)]
pub(crate) struct Global {
    #[arg(
        long,
        global = true,
        env = "SIGILO_VAULT",
        hide_env_values = true,
        value_name = "DIR"
    )]
    pub vault: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        env = "SIGILO_KEYRING",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub keyring: Option<PathBuf>,
    #[arg(long, global = true)]
    pub recovery: bool,
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    #[arg(long, global = true, value_name = "FILE")]
    pub shares: Vec<PathBuf>,
    #[arg(long, global = true, value_name = "FILE")]
    pub age: Option<PathBuf>,
    #[arg(long, global = true, value_name = "N")]
    pub passphrase_fd: Option<u32>,
    #[arg(long, global = true)]
    pub second_slot: bool,
    #[arg(long, global = true, value_name = "FILE")]
    pub second_key_file: Option<PathBuf>,
    #[arg(
        long,
        global = true,
        env = "SIGILO_LANG",
        hide_env_values = true,
        value_enum
    )]
    pub lang: Option<LangArg>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, short, global = true, env = "SIGILO_QUIET", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    #[arg(long, global = true, env = "SIGILO_PLAIN", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub plain: bool,
    #[arg(long, global = true, env = "SIGILO_SCREEN", hide_env_values = true, value_parser = FalseyValueParser::new())]
    pub screen: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    Es,
    En,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindArg {
    #[value(aliases = ["víctima", "victima"])]
    Victim,
    #[value(alias = "testigo")]
    Witness,
    #[value(alias = "llamada")]
    Call,
}

impl From<KindArg> for sigilo::record::Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Victim => Self::Victim,
            KindArg::Witness => Self::Witness,
            KindArg::Call => Self::Call,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    Htcds,
    Ctdc,
    Gbvims,
    Csv,
    Json,
}

#[derive(Args)]
pub(crate) struct Export {
    #[arg(long, value_enum)]
    pub format: FormatArg,
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = clap::value_parser!(u16).range(3..))]
    pub k: u16,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Seal(Seal),
    Import(Import),
    List(List),
    Show(Show),
    Search(Search),
    Amend(Amend),
    Link(Pair),
    Unlink(Pair),
    Duplicates(Duplicates),
    Erase(Erase),
    Export(Export),
    Hold(Hold),
    Retain(Retain),
    Keys(Keys),
    Check(Check),
    Evidence(Evidence),
    Backup(Backup),
    Restore(Restore),
    Log(LogArgs),
    #[command(flatten)]
    Rounds(crate::cli_round::RoundCommands),
    #[command(flatten)]
    Transfers(crate::cli_transfer::TransferCommands),
    Audit(Audit),
    Demo(Demo),
    Evaluate(Evaluate),
    Shell(Shell),
    Config,
    Completions(Completions),
    Man(Man),
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellArg {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

#[derive(Args)]
pub(crate) struct Shell {
    /// Why the desk begins locked: for the command itself, which begins anew when it locks.
    #[arg(long, hide = true, value_enum)]
    pub locked: Option<LockedArg>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LockedArg {
    Asked,
    Idle,
    Kept,
    Lost,
}

#[derive(Args)]
pub(crate) struct Completions {
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: ShellArg,
}

#[derive(Args)]
pub(crate) struct Man {
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Init {
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub slot_name: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub compartment: Vec<String>,
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    pub kdf_memory: u32,
}

#[derive(Args)]
pub(crate) struct Seal {
    pub file: Option<PathBuf>,
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    #[arg(long, value_name = "NAME")]
    pub compartment: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct Import {
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "map")]
    pub propose_map: Option<PathBuf>,
    #[arg(long, value_name = "NAME")]
    pub compartment: Option<String>,
    #[arg(long)]
    pub keep_going: bool,
    #[arg(long)]
    pub update: bool,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    #[arg(long, value_name = "PURPOSE")]
    pub consent_matching: Option<String>,
    #[arg(long, value_name = "DATE", requires = "consent_matching")]
    pub consent_until: Option<String>,
}

#[derive(Args)]
pub(crate) struct List {
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    #[arg(long, value_name = "DATE", num_args = 0..=1, default_missing_value = "")]
    pub due: Option<String>,
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

#[derive(Args)]
pub(crate) struct Show {
    pub id: String,
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
}

#[derive(Args)]
pub(crate) struct Search {
    pub words: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
}

#[derive(Args)]
pub(crate) struct Amend {
    pub id: String,
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct Pair {
    pub first: String,
    pub second: String,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct Duplicates {
    #[arg(long, value_name = "N", default_value_t = 0.85)]
    pub threshold: f64,
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Args)]
pub(crate) struct Erase {
    #[arg(required_unless_present = "due")]
    pub id: Option<String>,
    #[arg(long, conflicts_with_all = ["id", "yes"])]
    pub due: bool,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct Hold {
    #[command(subcommand)]
    pub command: HoldCommand,
}

#[derive(Subcommand)]
pub(crate) enum HoldCommand {
    Set(HoldSet),
    Lift(HoldSet),
    List,
}

#[derive(Args)]
pub(crate) struct HoldSet {
    pub id: String,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct Retain {
    pub id: String,
    #[arg(
        long,
        value_name = "DATE",
        required_unless_present = "always",
        conflicts_with = "always"
    )]
    pub until: Option<String>,
    #[arg(long)]
    pub always: bool,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub command: KeysCommand,
}

#[derive(Subcommand)]
pub(crate) enum KeysCommand {
    List,
    Passphrase(KeysPassphrase),
    Add(KeysAdd),
    Intake(KeysIntake),
    Recovery,
    Remove(KeysRemove),
    Rotate(KeysRotate),
    Identity(KeysIdentity),
    Shares(KeysShares),
    Drill(KeysDrill),
    Change(KeysChange),
    Compartment(KeysCompartment),
    Policy(KeysPolicy),
    Panic(KeysPanic),
    Duress(KeysDuress),
}

#[derive(Args)]
pub(crate) struct KeysDrill {
    #[arg(long)]
    pub record: bool,
}

#[derive(Args)]
pub(crate) struct KeysChange {
    pub slot: String,
    #[arg(long, value_enum, value_delimiter = ',')]
    pub rights: Vec<RightArg>,
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub compartments: Vec<String>,
    #[arg(long, conflicts_with = "compartments")]
    pub all_compartments: bool,
}

#[derive(Args)]
pub(crate) struct KeysCompartment {
    pub name: String,
    #[arg(long)]
    pub two: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardedArg {
    Export,
    Referral,
    Evidence,
    Opening,
    Erase,
    None,
}

#[derive(Args)]
pub(crate) struct KeysPolicy {
    #[arg(long, value_enum, value_delimiter = ',')]
    pub two: Vec<GuardedArg>,
    #[arg(long, value_name = "N", requires = "two")]
    pub alone: Option<u32>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct KeysPanic {
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args)]
pub(crate) struct KeysDuress {
    #[command(subcommand)]
    pub command: KeysDuressCommand,
}

#[derive(Subcommand)]
pub(crate) enum KeysDuressCommand {
    Set,
    Remove,
}

#[derive(Args)]
pub(crate) struct KeysPassphrase {
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    pub kdf_memory: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RightArg {
    #[value(alias = "sellar")]
    Seal,
    #[value(alias = "leer")]
    Read,
    #[value(alias = "exportar")]
    Export,
    #[value(alias = "administrar")]
    Manage,
    #[value(aliases = ["bitácora", "bitacora"])]
    Log,
}

#[derive(Args)]
pub(crate) struct KeysAdd {
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_enum, value_delimiter = ',')]
    pub rights: Vec<RightArg>,
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub compartments: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,
    #[arg(long, value_name = "AGE", conflicts_with = "to_file")]
    pub age_recipient: Option<String>,
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    pub kdf_memory: u32,
}

#[derive(Args)]
pub(crate) struct KeysIntake {
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub to_file: Option<PathBuf>,
    #[arg(long, value_name = "MIB", default_value_t = 64, value_parser = clap::value_parser!(u32).range(19..=1024))]
    pub kdf_memory: u32,
}

#[derive(Args)]
pub(crate) struct KeysRemove {
    pub slot: String,
    #[arg(long)]
    pub yes: bool,
    #[arg(long)]
    pub rotate: bool,
}

#[derive(Args)]
pub(crate) struct Evidence {
    #[command(subcommand)]
    pub command: EvidenceCommand,
}

#[derive(Subcommand)]
pub(crate) enum EvidenceCommand {
    Add(EvidenceAdd),
    List(EvidenceList),
    Show(EvidenceShow),
    Extract(EvidenceExtract),
    Export(EvidenceExport),
    HandOver(EvidenceHandOver),
    Receive(EvidenceReceive),
    Receipt(EvidenceReceipt),
}

#[derive(Args)]
pub(crate) struct EvidenceAdd {
    pub record: String,
    pub file: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceList {
    pub record: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceShow {
    pub id: String,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceExport {
    pub id: String,
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    #[arg(long)]
    pub slot_names: bool,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceHandOver {
    pub id: String,
    #[arg(long, value_name = "NAME")]
    pub receiver: String,
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    #[arg(long)]
    pub slot_names: bool,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceReceive {
    pub dir: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long)]
    pub refuse: bool,
}

#[derive(Args)]
pub(crate) struct EvidenceReceipt {
    pub id: String,
    pub file: PathBuf,
    #[arg(long, value_name = "N")]
    pub entry: Option<u64>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct EvidenceExtract {
    pub id: String,
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct Backup {
    #[arg(long, value_name = "PLACE", required_unless_present = "check")]
    pub to: Option<PathBuf>,
    #[arg(long, value_name = "AGE", conflicts_with = "check")]
    pub recipient: Vec<String>,
    #[arg(long, value_name = "FILE")]
    pub key_to: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    #[arg(long, value_name = "PLACE", conflicts_with = "to")]
    pub check: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Restore {
    pub from: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub head: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub newer: Option<PathBuf>,
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct KeysShares {
    #[arg(long, value_name = "N")]
    pub of: u8,
    #[arg(long, value_name = "T")]
    pub need: u8,
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct KeysIdentity {
    pub file: PathBuf,
}

#[derive(Args)]
pub(crate) struct KeysRotate {
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct LogArgs {
    #[command(subcommand)]
    pub command: LogCommand,
}

#[derive(Subcommand)]
pub(crate) enum LogCommand {
    Show(LogShow),
    Checkpoint(LogCheckpoint),
    Open(LogOpen),
}

#[derive(Args)]
pub(crate) struct Check {
    #[arg(long, value_name = "DAYS", default_value_t = crate::audit::MAX_AGE_DAYS)]
    pub max_age: u32,
    #[arg(long, value_name = "DIR", conflicts_with = "max_age")]
    pub repair: Option<PathBuf>,
    #[arg(long, value_name = "FILE", requires = "repair")]
    pub head: Vec<PathBuf>,
    #[arg(long, value_name = "TEXT", requires = "repair")]
    pub reason: Option<String>,
}

#[derive(Args)]
pub(crate) struct LogCheckpoint {
    #[arg(long, value_name = "FILE")]
    pub import: Option<PathBuf>,
    #[arg(long, value_name = "KEY", requires = "import")]
    pub cosigner: Vec<String>,
}

#[derive(Args)]
pub(crate) struct LogOpen {
    #[arg(required = true)]
    pub entries: Vec<u64>,
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Args)]
pub(crate) struct LogShow {
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    #[arg(long, value_name = "ID")]
    pub record: Option<String>,
}

#[derive(Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    pub command: AuditCommand,
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    Verify(AuditVerify),
    Consistency(AuditConsistency),
    Inclusion(AuditInclusion),
    Cosign(AuditCosign),
    Export(AuditExport),
    Keygen(AuditKeygen),
    Refusal(AuditRefusal),
    Court(AuditCourt),
}

#[derive(Args)]
pub(crate) struct AuditVerify {
    pub dir: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub head: Vec<PathBuf>,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_name = "KEY")]
    pub cosigner: Vec<String>,
    #[arg(long, value_name = "DAYS", default_value_t = crate::audit::MAX_AGE_DAYS)]
    pub max_age: u32,
}

#[derive(Args)]
pub(crate) struct AuditConsistency {
    pub old: PathBuf,
    pub new: PathBuf,
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub proof: Option<PathBuf>,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_name = "FILE", conflicts_with = "proof")]
    pub out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AuditInclusion {
    #[arg(conflicts_with_all = ["record", "evidence", "entry", "out"], required_unless_present_any = ["record", "evidence", "entry"])]
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "ID", requires = "out", conflicts_with_all = ["entry", "from"])]
    pub record: Option<String>,
    #[arg(long, value_name = "N", requires = "record")]
    pub version: Option<u32>,
    #[arg(long, value_name = "ID", requires = "out", conflicts_with_all = ["record", "entry", "from"])]
    pub evidence: Option<String>,
    #[arg(long, value_name = "N", requires = "out")]
    pub entry: Option<u64>,
    #[arg(long, value_name = "DIR", requires = "entry")]
    pub from: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "KEY", requires = "file")]
    pub key: Option<String>,
    #[arg(long, value_name = "KEY", requires = "file")]
    pub slot_key: Option<String>,
    #[arg(long, value_name = "KEY", requires = "file")]
    pub cosigner: Vec<String>,
}

#[derive(Args)]
pub(crate) struct AuditCosign {
    pub source: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub signer: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub seen: Option<PathBuf>,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AuditExport {
    pub dir: PathBuf,
}

#[derive(Args)]
pub(crate) struct AuditKeygen {
    #[arg(long, value_name = "NAME")]
    pub name: String,
    #[arg(long, value_name = "FILE")]
    pub to_file: PathBuf,
}

#[derive(Args)]
pub(crate) struct AuditRefusal {
    pub file: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub key: String,
    #[arg(long, value_name = "KEY")]
    pub auditor: Option<String>,
}

#[derive(Args)]
pub(crate) struct AuditCourt {
    pub dir: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_name = "KEY")]
    pub cosigner: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Demo {
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyArg {
    Standard,
    Strict,
}

#[derive(Args)]
pub(crate) struct Evaluate {
    pub dir: PathBuf,
    #[arg(long, value_enum, default_value = "strict")]
    pub policy: PolicyArg,
    #[arg(long, value_name = "FILE")]
    pub tokens_out: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub group_seed: u64,
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub prf_seed: u64,
}
