//! The interview as a state: which question, what is chosen, what was said about it. It knows neither
//! the terminal nor the vault; the screen and the dialogue both drive it.

use sigilo::i18n::{Localize as _, Message};
use sigilo::record::{self, FieldId, Kind, Record};
use zeroize::Zeroizing;

use crate::press::{Line, Press};

/// A line of a question that can be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Row {
    /// The text that is typed.
    Text,
    /// Leave it without an answer.
    Skip,
    /// A value.
    Choice(&'static str, Message),
    /// The person does not know.
    Unknown,
    /// The person does not want to say.
    Refused,
}

/// What to do with a record when the questions are over, or before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    /// Store it.
    Finish,
    /// Go on with the questions.
    GoOn,
    /// Look at the answers.
    Review,
    /// Keep it sealed and go on another day.
    Keep,
    /// Forget it.
    Leave,
}

impl Action {
    pub fn message(self, purpose: Purpose) -> Message {
        Message::new(match (self, purpose) {
            (Self::Finish, Purpose::Seal) => "interview-action-seal",
            (Self::Finish, Purpose::Amend) => "interview-action-amend",
            (Self::GoOn, _) => "interview-action-go-on",
            (Self::Review, _) => "interview-action-review",
            (Self::Keep, _) => "interview-action-keep",
            (Self::Leave, Purpose::Seal) => "interview-action-leave",
            (Self::Leave, Purpose::Amend) => "interview-action-leave-amend",
        })
    }
}

/// What the questions are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// A new record.
    Seal,
    /// Changes of a record.
    Amend,
}

/// Where the interview stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// At a question.
    Asking,
    /// At the choice of what to do.
    Menu,
    /// At the list of answers.
    Review,
}

/// What whoever drives the form is to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wish {
    Nothing,
    /// The answers are about to be looked at: say what is like them ([`Form::show_review`]).
    Review,
    Finish,
    Keep,
    Leave,
}

/// The state.
pub(crate) struct Form {
    pub record: Record,
    purpose: Purpose,
    questions: Vec<FieldId>,
    at: usize,
    pub stage: Stage,
    /// The chosen row of a question, a menu or the review.
    pub cursor: usize,
    pub line: Line,
    pub marks: Vec<bool>,
    /// What was said of the last answer.
    pub said: Vec<Message>,
    /// Records that are probably the same person, a line each.
    pub likely: Vec<Zeroizing<String>>,
    /// A question of the review that is answered anew, then the review again.
    from_review: bool,
}

impl Form {
    /// For a new record; without a kind, that is the first question.
    pub fn new(kind: Option<Kind>) -> Self {
        let questions = match kind {
            Some(kind) => record::interview(kind).to_vec(),
            None => vec![FieldId::Role],
        };
        let record = Record::new(kind.unwrap_or(Kind::Victim));
        Self::over(record, Purpose::Seal, questions, 0)
    }

    /// For a draft, from where it stopped.
    pub fn resumed(record: Record, at: Option<FieldId>) -> Self {
        let questions = record::interview(record.kind).to_vec();
        let place = at.and_then(|field| questions.iter().position(|q| *q == field));
        Self::over(record, Purpose::Seal, questions, place.unwrap_or(0))
    }

    /// For changes of a record, with these questions.
    pub fn amending(record: Record, questions: Vec<FieldId>) -> Self {
        Self::over(record, Purpose::Amend, questions, 0)
    }

    fn over(record: Record, purpose: Purpose, questions: Vec<FieldId>, at: usize) -> Self {
        let mut form = Self {
            record,
            purpose,
            questions,
            at,
            stage: Stage::Asking,
            cursor: 0,
            line: Line::new(""),
            marks: Vec::new(),
            said: Vec::new(),
            likely: Vec::new(),
            from_review: false,
        };
        form.load();
        form
    }

    pub fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The question that is asked now.
    pub fn field(&self) -> FieldId {
        self.questions
            .get(self.at)
            .copied()
            .unwrap_or(FieldId::Notes)
    }

    /// Its number, from 1, and how many there are.
    pub fn place(&self) -> (usize, usize) {
        (self.at + 1, self.questions.len())
    }

    /// Whether anything was answered.
    pub fn is_empty(&self) -> bool {
        self.record == Record::new(self.record.kind)
    }

    pub fn takes_several(&self) -> bool {
        record::takes_several(self.field())
    }

    /// The rows of the question that is asked now.
    pub fn rows(&self) -> Vec<Row> {
        let field = self.field();
        let choices = record::choices(field);
        let mut rows = Vec::with_capacity(choices.len() + 3);
        if choices.is_empty() {
            rows.push(Row::Text);
        } else if field != FieldId::Role {
            // First, so that Enter alone never gives an answer that nobody gave.
            rows.push(Row::Skip);
        }
        rows.extend(
            choices
                .into_iter()
                .map(|(code, told)| Row::Choice(code, told)),
        );
        if field.can_be_unanswered() {
            rows.extend([Row::Unknown, Row::Refused]);
        }
        rows
    }

    /// Shows the question with what the record holds already.
    fn load(&mut self) {
        let field = self.field();
        let rows = self.rows();
        let held = Zeroizing::new(record::get(&self.record, field));
        let why = self.record.reason(field);
        let exploitation = &self.record.exploitation;
        self.marks = rows
            .iter()
            .map(|row| match row {
                Row::Choice(code, _) if record::takes_several(field) => {
                    exploitation.iter().any(|e| e.code() == *code)
                }
                _ => false,
            })
            .collect();
        let current = rows.iter().position(|row| match row {
            Row::Choice(code, _) => *code == held.as_str(),
            Row::Unknown => why == Some(record::code::Reason::Unknown),
            Row::Refused => why == Some(record::code::Reason::Refused),
            Row::Text | Row::Skip => false,
        });
        let several = self.marks.iter().position(|m| *m);
        self.cursor = current.or(several).unwrap_or(0);
        let text = if why.is_some() || rows.first() != Some(&Row::Text) {
            ""
        } else {
            held.as_str()
        };
        self.line = Line::new(text);
    }

    /// Says what is wrong or doubtful, without repeating the answer.
    fn put(&mut self, text: &str) -> bool {
        let field = self.field();
        self.said.clear();
        match record::set(&mut self.record, field, text) {
            Ok(warning) => {
                self.said.extend(warning.map(|w| w.message()));
                true
            }
            Err(problem) => {
                self.said.push(problem.message());
                false
            }
        }
    }

    /// Takes a typed answer.
    pub fn answer(&mut self, text: &str) -> Wish {
        let field = self.field();
        let held = Zeroizing::new(record::get(&self.record, field));
        if text.trim() == held.as_str() && self.record.reason(field).is_none() {
            self.said.clear();
            return self.forward();
        }
        if self.put(text) {
            return self.forward();
        }
        Wish::Nothing
    }

    /// Takes the row that is chosen.
    pub fn choose(&mut self, at: usize) -> Wish {
        let rows = self.rows();
        let Some(row) = rows.get(at) else {
            return Wish::Nothing;
        };
        let marked: Vec<&str> = rows
            .iter()
            .zip(&self.marks)
            .filter_map(|(row, marked)| match row {
                Row::Choice(code, _) if *marked => Some(*code),
                _ => None,
            })
            .collect();
        match row {
            Row::Text => {
                let text = self.line.text();
                self.answer(&text)
            }
            Row::Skip => self.answer(""),
            Row::Choice(..) if self.takes_several() && !marked.is_empty() => {
                self.answer(&marked.join(";"))
            }
            Row::Choice(code, _) => self.answer(code),
            Row::Unknown => self.unanswered("unknown"),
            Row::Refused => self.unanswered("refused"),
        }
    }

    fn unanswered(&mut self, why: &str) -> Wish {
        if self.put(why) {
            self.forward()
        } else {
            Wish::Nothing
        }
    }

    /// Turns the mark of a row on or off.
    pub fn mark(&mut self, at: usize) {
        if let (true, Some(mark)) = (self.takes_several(), self.marks.get_mut(at)) {
            *mark = !*mark;
        }
    }

    /// To the next question.
    pub fn forward(&mut self) -> Wish {
        if self.questions.first() == Some(&FieldId::Role) && self.questions.len() == 1 {
            let kind = self.record.kind;
            self.questions.extend_from_slice(record::interview(kind));
        }
        if self.from_review || self.at + 1 >= self.questions.len() {
            return Wish::Review;
        }
        self.at += 1;
        self.load();
        Wish::Nothing
    }

    /// To the question before.
    pub fn back(&mut self) {
        self.said.clear();
        // The kind decides which questions there are; it is not asked twice.
        let first =
            usize::from(self.questions.first() == Some(&FieldId::Role) && self.questions.len() > 1);
        self.at = self.at.saturating_sub(1).max(first);
        self.load();
    }

    /// The answers, each with its question.
    pub fn answers(&self) -> Vec<FieldId> {
        let asked = self.questions.iter().copied();
        asked
            .filter(|f| *f != FieldId::Role && is_answered(&self.record, *f))
            .collect()
    }

    /// What can be done at the menu and the review.
    pub fn actions(&self) -> Vec<Action> {
        let mut actions = match self.stage {
            Stage::Review => vec![Action::Finish, Action::GoOn],
            _ => vec![Action::GoOn, Action::Review],
        };
        if self.purpose == Purpose::Seal {
            actions.push(Action::Keep);
        }
        actions.push(Action::Leave);
        actions
    }

    /// Shows the answers, what is wrong with them, and who is probably the same person.
    pub fn show_review(&mut self, likely: Vec<Zeroizing<String>>) {
        self.stage = Stage::Review;
        self.from_review = false;
        self.cursor = 0;
        self.likely = likely;
        self.said = match record::check(&self.record, record::today()) {
            Ok(warnings) => warnings.iter().map(|w| w.message()).collect(),
            Err(problems) => problems.iter().map(|p| p.message()).collect(),
        };
    }

    /// Does what was chosen at the menu or the review.
    pub fn act(&mut self, action: Action) -> Wish {
        match action {
            Action::GoOn => {
                self.stage = Stage::Asking;
                self.said.clear();
                self.load();
                Wish::Nothing
            }
            Action::Review => Wish::Review,
            Action::Keep => Wish::Keep,
            Action::Leave => Wish::Leave,
            Action::Finish => match record::check(&self.record, record::today()) {
                Ok(_) => Wish::Finish,
                Err(problems) => {
                    self.said = problems.iter().map(|p| p.message()).collect();
                    Wish::Nothing
                }
            },
        }
    }

    /// Answers a question of the review anew.
    pub fn correct(&mut self, field: FieldId) {
        if let Some(at) = self.questions.iter().position(|q| *q == field) {
            self.at = at;
            self.from_review = true;
            self.stage = Stage::Asking;
            self.said.clear();
            self.load();
        }
    }

    /// Takes a key.
    pub fn press(&mut self, press: Press) -> Wish {
        match self.stage {
            Stage::Asking => self.press_question(press),
            Stage::Menu | Stage::Review => self.press_list(press),
        }
    }

    fn press_question(&mut self, press: Press) -> Wish {
        let rows = self.rows();
        let typing = rows.get(self.cursor) == Some(&Row::Text);
        if press == Press::Char(' ') && self.takes_several() {
            self.mark(self.cursor);
            return Wish::Nothing;
        }
        match press {
            Press::Up => self.cursor = self.cursor.saturating_sub(1),
            Press::Down => self.cursor = (self.cursor + 1).min(rows.len().saturating_sub(1)),
            Press::Enter => return self.choose(self.cursor),
            Press::Next => {
                self.said.clear();
                return self.forward();
            }
            Press::Previous => self.back(),
            Press::Escape | Press::Quit => {
                self.stage = Stage::Menu;
                self.cursor = 0;
                self.said.clear();
            }
            other => {
                // Whoever types while another row is chosen means the text.
                if !typing && rows.first() == Some(&Row::Text) && matches!(other, Press::Char(_)) {
                    self.cursor = 0;
                }
                if rows.get(self.cursor) == Some(&Row::Text) {
                    self.line.take(other);
                }
            }
        }
        Wish::Nothing
    }

    fn press_list(&mut self, press: Press) -> Wish {
        let actions = self.actions();
        let answers = match self.stage {
            Stage::Review => self.answers(),
            _ => Vec::new(),
        };
        let last = (actions.len() + answers.len()).saturating_sub(1);
        match press {
            Press::Up => self.cursor = self.cursor.saturating_sub(1),
            Press::Down => self.cursor = (self.cursor + 1).min(last),
            Press::Home => self.cursor = 0,
            Press::End => self.cursor = last,
            Press::Previous => self.cursor = self.cursor.saturating_sub(10),
            Press::Next => self.cursor = (self.cursor + 10).min(last),
            Press::Escape => return self.act(Action::GoOn),
            Press::Enter => {
                if let Some(action) = actions.get(self.cursor) {
                    return self.act(*action);
                }
                if let Some(field) = answers.get(self.cursor - actions.len()) {
                    self.correct(*field);
                }
            }
            // Once more is meant.
            Press::Quit if self.stage == Stage::Menu => return Wish::Leave,
            Press::Quit => {
                self.stage = Stage::Menu;
                self.cursor = 0;
            }
            _ => {}
        }
        Wish::Nothing
    }
}

fn is_answered(record: &Record, field: FieldId) -> bool {
    !record::spoken(record, field).is_empty()
        || !Zeroizing::new(record::get(record, field)).is_empty()
}

#[cfg(test)]
mod tests;
