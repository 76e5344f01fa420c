//! Where one signs in or registers.

use matching_protocol::{
    AccountName, Address, ErrorCode, ErrorReply, Login, NewPassword, PersonName, Phone, Register, Role,
    Secret, SessionRequest,
};
use ratatui::layout::Rect;

use super::{login, register};
use crate::app::{App, Link, World};
use crate::i18n::{Notice, T};
use crate::keymap::{Action, Place};
use crate::widgets::{Canvas, Field, Form};

/// Login and registration.
pub struct Gate {
    pub(super) login: Form<2>,
    pub(super) register: Form<5>,
    pub(super) registering: bool,
    pub(super) role: Role,
    pub(super) busy: bool,
    pub(super) notice: Option<Notice>,
}

impl Default for Gate {
    fn default() -> Self {
        let field = Field::default;
        Gate {
            login: Form::new([field(), Field::secret()]),
            register: Form::new([field(), Field::secret(), field(), field(), field()]),
            registering: false,
            role: Role::Student,
            busy: false,
            notice: None,
        }
    }
}

impl Gate {
    /// Where a key is pressed now.
    pub fn place(&self) -> Place {
        if self.registering { Place::Register } else { Place::Login }
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, world: &mut World) {
        match action {
            Action::New if !self.registering => {
                let closed = world.hello.as_ref().is_some_and(|hello| !hello.registration);
                self.registering = !closed;
                self.notice = closed.then_some(Notice::Refused(ErrorCode::RegistrationClosed));
            }
            Action::Back => {
                self.registering = false;
                self.notice = None;
            }
            Action::Other if self.registering => self.switch_role(),
            Action::Enter if !self.at_last() => self.step(true),
            Action::Enter | Action::Submit => self.submit(world),
            Action::Next => self.step(true),
            Action::Previous => self.step(false),
            Action::Edit(request) => {
                if self.registering {
                    self.register.edit(request);
                } else {
                    self.login.edit(request);
                }
            }
            _ => {}
        }
    }

    fn switch_role(&mut self) {
        self.role = if self.role == Role::Student { Role::Teacher } else { Role::Student };
        // Only a student has an address: the teacher comes to it.
        self.register.use_first(if self.role == Role::Student { 5 } else { 4 });
    }

    fn at_last(&self) -> bool {
        if self.registering { self.register.at_last() } else { self.login.at_last() }
    }

    fn step(&mut self, down: bool) {
        match (self.registering, down) {
            (true, true) => self.register.next(),
            (true, false) => self.register.previous(),
            (false, true) => self.login.next(),
            (false, false) => self.login.previous(),
        }
    }

    /// Text was pasted into a field.
    pub fn paste(&mut self, text: &str) {
        if self.registering {
            self.register.paste(text);
        } else {
            self.login.paste(text);
        }
    }

    fn submit(&mut self, world: &mut World) {
        if self.busy {
            return;
        }
        if !matches!(world.link, Link::Online | Link::Ready) {
            self.notice = Some(Notice::OfflineNothingSent);
            return;
        }
        let request = if self.registering { self.registration(world) } else { self.log_in() };
        match request {
            Ok(request) => {
                self.busy = true;
                self.notice = None;
                world.said = None;
                App::session_request(world, request);
            }
            Err(code) => self.notice = Some(Notice::Refused(code)),
        }
    }

    fn log_in(&mut self) -> Result<SessionRequest, ErrorCode> {
        let name = AccountName::new(self.login.field(0).value()).inspect_err(|_| self.login.focus_on(0))?;
        let password = Secret(self.login.field(1).value().to_owned());
        Ok(SessionRequest::Login(Login { name, password }))
    }

    fn registration(&mut self, world: &World) -> Result<SessionRequest, ErrorCode> {
        let form = &mut self.register;
        let name = AccountName::new(form.field(0).value()).inspect_err(|_| form.focus_on(0))?;
        let password =
            NewPassword::new(form.field(1).value().to_owned()).inspect_err(|_| form.focus_on(1))?;
        let display_name = PersonName::new(form.field(2).value()).inspect_err(|_| form.focus_on(2))?;
        let student = self.role == Role::Student;
        let phone = match form.field(3).filled() {
            None if !student => None,
            text => {
                let phone = Phone::new(text.unwrap_or_default()).inspect_err(|_| form.focus_on(3))?;
                Some(phone)
            }
        };
        let address = if student {
            Some(Address::new(form.field(4).value()).inspect_err(|_| form.focus_on(4))?)
        } else {
            None
        };
        Ok(SessionRequest::Register(Register {
            name,
            password,
            role: self.role,
            display_name,
            phone,
            address,
            language: world.language(),
            zone: world.settings.zone.iana_name().unwrap_or("UTC").to_owned(),
        }))
    }

    /// A login or a registration was refused.
    pub fn refused(&mut self, error: &ErrorReply, _: &mut World) {
        self.busy = false;
        if error.code == ErrorCode::AccountPending && self.registering {
            // The account is made; only the approval is missing.
            self.login.set(0, Field::with(self.register.field(0).value()));
            self.login.focus_on(1);
            self.register.clear();
            self.registering = false;
            self.notice = Some(Notice::ApprovalAwaited);
            return;
        }
        if !self.registering {
            self.login.set(1, Field::secret());
            self.login.focus_on(1);
        }
        self.notice = Some(Notice::Refused(error.code));
    }

    /// A login or a registration got no answer.
    pub fn lost(&mut self, _: &mut World) {
        self.busy = false;
        self.notice = Some(Notice::NoAnswer);
    }

    /// What one does next.
    pub fn next_step(&self, world: &World) -> String {
        let step = match (self.busy, self.registering) {
            (true, _) => T::StepSigningIn,
            (false, true) => T::StepRegister,
            (false, false) => T::StepLogin,
        };
        step.say(world.language()).to_owned()
    }

    /// Draws the form.
    pub fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect, world: &World) {
        if self.registering {
            register::draw(self, canvas, area, world);
        } else {
            login::draw(self, canvas, area, world);
        }
    }
}
