//! A record, asked field by field in a terminal.

use sigilo::i18n::Message;
use sigilo::record::{self, FieldId, Kind, Record, interview};
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::Failure;
use crate::prompt;

/// Asks which kind of record, then every question of that kind. Enter leaves a question out, `<`
/// goes back, `.` ends early, `?` means that the answer is not known.
pub(crate) fn ask(app: &App, kind: Option<Kind>) -> Result<Record, Failure> {
    let kind = match kind {
        Some(kind) => kind,
        None => ask_kind(app)?,
    };
    let mut record = Record::new(kind);
    app.warn(&Message::new("cli-interview-help"));
    let questions: Vec<FieldId> = interview(kind).to_vec();
    fill(app, &mut record, &questions)?;
    Ok(record)
}

fn ask_kind(app: &App) -> Result<Kind, Failure> {
    loop {
        let answer = prompt::line(&app.t("cli-ask-kind"))?;
        let Some(answer) = answer else {
            return Err(Failure::of("cli-stopped"));
        };
        match answer.as_str() {
            "1" => return Ok(Kind::Victim),
            "2" => return Ok(Kind::Witness),
            "3" => return Ok(Kind::Call),
            other => match Kind::parse(other) {
                Some(kind) => return Ok(kind),
                None => app.warn(&Message::new("cli-ask-kind-again")),
            },
        }
    }
}

/// Asks these questions; what the record holds already is shown and stays on Enter.
pub(crate) fn fill(app: &App, record: &mut Record, questions: &[FieldId]) -> Result<(), Failure> {
    let mut at = 0;
    while let Some(&field) = questions.get(at) {
        let present = Zeroizing::new(record::get(record, field));
        let mut question = format!(
            "[{}/{}] {}",
            at + 1,
            questions.len(),
            app.text(&field.question())
        );
        if !present.is_empty() {
            question.push_str(&format!(" ({})", present.as_str()));
        }
        let Some(answer) = prompt::line(&crate::app::visible(&question))? else {
            return Err(Failure::of("cli-stopped"));
        };
        match answer.as_str() {
            "" => at += 1,
            "<" => at = at.saturating_sub(1),
            "." => break,
            "-" => {
                record::clear(record, field);
                at += 1;
            }
            text => match record::set(record, field, text) {
                Ok(warning) => {
                    if let Some(warning) = warning {
                        app.warn(&warning);
                    }
                    at += 1;
                }
                Err(problem) => app.warn(&problem),
            },
        }
    }
    Ok(())
}
