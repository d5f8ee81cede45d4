use super::*;

fn type_text(form: &mut Form, text: &str) -> Wish {
    for c in text.chars() {
        form.press(Press::Char(c));
    }
    form.press(Press::Enter)
}

fn go_to(form: &mut Form, field: FieldId) {
    let mut steps = 0;
    while form.field() != field {
        form.press(Press::Next);
        steps += 1;
        assert!(steps < 100, "{field:?} is not asked");
    }
}

#[test]
fn enter_alone_answers_nothing() {
    let mut form = Form::new(Some(Kind::Victim));
    let questions = record::interview(Kind::Victim).len();
    for n in 1..questions {
        assert_eq!(form.press(Press::Enter), Wish::Nothing, "question {n}");
    }
    assert_eq!(form.press(Press::Enter), Wish::Review);
    assert!(form.is_empty());
}

#[test]
fn unknown_refused_and_skipped_are_three_things() {
    let mut form = Form::new(Some(Kind::Victim));
    for (field, row, why) in [
        (
            FieldId::GivenNames,
            Row::Refused,
            Some(record::code::Reason::Refused),
        ),
        (
            FieldId::PaternalSurname,
            Row::Unknown,
            Some(record::code::Reason::Unknown),
        ),
        (FieldId::MaternalSurname, Row::Text, None),
    ] {
        go_to(&mut form, field);
        let at = form.rows().iter().position(|r| *r == row).unwrap();
        for _ in 0..at {
            form.press(Press::Down);
        }
        assert_eq!(form.press(Press::Enter), Wish::Nothing);
        assert_eq!(form.record.reason(field), why, "{field:?}");
    }
}

#[test]
fn the_kind_decides_the_questions() {
    let mut form = Form::new(None);
    assert_eq!(form.rows().len(), 3);
    form.press(Press::Down);
    form.press(Press::Down);
    form.press(Press::Enter);
    assert_eq!(form.record.kind, Kind::Call);
    assert_eq!(form.place().1, 1 + record::interview(Kind::Call).len());
    form.press(Press::Previous);
    assert_ne!(form.field(), FieldId::Role);
}

#[test]
fn a_mistake_stays_at_its_question_and_says_why() {
    let mut form = Form::new(Some(Kind::Victim));
    go_to(&mut form, FieldId::DateOfBirth);
    assert_eq!(type_text(&mut form, "ayer"), Wish::Nothing);
    assert_eq!(form.field(), FieldId::DateOfBirth);
    assert_eq!(form.said.len(), 1);
    for _ in 0..4 {
        form.press(Press::Backspace);
    }
    type_text(&mut form, "1999");
    assert_ne!(form.field(), FieldId::DateOfBirth);
    assert!(form.said.is_empty());
    form.press(Press::Previous);
    assert_eq!(form.line.text().as_str(), "1999");
}

#[test]
fn several_forms_are_marked_with_the_space_bar() {
    let mut form = Form::new(Some(Kind::Victim));
    go_to(&mut form, FieldId::ExploitationType);
    form.press(Press::Down);
    form.press(Press::Char(' '));
    form.press(Press::Down);
    form.press(Press::Char(' '));
    form.press(Press::Enter);
    assert_eq!(form.record.exploitation.len(), 2);
    form.press(Press::Previous);
    assert_eq!(form.marks.iter().filter(|m| **m).count(), 2);
    // Taken away again by the row without an answer.
    form.press(Press::Up);
    form.press(Press::Up);
    form.press(Press::Enter);
    assert!(form.record.exploitation.is_empty());
}

#[test]
fn nothing_is_finished_that_nobody_could_find_again() {
    let mut form = Form::new(Some(Kind::Victim));
    form.show_review(Vec::new());
    assert_eq!(form.press(Press::Enter), Wish::Nothing);
    assert!(!form.said.is_empty());
    form.press(Press::Escape);
    go_to(&mut form, FieldId::PreferredName);
    type_text(&mut form, "Lupita");
    form.show_review(Vec::new());
    assert_eq!(form.press(Press::Enter), Wish::Finish);
}

#[test]
fn an_answer_is_corrected_from_the_review() {
    let mut form = Form::new(Some(Kind::Witness));
    go_to(&mut form, FieldId::PreferredName);
    type_text(&mut form, "Lupe");
    form.show_review(Vec::new());
    assert_eq!(form.answers(), [FieldId::PreferredName]);
    form.press(Press::End);
    form.press(Press::Enter);
    assert_eq!(form.field(), FieldId::PreferredName);
    assert_eq!(type_text(&mut form, "ta"), Wish::Review);
    assert_eq!(form.record.preferred_name, "Lupeta");
}

#[test]
fn the_menu_keeps_leaves_and_goes_on() {
    let mut form = Form::new(Some(Kind::Victim));
    form.press(Press::Escape);
    assert_eq!(form.stage, Stage::Menu);
    form.press(Press::Escape);
    assert_eq!(form.stage, Stage::Asking);
    form.press(Press::Quit);
    form.press(Press::Down);
    form.press(Press::Down);
    assert_eq!(form.press(Press::Enter), Wish::Keep);
    assert_eq!(form.press(Press::Quit), Wish::Leave);
    let mut form = Form::amending(Record::new(Kind::Victim), vec![FieldId::Notes]);
    form.press(Press::Escape);
    assert!(!form.actions().contains(&Action::Keep));
}

#[test]
fn a_draft_goes_on_where_it_stopped() {
    let form = Form::resumed(Record::new(Kind::Victim), Some(FieldId::Sex));
    assert_eq!(form.field(), FieldId::Sex);
}

#[test]
fn whoever_types_means_the_text() {
    let mut form = Form::new(Some(Kind::Victim));
    go_to(&mut form, FieldId::PreferredName);
    form.press(Press::Down);
    type_text(&mut form, "Chelo");
    assert_eq!(form.record.preferred_name, "Chelo");
}
