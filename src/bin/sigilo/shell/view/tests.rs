use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sigilo::i18n::Lang;
use sigilo::record::{Kind, Record};
use sigilo::vault::ObjectId;
use zeroize::Zeroizing;

use super::*;
use crate::interview::form::Form;
use crate::press::Press;
use crate::shell::desk::Found;

fn screen(desk: &Desk, lang: Lang, width: u16, height: u16) -> String {
    let texts = Messages::new(lang);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, &texts, desk)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let mut text = String::new();
    for y in 0..height {
        for x in 0..width {
            text.push_str(buffer[(x, y)].symbol());
        }
        text.push('\n');
    }
    text
}

fn opened() -> Opened {
    let mut record = Record::new(Kind::Victim);
    record.given_names = "Rosa".into();
    record.notes = "una\nlínea".into();
    Opened {
        id: ObjectId([7; 16]),
        version: 1,
        record: Box::new(record),
    }
}

fn places() -> Vec<Desk> {
    let mut all = Vec::new();
    let mut desk = Desk::new();
    desk.show_found(
        (0..40)
            .map(|n| Found {
                id: ObjectId([n; 16]),
                line: Zeroizing::new(format!("abcd  víctima   Persona número {n}")),
            })
            .collect(),
        100,
    );
    all.push(desk);
    let mut desk = Desk::new();
    desk.press(Press::Escape);
    all.push(desk);
    let mut desk = Desk::new();
    desk.show_record(opened());
    all.push(desk);
    for steps in 0..3 {
        let mut desk = Desk::new();
        desk.show_record(opened());
        for _ in 0..=steps {
            desk.press(Press::Enter);
        }
        all.push(desk);
    }
    let mut desk = Desk::new();
    desk.place = Place::Reason(opened(), opened().record);
    all.push(desk);
    let mut desk = Desk::new();
    desk.interview(Form::new(None));
    all.push(desk);
    let mut desk = Desk::new();
    desk.show_drafts(vec![Zeroizing::new("ayer".into())]);
    all.push(desk);
    let mut desk = Desk::new();
    desk.lock(Message::new("shell-locked-idle"));
    all.push(desk);
    all
}

#[test]
fn every_place_says_its_keys_on_a_small_screen_in_both_languages() {
    for lang in [Lang::Es, Lang::En] {
        for desk in places() {
            let shown = screen(&desk, lang, 80, 24);
            assert!(shown.contains("Enter"), "{shown}");
            assert!(!shown.contains("shell-"), "{shown}");
            assert!(!shown.contains("interview-"), "{shown}");
        }
    }
}

#[test]
fn the_chosen_line_is_always_in_sight_and_has_a_sign() {
    let mut desk = places().remove(0);
    for n in 0..40 {
        let shown = screen(&desk, Lang::Es, 80, 24);
        let line = format!("> abcd  víctima   Persona número {n} ");
        assert!(shown.contains(&line), "{n}\n{shown}");
        desk.press(Press::Down);
    }
}

#[test]
fn any_size_is_drawn() {
    for desk in places() {
        for (width, height) in [(1, 1), (5, 2), (20, 5), (40, 12), (300, 80)] {
            screen(&desk, Lang::Es, width, height);
        }
    }
}

#[test]
fn a_locked_desk_shows_nothing_of_the_vault() {
    let mut desk = places().remove(0);
    desk.lock(Message::new("shell-locked-idle"));
    let shown = screen(&desk, Lang::Es, 80, 24);
    assert!(!shown.contains("Persona"), "{shown}");
}
