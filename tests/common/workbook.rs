//! Workbooks made part by part, good ones and others.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A container of these parts.
pub fn container(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Formats of cells: 0 general, 1 a date, 2 an own format of a date, 3 elapsed time, 4 text.
pub const STYLES: &str = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2"><numFmt numFmtId="164" formatCode="dd\/mm\/yyyy"/><numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts><cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="49"/></cellXfs></styleSheet>"#;

/// A workbook.
#[derive(Default)]
pub struct Workbook {
    /// Name, `state`, and what stands in `sheetData` and behind it.
    pub sheets: Vec<(String, &'static str, String)>,
    pub shared: String,
    pub epoch_1904: bool,
}

impl Workbook {
    pub fn sheet(mut self, name: &str, cells: &str) -> Self {
        self.sheets
            .push((name.to_owned(), "visible", cells.to_owned()));
        self
    }

    pub fn hidden(mut self, name: &str, cells: &str) -> Self {
        self.sheets
            .push((name.to_owned(), "hidden", cells.to_owned()));
        self
    }

    pub fn parts(&self) -> Vec<(String, String)> {
        const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const REL: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const PKG: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
        let mut list = String::new();
        let mut relations = String::new();
        let mut parts = Vec::new();
        for (n, (name, state, cells)) in self.sheets.iter().enumerate() {
            list +=
                &format!(r#"<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>"#);
            relations += &format!(
                r#"<Relationship Id="rId{n}" Type="{REL}/worksheet" Target="worksheets/sheet{n}.xml"/>"#
            );
            let (data, behind) = cells.split_once("</sheetData>").unwrap_or((cells, ""));
            let xml = format!(
                r#"<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{behind}</worksheet>"#
            );
            parts.push((format!("xl/worksheets/sheet{n}.xml"), xml));
        }
        for (id, kind, target) in [
            ("s", "styles", "styles.xml"),
            ("t", "sharedStrings", "sharedStrings.xml"),
        ] {
            relations +=
                &format!(r#"<Relationship Id="{id}" Type="{REL}/{kind}" Target="{target}"/>"#);
        }
        let date1904 = u8::from(self.epoch_1904);
        parts.extend([
            ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
            (
                "_rels/.rels".to_owned(),
                format!(r#"<Relationships xmlns="{PKG}"><Relationship Id="r" Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
            ),
            (
                "xl/workbook.xml".to_owned(),
                format!(r#"<workbook xmlns="{MAIN}" xmlns:r="{REL}"><workbookPr date1904="{date1904}"/><sheets>{list}</sheets></workbook>"#),
            ),
            (
                "xl/_rels/workbook.xml.rels".to_owned(),
                format!(r#"<Relationships xmlns="{PKG}">{relations}</Relationships>"#),
            ),
            ("xl/styles.xml".to_owned(), STYLES.to_owned()),
            (
                "xl/sharedStrings.xml".to_owned(),
                format!(r#"<sst xmlns="{MAIN}">{}</sst>"#, self.shared),
            ),
        ]);
        parts
    }

    pub fn bytes(&self) -> Vec<u8> {
        let parts = self.parts();
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(name, xml)| (name.as_str(), xml.as_bytes()))
            .collect();
        container(&parts)
    }
}

/// A row of texts, `inlineStr`.
pub fn row(number: u32, texts: &[&str]) -> String {
    let mut xml = format!("<row r=\"{number}\">");
    for (at, text) in texts.iter().enumerate() {
        let column = char::from(b'A' + u8::try_from(at).unwrap());
        if !text.is_empty() {
            xml += &format!(
                "<c r=\"{column}{number}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
            );
        }
    }
    xml + "</row>"
}
