//! What is refused, what is to be noted and what goes wrong on the way, each with a sentence in both languages.

use std::path::PathBuf;

use matching_protocol::{AccountName, ContextName, ErrorCode, Language, MatchId};

/// Why a request was not done, or what was found not to be well.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// A rule that clients know too.
    Rule(ErrorCode),
    /// Nobody has this name.
    NoAccount(AccountName),
    /// An empty password, or one that is too long.
    UnusablePassword,
    /// No match has this number.
    NoMatch(MatchId),
    /// The match has no teacher.
    NobodyToWithdraw(MatchId),
    /// An admin has stopped the context, or it has failed.
    NotRunning(ContextName),
    /// Only a running server can do this.
    NoServer(&'static str),
    /// The view could not be folded again.
    NotRebuilt(ContextName, String),
    /// Views that differ from a fresh fold.
    ViewsDiffer(Vec<ContextName>),
    /// So many invariants do not hold.
    Violations(usize),
    /// The line is no call.
    NotACall(String),
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal::Rule(code)
    }
}

impl Refusal {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Rule(code) => code.as_str(),
            Refusal::NoAccount(_) | Refusal::NoMatch(_) => ErrorCode::NotFound.as_str(),
            Refusal::UnusablePassword => ErrorCode::InvalidPassword.as_str(),
            Refusal::NobodyToWithdraw(_) => ErrorCode::NotAssigned.as_str(),
            Refusal::NotRunning(_) => ErrorCode::ContextUnavailable.as_str(),
            Refusal::NoServer(_) => "not_running",
            Refusal::NotRebuilt(..) => "not_rebuilt",
            Refusal::ViewsDiffer(_) => "views_differ",
            Refusal::Violations(_) => "violations",
            Refusal::NotACall(_) => ErrorCode::InvalidFrame.as_str(),
        }
    }

    /// For people.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::Ko => self.korean(),
        }
    }

    fn english(&self) -> String {
        match self {
            Refusal::Rule(code) => code.message(Language::En).to_owned(),
            Refusal::NoAccount(name) => format!("no account {name}: see accounts list"),
            Refusal::UnusablePassword => {
                "the password must have 1 to 256 characters: give one as the first line of standard input"
                    .to_owned()
            }
            Refusal::NoMatch(id) => format!("no match {id}: see matches list"),
            Refusal::NobodyToWithdraw(id) => format!(
                "no teacher has confirmed match {id}, so there is no visit to withdraw: see matches show {id}"
            ),
            Refusal::NotRunning(context) => format!(
                "the context {context} is not running: look at contexts list, and start it with contexts start {context}"
            ),
            Refusal::NoServer(what) => format!(
                "{what} needs a running server, and none runs on this data folder: start one with matching-server serve"
            ),
            Refusal::NotRebuilt(context, error) => format!(
                "the view of {context} could not be folded again ({error}): it is tried again by itself; look at contexts list"
            ),
            Refusal::ViewsDiffer(contexts) => format!(
                "the views of {} differ from the log: fold them again with views rebuild",
                names(contexts)
            ),
            Refusal::Violations(count) => {
                format!("violations found: {count}. Keep a copy of the data folder and report them")
            }
            Refusal::NotACall(error) => format!("the line is no admin call: {error}"),
        }
    }

    fn korean(&self) -> String {
        match self {
            Refusal::Rule(code) => code.message(Language::Ko).to_owned(),
            Refusal::NoAccount(name) => format!("{name} 계정이 없습니다. accounts list에서 확인해 주세요"),
            Refusal::UnusablePassword => {
                "비밀번호는 1~256자여야 합니다. 표준 입력의 첫 줄로 넣어 주세요".to_owned()
            }
            Refusal::NoMatch(id) => format!("{id}번 매칭이 없습니다. matches list에서 확인해 주세요"),
            Refusal::NobodyToWithdraw(id) => format!(
                "{id}번 매칭은 방문이 확정되지 않아 철회할 것이 없습니다. matches show {id}에서 확인해 주세요"
            ),
            Refusal::NotRunning(context) => format!(
                "{context} 컨텍스트가 멈춰 있습니다. contexts list를 보고 contexts start {context}로 시작해 주세요"
            ),
            Refusal::NoServer(what) => format!(
                "{what} 명령은 실행 중인 서버가 필요한데, 이 데이터 폴더에는 없습니다. matching-server serve로 시작해 주세요"
            ),
            Refusal::NotRebuilt(context, error) => format!(
                "{context} 뷰를 다시 만들지 못했습니다 ({error}). 저절로 다시 시도합니다. contexts list에서 확인해 주세요"
            ),
            Refusal::ViewsDiffer(contexts) => {
                format!("뷰가 기록과 다릅니다: {}. views rebuild로 다시 만들어 주세요", names(contexts))
            }
            Refusal::Violations(count) => {
                format!("위반 {count}건이 있습니다. 데이터 폴더를 복사해 두고 알려 주세요")
            }
            Refusal::NotACall(error) => format!("관리 명령이 아닌 줄입니다: {error}"),
        }
    }
}

/// What a person should know beside the answer.
#[derive(Debug, PartialEq)]
pub enum Note {
    /// The password that was set is short.
    ShortPassword,
    /// The answer comes from a view that has not yet taken in this many events.
    Behind(ContextName, u64),
    /// The visits of a disabled teacher could not be read.
    VisitsUnknown,
    /// No server runs; contexts are shown as they stand in the folder.
    NoServer,
    /// The view of a context that does not run is left out.
    Skipped(ContextName),
}

impl Note {
    /// For people.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => match self {
                Note::ShortPassword => "the password has fewer than 8 characters: it can be guessed; set a longer one with accounts password".to_owned(),
                Note::Behind(context, lag) => format!("the view of {context} has still {lag} events to take in: what is shown is older than the log"),
                Note::VisitsUnknown => "the context visit is not running, so open visits are not known: start it, then look at matches list".to_owned(),
                Note::NoServer => "no server runs on this data folder: contexts are shown as they stand in it".to_owned(),
                Note::Skipped(context) => format!("the context {context} is not running: its view was left out"),
            },
            Language::Ko => match self {
                Note::ShortPassword => "비밀번호가 8자보다 짧아 쉽게 추측될 수 있습니다. accounts password로 더 긴 것을 정해 주세요".to_owned(),
                Note::Behind(context, lag) => format!("{context} 뷰가 아직 사건 {lag}건을 반영하지 못했습니다. 보이는 내용이 기록보다 오래되었습니다"),
                Note::VisitsUnknown => "visit 컨텍스트가 멈춰 있어 열린 방문을 알 수 없습니다. 시작한 뒤 matches list에서 확인해 주세요".to_owned(),
                Note::NoServer => "이 데이터 폴더에 실행 중인 서버가 없습니다. 폴더에 있는 그대로 보여 드립니다".to_owned(),
                Note::Skipped(context) => format!("{context} 컨텍스트가 멈춰 있어 그 뷰는 건너뛰었습니다"),
            },
        }
    }
}

/// What goes wrong between the person and the service.
#[derive(Debug)]
pub enum Trouble {
    /// There is no data in this folder.
    NoFolder(PathBuf),
    /// Standard input holds no password.
    NoPassword(String),
    /// Another user's folder or socket.
    Denied(PathBuf),
    /// Another process holds the folder, and nobody answers at its socket.
    Held(PathBuf, String),
    /// Somebody listens at the socket and says nothing.
    Silent(PathBuf),
    /// The answer ended in the middle.
    CutOff,
    /// What was found can't be written out.
    Output(std::io::Error),
    /// The folder or the socket can't be used.
    Unusable(String),
}

impl Trouble {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            Trouble::NoFolder(_) => "no_data_folder",
            Trouble::NoPassword(_) => "usage",
            Trouble::Denied(_) => "permission_denied",
            Trouble::Held(..) | Trouble::Silent(_) => "no_answer",
            Trouble::CutOff => "cut_off",
            Trouble::Output(_) => "output",
            Trouble::Unusable(_) => "unusable",
        }
    }

    /// For people.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::En => match self {
                Trouble::NoFolder(path) => format!("there is no data folder at {}: name one with --data or MATCHING_DATA; matching-server serve and accounts add make a new one", path.display()),
                Trouble::NoPassword(error) => format!("no password on standard input ({error}): give it as the first line, such as matching-server accounts add NAME --role teacher --password-stdin < FILE"),
                Trouble::Denied(path) => format!("you may not use {}: run this as the user that runs the server", path.display()),
                Trouble::Held(path, process) => format!("the data folder {} is held by another matching-server (process {process}), which does not answer at its admin socket: it may be starting or stopping; try again, or stop it", path.display()),
                Trouble::Silent(path) => format!("the server on {} does not answer at its admin socket: it may be busy with other admin commands; try again, or look at its log", path.display()),
                Trouble::CutOff => "the server ended before its answer did: look whether it still runs, then at what was done, before you try again".to_owned(),
                Trouble::Output(error) => format!("the answer can't be written: {error}"),
                Trouble::Unusable(error) => error.clone(),
            },
            Language::Ko => match self {
                Trouble::NoFolder(path) => format!("{}에 데이터 폴더가 없습니다. --data나 MATCHING_DATA로 알려 주세요. 새 폴더는 matching-server serve나 accounts add가 만듭니다", path.display()),
                Trouble::NoPassword(error) => format!("표준 입력에 비밀번호가 없습니다 ({error}). 첫 줄로 넣어 주세요. 예: matching-server accounts add NAME --role teacher --password-stdin < FILE"),
                Trouble::Denied(path) => format!("{}에 대한 권한이 없습니다. 서버를 실행하는 사용자로 실행해 주세요", path.display()),
                Trouble::Held(path, process) => format!("데이터 폴더 {}는 다른 matching-server(프로세스 {process})가 쓰고 있는데 관리 소켓에 답이 없습니다. 시작하거나 멈추는 중일 수 있으니 다시 시도하거나 멈춰 주세요", path.display()),
                Trouble::Silent(path) => format!("{}의 서버가 관리 소켓에 답하지 않습니다. 다른 관리 명령으로 바쁠 수 있으니 다시 시도하거나 서버 로그를 확인해 주세요", path.display()),
                Trouble::CutOff => "답이 끝나기 전에 서버가 멈췄습니다. 다시 시도하기 전에 서버가 실행 중인지, 무엇이 처리되었는지 확인해 주세요".to_owned(),
                Trouble::Output(error) => format!("답을 쓸 수 없습니다: {error}"),
                Trouble::Unusable(error) => error.clone(),
            },
        }
    }
}

fn names(contexts: &[ContextName]) -> String {
    contexts.iter().map(|context| context.as_str()).collect::<Vec<_>>().join(", ")
}
