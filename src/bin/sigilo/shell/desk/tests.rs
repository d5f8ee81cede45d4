use sigilo::record::Kind;

use super::*;

fn id(n: u8) -> ObjectId {
    ObjectId([n; 16])
}

fn found(n: u8) -> Found {
    Found {
        id: id(n),
        line: Zeroizing::new(format!("Persona {n}")),
    }
}

fn opened() -> Opened {
    let mut record = Record::new(Kind::Victim);
    record.given_names = "Rosa".into();
    record.local_id = "EXP-1".into();
    Opened {
        id: id(1),
        version: 2,
        record: Box::new(record),
    }
}

fn type_text(desk: &mut Desk, text: &str) {
    for c in text.chars() {
        assert!(matches!(desk.press(Press::Char(c)), Effect::Nothing));
    }
}

#[test]
fn what_is_typed_is_looked_for_at_a_pause_and_once() {
    let mut desk = Desk::new();
    type_text(&mut desk, "ro");
    assert!(matches!(desk.paused(), Effect::Nothing), "too short");
    type_text(&mut desk, "sa");
    assert!(matches!(desk.paused(), Effect::Search(w) if w.as_str() == "rosa"));
    assert!(matches!(desk.paused(), Effect::Nothing), "not twice");
    desk.press(Press::Backspace);
    assert!(matches!(desk.press(Press::Enter), Effect::Search(w) if w.as_str() == "ros"));
}

#[test]
fn the_chosen_record_is_opened() {
    let mut desk = Desk::new();
    assert!(matches!(desk.press(Press::Enter), Effect::Nothing));
    desk.show_found(vec![found(1), found(2)], 2);
    for _ in 0..5 {
        desk.press(Press::Down);
    }
    assert!(matches!(desk.press(Press::Enter), Effect::Open(i) if i == id(2)));
}

#[test]
fn the_menu_reaches_everything() {
    for (steps, expected) in [(2, "list"), (3, "drafts"), (4, "lock"), (5, "quit")] {
        let mut desk = Desk::new();
        desk.press(Press::Escape);
        for _ in 0..steps {
            desk.press(Press::Down);
        }
        let effect = match desk.press(Press::Enter) {
            Effect::List => "list",
            Effect::Drafts => "drafts",
            Effect::Lock => "lock",
            Effect::Quit => "quit",
            _ => "other",
        };
        assert_eq!(effect, expected);
    }
    let mut desk = Desk::new();
    desk.press(Press::Quit);
    assert!(matches!(desk.press(Press::Quit), Effect::Quit));
}

#[test]
fn a_field_is_amended_with_a_reason() {
    let mut desk = Desk::new();
    desk.show_record(opened());
    let place = Desk::fields(&opened())
        .iter()
        .position(|f| *f == FieldId::GivenNames)
        .unwrap();
    for _ in 0..=place {
        desk.press(Press::Down);
    }
    desk.press(Press::Enter);
    type_text(&mut desk, " María");
    assert!(matches!(desk.press(Press::Enter), Effect::Nothing));
    assert!(matches!(desk.place, Place::Reason(..)));
    type_text(&mut desk, "lo dijo");
    let Effect::Amend(before, after, why) = desk.press(Press::Enter) else {
        panic!("no amendment");
    };
    assert_eq!(before.version, 2);
    assert_eq!(after.given_names, "Rosa María");
    assert_eq!(why.as_str(), "lo dijo");
}

#[test]
fn an_amendment_that_changes_nothing_is_none() {
    let mut desk = Desk::new();
    desk.show_record(opened());
    desk.press(Press::Down);
    desk.press(Press::Enter);
    assert!(matches!(desk.press(Press::Enter), Effect::Nothing));
    assert!(matches!(desk.place, Place::Reading(_)));
    assert_eq!(desk.said[0].id, "cli-amend-nothing");
}

#[test]
fn a_service_event_has_a_kind_a_day_and_a_note() {
    let mut desk = Desk::new();
    desk.show_record(opened());
    desk.press(Press::Enter);
    desk.press(Press::Down);
    desk.press(Press::Down);
    desk.press(Press::Enter);
    // The day is proposed; one that does not exist is refused.
    for _ in 0..10 {
        desk.press(Press::Backspace);
    }
    type_text(&mut desk, "ayer");
    desk.press(Press::Enter);
    assert_eq!(desk.said[0].id, "record-fault-date");
    for _ in 0..4 {
        desk.press(Press::Backspace);
    }
    type_text(&mut desk, "2999");
    desk.press(Press::Enter);
    assert_eq!(desk.said[0].id, "record-fault-future");
    for _ in 0..4 {
        desk.press(Press::Backspace);
    }
    type_text(&mut desk, "2025-03-02");
    desk.press(Press::Enter);
    type_text(&mut desk, "primera cita");
    let Effect::Amend(_, after, _) = desk.press(Press::Enter) else {
        panic!("no amendment");
    };
    let service = after.services.last().unwrap();
    assert_eq!(service.kind, ServiceKind::ALL[2]);
    assert_eq!(service.note, "primera cita");
}

#[test]
fn locking_forgets_what_was_shown() {
    let mut desk = Desk::new();
    type_text(&mut desk, "rosa");
    desk.show_found(vec![found(1)], 1);
    assert!(matches!(desk.press(Press::Function(9)), Effect::Lock));
    desk.lock(Message::new("shell-locked-asked"));
    assert!(desk.found.is_empty());
    assert!(desk.query.text().is_empty());
    // Nothing works but unlocking and leaving.
    assert!(matches!(desk.press(Press::Char('x')), Effect::Nothing));
    assert!(matches!(desk.press(Press::Function(3)), Effect::Nothing));
    assert!(matches!(desk.press(Press::Enter), Effect::Unlock));
    desk.say(Message::new("vault-error-wrong-key"));
    assert!(matches!(desk.place, Place::Locked));
    desk.unlocked();
    assert!(matches!(desk.place, Place::Search));
}

#[test]
fn an_interview_is_kept_sealed_or_left() {
    let mut desk = Desk::new();
    desk.press(Press::Function(2));
    assert!(desk.unfinished().is_none());
    desk.press(Press::Enter); // Victim.
    desk.press(Press::Down);
    desk.press(Press::Enter); // Consent: yes.
    // The key that locks does so in the middle of an interview, which is still there to be kept.
    assert!(matches!(desk.press(Press::Function(9)), Effect::Lock));
    assert!(desk.unfinished().is_some());
    desk.press(Press::Escape);
    desk.press(Press::Down);
    assert!(matches!(desk.press(Press::Enter), Effect::Likely));
    if let Place::Interview(form) = &mut desk.place {
        form.record.preferred_name = "Lupita".into();
        form.show_review(Vec::new());
    }
    assert!(matches!(desk.press(Press::Enter), Effect::Seal));
    desk.press(Press::Down);
    desk.press(Press::Down);
    assert!(matches!(desk.press(Press::Enter), Effect::Keep));
    desk.press(Press::Down);
    assert!(matches!(desk.press(Press::Enter), Effect::Nothing));
    assert!(matches!(desk.place, Place::Search));
}
