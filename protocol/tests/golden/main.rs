//! Golden files: what crosses the wire or lies in the log, byte for byte, under `data/golden/`.
//!
//! A change that is meant: `UPDATE_GOLDEN=1 cargo test -p matching-protocol --test golden`, then read the diff.
//! `data/golden/older/` is written by hand and never rewritten: what older versions wrote is read for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use matching_protocol::{
    ClassStatus, ClientFrame, ContextName, ErrorCode, Event, Money, Recorded, Role, ServerFrame, Status,
    VisitStatus, schema,
};
use serde_json::Value;

mod client;
mod events;
mod older;
mod server;

/// File name without its ending -> what stands in it.
type Goldens = BTreeMap<String, String>;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/golden").join(name)
}

fn text_of<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("every frame and event can be written as JSON")
}

fn insert(goldens: &mut Goldens, name: String, text: String) {
    let before = goldens.insert(name.clone(), text);
    assert_eq!(before, None, "two samples are named {name}");
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path)
        .unwrap_or_else(|e| panic!("{}: {e}; a new sample is written with UPDATE_GOLDEN=1", path.display()));
    text.strip_suffix('\n').unwrap_or(&text).to_owned()
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("a UTF-8 name"))
        .map(|name| name.strip_suffix(".json").unwrap_or(&name).to_owned())
        .collect()
}

/// Holds the samples against the folder, or rewrites the folder.
fn check(name: &str, goldens: &Goldens) {
    let folder = folder(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a writable data folder");
        for (name, text) in goldens {
            fs::write(folder.join(format!("{name}.json")), format!("{text}\n")).expect("a writable file");
        }
    }
    for (name, text) in goldens {
        let path = folder.join(format!("{name}.json"));
        assert_eq!(&read(&path), text, "{} is not what the sample is written as", path.display());
    }
    let wanted: BTreeSet<String> = goldens.keys().cloned().collect();
    assert_eq!(names_in(&folder), wanted, "a file without a sample, or a sample without a file");
}

#[test]
fn every_frame_is_written_as_its_golden_file_and_read_back_from_it() {
    let mut goldens = Goldens::new();
    for (suffix, frame) in client::samples() {
        let text = text_of(&frame);
        assert_eq!(serde_json::from_str::<ClientFrame>(&text).expect("readable"), frame);
        insert(&mut goldens, format!("{}{suffix}", client::name_of(&frame)), text);
    }
    for (suffix, frame) in server::samples() {
        let text = text_of(&frame);
        assert_eq!(serde_json::from_str::<ServerFrame>(&text).expect("readable"), frame);
        insert(&mut goldens, format!("{}{suffix}", server::name_of(&frame)), text);
    }
    check("frames", &goldens);
}

#[test]
fn every_event_is_recorded_and_stored_as_its_golden_file_and_read_back_from_it() {
    let mut goldens = Goldens::new();
    for (suffix, recorded) in events::samples() {
        let name = format!("{}{suffix}", events::name_of(&recorded.event));
        let text = text_of(&recorded);
        assert_eq!(serde_json::from_str::<Recorded>(&text).expect("readable"), recorded);
        insert(&mut goldens, name.clone(), text);

        let (kind, data) = (recorded.event.type_name(), recorded.event.data_json().expect("JSON"));
        assert_eq!(Event::from_stored(kind, &data).expect("readable"), recorded.event);
        insert(&mut goldens, format!("{name}.stored"), format!("{{\"type\":\"{kind}\",\"data\":{data}}}"));
    }
    check("events", &goldens);
}

#[test]
fn every_word_of_a_closed_list_is_pinned() {
    fn list<T: serde::Serialize>(words: &[T]) -> Value {
        words.iter().map(|word| serde_json::to_value(word).expect("JSON")).collect()
    }
    let words = serde_json::json!({
        "class_status": list(&[ClassStatus::Open, ClassStatus::Finished, ClassStatus::Closed]),
        "context": list(&ContextName::ALL),
        "error_code": list(ErrorCode::ALL),
        "money": list(&Money::ALL),
        "role": list(&[Role::Student, Role::Teacher, Role::Admin]),
        "status": list(&Status::ALL),
        "visit_status": list(&[VisitStatus::Assigned, VisitStatus::Finished, VisitStatus::Canceled]),
    });
    check("words", &Goldens::from([("words".to_owned(), format!("{words:#}"))]));
}

/// The variants of an enum of the protocol, as its schema lists them.
fn variants(schema: &Value, name: &str) -> BTreeSet<String> {
    let alternatives = schema["$defs"][name]["oneOf"].as_array().unwrap_or_else(|| panic!("no enum {name}"));
    let name_of = |alternative: &Value| {
        let properties = alternative["properties"].as_object().expect("an object");
        match properties.get("type") {
            Some(tag) => tag["const"].as_str().expect("a tag").to_owned(),
            None => properties.keys().next().expect("one key").clone(),
        }
    };
    alternatives.iter().map(name_of).collect()
}

fn schema() -> Value {
    serde_json::to_value(schema::protocol()).expect("a schema is JSON")
}

#[test]
fn every_variant_of_the_schema_has_a_sample_and_every_sample_is_in_the_schema() {
    let schema = schema();
    let client: BTreeSet<String> = client::samples().iter().map(|(_, f)| client::name_of(f)).collect();
    let of = |prefix: &str, names: &BTreeSet<String>| -> BTreeSet<String> {
        names.iter().filter_map(|name| name.strip_prefix(prefix)).map(str::to_owned).collect()
    };
    assert_eq!(of("command_", &client), variants(&schema, "Command"));
    assert_eq!(of("query_", &client), variants(&schema, "Query"));
    assert_eq!(of("session_", &client), variants(&schema, "SessionRequest"));

    let server: BTreeSet<String> = server::samples().iter().map(|(_, f)| server::name_of(f)).collect();
    assert_eq!(of("result_", &server), variants(&schema, "ResultBody"));

    let events: BTreeSet<String> =
        events::samples().iter().map(|(_, r)| events::name_of(&r.event).to_owned()).collect();
    let all: BTreeSet<String> = Status::ALL.iter().map(|status| status.as_str().to_owned()).collect();
    assert_eq!(events, all);
}

#[test]
fn the_one_key_of_every_frame_is_in_the_schema() {
    let schema = schema();
    let keys = |frames: Vec<Value>| -> BTreeSet<String> {
        frames.iter().flat_map(|frame| frame.as_object().expect("an object").keys().cloned()).collect()
    };
    let client = client::samples().iter().map(|(_, f)| serde_json::to_value(f).expect("JSON")).collect();
    assert_eq!(keys(client), variants(&schema, "ClientFrame"));
    let server = server::samples().iter().map(|(_, f)| serde_json::to_value(f).expect("JSON")).collect();
    assert_eq!(keys(server), variants(&schema, "ServerFrame"));
    let properties = schema["properties"].as_object().expect("an object");
    let sides: Vec<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(sides, ["client_frame", "recorded", "server_frame"]);
}

#[test]
fn what_older_versions_wrote_is_read_for_ever() {
    let mut files = BTreeSet::new();
    for (file, expected) in older::client_frames() {
        assert_eq!(older::read::<ClientFrame>(file), expected, "{file}");
        files.insert(file.to_owned());
    }
    for (file, expected) in older::server_frames() {
        assert_eq!(older::read::<ServerFrame>(file), expected, "{file}");
        files.insert(file.to_owned());
    }
    for (file, expected) in older::events() {
        assert_eq!(older::read::<Recorded>(file), expected, "{file}");
        files.insert(file.to_owned());
    }
    assert_eq!(names_in(&folder("older")), files, "a file that nothing reads");
}
