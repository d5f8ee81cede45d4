//! The page of a folder for a court: plain words, no script, nothing from elsewhere, made to be printed.

use maud::{Markup, html};

use super::check::{CheckedAct, CheckedReceipt, Verdict};
use super::names;
use crate::codec::to_hex;
use crate::i18n::{Lang, Localize as _, Message, Messages};
use crate::page::document;
use crate::round::Time;
use crate::vault::{Evidence, SlotId};

const STYLE: &str = include_str!("page.css");

/// The page in one language.
pub(super) fn page(verdict: &Verdict, lang: Lang, messages: &Messages) -> String {
    let page = Page { verdict, messages };
    let t = |id| messages.text(id);
    let main = html! {
        header {
            h1 { (t("court-page-title")) }
            p.lead { (t("court-page-lead")) }
            p.other { a href=(other(lang)) hreflang=(other_code(lang)) lang=(other_code(lang)) {
                (t("court-page-other-language"))
            } }
        }
        @if let Some(item) = &verdict.item {
            (page.file(item))
            (page.checked(item))
        }
        (page.custody())
        @if !verdict.receipts.is_empty() { (page.receipts()) }
        (page.limits())
        (page.again())
        (page.folder(lang))
        @if let (Some(item), Some(act)) = (&verdict.item, verdict.handed_over()) {
            (page.form(item, act))
        }
    };
    document(lang, &t("court-page-title"), STYLE, &main)
}

fn other(lang: Lang) -> &'static str {
    match lang {
        Lang::Es => names::PAGE_EN,
        Lang::En => names::PAGE_ES,
    }
}

fn other_code(lang: Lang) -> &'static str {
    match lang {
        Lang::Es => Lang::En.code(),
        Lang::En => Lang::Es.code(),
    }
}

/// Seconds since 1970 as people read them.
fn moment(seconds: u64) -> String {
    match Time::from_seconds(seconds) {
        Some(time) => time.to_string().replace('T', " ").replace('Z', " UTC"),
        None => seconds.to_string(),
    }
}

struct Page<'a> {
    verdict: &'a Verdict,
    messages: &'a Messages,
}

impl Page<'_> {
    fn t(&self, id: &'static str) -> String {
        self.messages.text(id)
    }

    fn say(&self, message: Message) -> String {
        self.messages.say(&message)
    }

    fn house_time(&self, act: &CheckedAct) -> String {
        u64::try_from(act.act.time).map_or_else(|_| act.act.time.to_string(), moment)
    }

    fn file(&self, item: &Evidence) -> Markup {
        html! {
            section aria-labelledby="file" {
                h2 #file { (self.t("court-page-file")) }
                dl {
                    dt { (self.t("court-page-name")) } dd { (item.name) }
                    dt { (self.t("court-page-size")) }
                    dd { (self.say(Message::new("court-page-bytes").with("count", item.size))) }
                    dt { "SHA-256" } dd { code { (to_hex(&item.sha256)) } }
                    dt { (self.t("court-page-id")) } dd { code { (item.id) } }
                    dt { (self.t("court-page-log")) }
                    dd { code { (self.verdict.keys.log.name().as_str()) } }
                }
            }
        }
    }

    fn checked(&self, item: &Evidence) -> Markup {
        let acts = self.verdict.acts.len();
        let holds = |text: String| html! { li.holds { (text) } };
        let item = Message::new("court-page-checked-item").with("entry", item.leaf);
        let head = Message::new("court-page-checked-head").with("size", self.verdict.size);
        html! {
            section aria-labelledby="checked" {
                h2 #checked { (self.t("court-page-checked")) }
                p { (self.t("court-page-checked-lead")) }
                ul.marks {
                    (holds(self.say(item)))
                    (holds(self.say(Message::new("court-page-checked-acts").with("count", acts))))
                    (holds(self.say(Message::new("court-page-checked-all").with("count", acts))))
                    (holds(self.say(head)))
                    @for (name, time, size) in &self.verdict.cosigned {
                        (holds(self.say(Message::new("court-page-checked-cosigned")
                            .with("name", name.as_str())
                            .with("time", moment(*time))
                            .with("size", *size))))
                    }
                    @if self.verdict.cosigned.is_empty() {
                        li.warns { (self.t("court-page-not-cosigned")) }
                    }
                }
            }
        }
    }

    fn custody(&self) -> Markup {
        html! {
            section aria-labelledby="custody" {
                h2 #custody { (self.t("court-page-custody")) }
                p { (self.t("court-page-custody-lead")) }
                ol.acts {
                    @for twins in self.twins() { li { (self.act(twins)) } }
                }
            }
        }
    }

    /// Acts that were logged as several entries, one for each thing that was stored, are one act to people.
    fn twins(&self) -> impl Iterator<Item = &[CheckedAct]> {
        self.verdict.acts.chunk_by(|a, b| {
            let of = |c: &CheckedAct| (c.act.kind, c.act.object, c.act.time, c.act.actor);
            a.entry + 1 == b.entry && of(a) == of(b)
        })
    }

    fn act(&self, twins: &[CheckedAct]) -> Markup {
        let Some(checked) = twins.last() else {
            return html! {};
        };
        let entries: Vec<String> = twins.iter().map(|a| a.entry.to_string()).collect();
        let act = &checked.act;
        html! {
            h3 { (self.messages.say(&act.kind.message())) }
            dl {
                dt { (self.t("court-page-entry")) } dd { (entries.join(", ")) }
                dt { (self.t("court-page-who")) }
                dd { (self.slot(act.actor)) }
                @if let Some(second) = act.second {
                    dt { (self.t("court-page-second")) } dd { (self.slot(second)) }
                }
                dt { (self.t("court-page-when")) } dd { (self.house_time(checked)) }
                dt { (self.t("court-page-proved")) }
                dd { (self.proved(checked)) }
                @if !act.reason.as_str().is_empty() {
                    dt { (self.t("court-page-reason")) } dd { (act.reason.as_str()) }
                }
            }
        }
    }

    fn slot(&self, slot: [u8; 16]) -> Markup {
        let slot = SlotId(slot);
        html! {
            @if let Some(name) = self.verdict.keys.slot_name(&slot) { (name) " · " }
            code { (slot) }
        }
    }

    /// Between which cosignatures an act was made.
    fn proved(&self, act: &CheckedAct) -> String {
        match (act.not_before, act.not_after) {
            (Some(a), Some(b)) => self.say(
                Message::new("court-page-between")
                    .with("from", moment(a))
                    .with("to", moment(b)),
            ),
            (None, Some(b)) => self.say(Message::new("court-page-until").with("to", moment(b))),
            (Some(a), None) => self.say(Message::new("court-page-since").with("from", moment(a))),
            (None, None) => self.t("court-page-unproved"),
        }
    }

    fn receipts(&self) -> Markup {
        html! {
            section aria-labelledby="receipts" {
                h2 #receipts { (self.t("court-page-receipts")) }
                ul.marks {
                    @for receipt in &self.verdict.receipts { (self.receipt(receipt)) }
                }
            }
        }
    }

    fn receipt(&self, receipt: &CheckedReceipt) -> Markup {
        let file = receipt.file.name.as_str();
        match &receipt.signed {
            Some((signed, name)) => html! {
                li.holds { (self.say(Message::new("court-page-receipt-signed")
                    .with("name", name.as_str())
                    .with("answer", signed.answer.message())
                    .with("time", moment(signed.time.seconds()))
                    .with("party", signed.receiver.fingerprint())
                    .with("entry", receipt.entry))) }
            },
            None => html! {
                li.notes { (self.say(Message::new("court-page-receipt-paper")
                    .with("file", file)
                    .with("entry", receipt.entry))) }
            },
        }
    }

    fn limits(&self) -> Markup {
        html! {
            section aria-labelledby="limits" {
                h2 #limits { (self.t("court-page-limits")) }
                ul {
                    @for id in [
                        "court-page-limit-truth",
                        "court-page-limit-clock",
                        "court-page-limit-copies",
                        "court-page-limit-keys",
                        "court-page-limit-house",
                    ] { li { (self.t(id)) } }
                }
            }
        }
    }

    fn again(&self) -> Markup {
        let keys = &self.verdict.keys;
        let mut command = format!("python3 {} court . --key '{}'", names::VERIFIER, keys.log);
        let mut own = format!("sigilo audit court . --key '{}'", keys.log);
        for key in &keys.cosigners {
            let option = format!(" --cosigner '{key}'");
            command.push_str(&option);
            own.push_str(&option);
        }
        html! {
            section aria-labelledby="again" {
                h2 #again { (self.t("court-page-again")) }
                ol {
                    li {
                        (self.t("court-page-again-keys"))
                        dl {
                            dt { (self.t("court-page-key-log")) }
                            dd { code { (keys.log) } }
                            @for key in &keys.cosigners {
                                dt { (self.t("court-page-key-cosigner")) }
                                dd { code { (key) } }
                            }
                        }
                    }
                    li {
                        (self.t("court-page-again-sums"))
                        pre { code { "sha256sum -c " (names::SUMS) } }
                        (self.t("court-page-again-sums-windows"))
                    }
                    li {
                        (self.t("court-page-again-python"))
                        pre { code { (command) } }
                    }
                    li {
                        (self.t("court-page-again-sigilo"))
                        pre { code { (own) } }
                    }
                    li { (self.t("court-page-again-others")) }
                }
            }
        }
    }

    fn folder(&self, lang: Lang) -> Markup {
        let rows = [
            (
                format!("{}/{}/", names::ITEM, names::FILE),
                "court-page-in-file",
            ),
            (
                format!("{}/{}", names::ITEM, names::DESCRIPTION),
                "court-page-in-description",
            ),
            (format!("{}/", names::CUSTODY), "court-page-in-custody"),
            (format!("{}/", names::HEADS), "court-page-in-heads"),
            (format!("{}/", names::RECEIPTS), "court-page-in-receipts"),
            (names::KEYS.to_owned(), "court-page-in-keys"),
            (names::SUMS.to_owned(), "court-page-in-sums"),
            (names::VERIFIER.to_owned(), "court-page-in-verifier"),
            (other(lang).to_owned(), "court-page-in-page"),
        ];
        html! {
            section aria-labelledby="folder" {
                h2 #folder { (self.t("court-page-folder")) }
                dl {
                    @for (name, id) in rows {
                        @if !name.starts_with(names::RECEIPTS) || !self.verdict.receipts.is_empty() {
                            dt { code { (name) } } dd { (self.t(id)) }
                        }
                    }
                }
            }
        }
    }

    /// For a receiver without this program.
    fn form(&self, item: &Evidence, act: &CheckedAct) -> Markup {
        let statement = Message::new("court-page-form-statement")
            .with("name", item.name.as_str())
            .with("count", item.size)
            .with("entry", act.entry)
            .with("log", self.verdict.keys.log.name().as_str());
        html! {
            section.form aria-labelledby="form" {
                h2 #form { (self.t("court-page-form")) }
                p { (self.say(statement)) }
                p { "SHA-256: " code { (to_hex(&item.sha256)) } }
                dl.lines {
                    @for id in [
                        "court-page-form-name",
                        "court-page-form-institution",
                        "court-page-form-time",
                        "court-page-form-signature",
                    ] { dt { (self.t(id)) } dd { } }
                }
                p.small { (self.t("court-page-form-advice")) }
            }
        }
    }
}
