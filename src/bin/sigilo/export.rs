//! Records out of the vault, in clear, in the forms of other programs.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use sigilo::i18n::Message;
use sigilo::log::act::Reason;
use sigilo::record::Kind;
use sigilo::record::export::{Exported, Format, write};

use crate::app::App;
use crate::cli::{Export, FormatArg};
use crate::failure::{Failure, NOTHING, file};
use crate::files::create_private;
use crate::{prompt, vault};

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Htcds => Self::Htcds,
            FormatArg::Ctdc => Self::Ctdc,
            FormatArg::Gbvims => Self::Gbvims,
            FormatArg::Csv => Self::Csv,
            FormatArg::Json => Self::Json,
        }
    }
}

/// Where it goes.
enum To<'a> {
    Stdout,
    File(&'a Path),
}

fn destination(args: &Export) -> Result<To<'_>, Failure> {
    match &args.to {
        // Names on a screen are read over shoulders: only who asks for it.
        None if std::io::stdout().is_terminal() => Err(Failure::usage("export-usage-where")),
        None => Ok(To::Stdout),
        Some(path) if path.as_os_str() == "-" => Ok(To::Stdout),
        Some(path) if path.exists() => Err(file(path, &std::io::ErrorKind::AlreadyExists.into())),
        Some(path) => Ok(To::File(path)),
    }
}

pub(crate) fn export(app: &App, args: &Export) -> Result<u8, Failure> {
    let format = Format::from(args.format);
    let to = destination(args)?;
    let why = args.reason.as_deref().unwrap_or_default();
    let why = format!("{} {why}", format.code());
    let reason = Reason::new(why.trim()).map_err(|_| Failure::usage("cli-reason-too-long"))?;
    let kind = args.kind.map(Kind::from);
    let wanted = |kind_of: Kind| {
        kind.is_none_or(|k| k == kind_of) && (!format.is_for_victims() || kind_of == Kind::Victim)
    };
    if !args.yes && !prompt::interactive() {
        return Err(Failure::usage("cli-needs-yes"));
    }
    let vault = vault::open(app)?;
    let mut asked = Ok(true);
    let items = vault.export(
        |record| wanted(record.kind),
        |count| {
            if !args.yes {
                let question = Message::new(match format {
                    Format::Ctdc => "export-ask-ctdc",
                    _ => "export-ask",
                });
                let word = app.t("export-word");
                let question = question.with("count", count).with("word", word.as_str());
                asked = prompt::typed(app, &question, &word);
            }
            matches!(asked, Ok(true))
        },
        &reason,
    )?;
    let Some(items) = items else {
        asked?;
        return Err(Failure::of("cli-stopped"));
    };
    if items.is_empty() {
        return Err(Failure::new(NOTHING, Message::new("export-nothing")));
    }
    let made = write(&items, format, usize::from(args.k));
    drop(items);
    for note in &made.notes {
        app.note(note);
    }
    if made.rows == 0 {
        return Err(Failure::new(NOTHING, Message::new("export-ctdc-nothing")));
    }
    match to {
        To::Stdout => {
            let mut out = std::io::stdout().lock();
            // A reader that went away is no error.
            let _ = out
                .write_all(made.text.as_bytes())
                .and_then(|()| out.flush());
        }
        To::File(path) => {
            put(path, format, &made)?;
            told(app, path, format, &made);
        }
    }
    Ok(0)
}

/// A new file that only its owner can read. Half a file would look like all of it.
fn put(path: &Path, format: Format, made: &Exported) -> Result<(), Failure> {
    let mut out = create_private(path).map_err(|e| file(path, &e))?;
    // Spreadsheet programs take a table without this mark for another encoding.
    let mark: &[u8] = match format {
        Format::Json => b"",
        _ => "\u{feff}".as_bytes(),
    };
    let written = out
        .write_all(mark)
        .and_then(|()| out.write_all(made.text.as_bytes()))
        .and_then(|()| out.sync_all());
    written.map_err(|e| {
        let _ = std::fs::remove_file(path);
        file(path, &e)
    })
}

fn told(app: &App, path: &Path, format: Format, made: &Exported) {
    let name = path.display().to_string();
    if app.json() {
        let notes: Vec<String> = made.notes.iter().map(|n| app.text(n)).collect();
        app.print_json(&serde_json::json!({
            "file": name, "format": format.code(), "rows": made.rows, "notes": notes,
        }));
        return;
    }
    let done = Message::new("export-done")
        .with("file", name)
        .with("rows", made.rows);
    app.print(&app.text(&done));
    if format != Format::Ctdc {
        app.note(&Message::new("export-care"));
    }
}
