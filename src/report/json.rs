//! The figures as JSON: the same that the page shows.

use serde_json::{Value, json};

use super::{Figures, Past, Shown};
use crate::codec::to_hex;
use crate::round::agreement::How;

fn shown(n: Shown) -> Value {
    match n {
        Shown::Exactly(n) => json!(n),
        Shown::Under(k) => json!({ "from": 1, "to": k.saturating_sub(1) }),
        Shown::Between(from, to) => json!({ "from": from, "to": to }),
    }
}

fn past(r: &Past) -> Value {
    json!({
        "round": to_hex(&r.round),
        "purpose": r.purpose,
        "decided": r.decided.to_string(),
        "houses": r.houses,
        "records": shown(r.records),
        "local_persons": shown(r.local_persons),
        "persons": shown(r.persons),
        "precision": r.precision,
        "recall": r.recall,
        "meetings_per_person": r.meetings,
    })
}

impl Figures {
    /// All figures. A number that may not be told is an object with the ends of its range.
    pub fn to_json(&self) -> Value {
        let d = &self.draft;
        let houses: Vec<Value> = self
            .houses
            .iter()
            .map(|h| {
                json!({
                    "name": h.name,
                    "present": h.present,
                    "records": h.totals.map(|t| shown(t.0)),
                    "persons": h.totals.map(|t| shown(t.1)),
                })
            })
            .collect();
        let agreement = self.agreement.as_ref().map(|(pairs, fields)| {
            let fields: serde_json::Map<String, Value> = fields
                .iter()
                .map(|f| {
                    let row: serde_json::Map<String, Value> = How::ALL
                        .iter()
                        .zip(f.shares)
                        .map(|(how, share)| (how.code().to_owned(), json!(share)))
                        .collect();
                    (f.field.code().to_owned(), Value::Object(row))
                })
                .collect();
            json!({ "pairs": pairs, "margin": self.agreement_margin(), "fields": fields })
        });
        json!({
            "note": to_hex(&self.note),
            "this": past(&self.this),
            "houses_named": self.houses_named,
            "houses": houses,
            "pairs": {
                "candidates": shown(self.pairs.candidates),
                "compared": shown(self.pairs.compared),
                "matches": shown(self.pairs.matches),
                "possible": shown(self.pairs.possible),
                "candidates_per_record": self.pairs.per_record,
            },
            "meetings_per_person": {
                "found": self.meetings.found,
                "expected": self.meetings.expected,
                "limit": self.meetings.limit,
            },
            "weights": {
                "steps": self.weights.steps,
                "rounded_to": self.weights.rounding,
                "possible_from": self.weights.possible_from,
                "matched_from": self.weights.matched_from,
            },
            "agreement": agreement,
            "rounds": self.rounds.iter().map(past).collect::<Vec<_>>(),
            "unreadable_rounds": self.unreadable,
            "parameters": {
                "policy": self.policy(),
                "h_bits": self.h_bits(),
                "tokens": d.tokens,
                "expected": d.expected,
                "pairs_per_person": d.pairs,
                "min_cell": d.min_cell,
                "quorum": d.quorum,
                "compartments": d.compartments,
                "opens": d.opens.to_string(),
                "deadline": d.deadline.to_string(),
                "holders": d.holders.len(),
            },
        })
    }
}
