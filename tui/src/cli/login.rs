use clap::Args;
use matching_protocol::{
    AccountName, AccountView, Body, CommandId, ResultBody, Secret, SessionRequest, SignedIn,
};

use super::failure::Failure;
use super::link::{failed, unfitting};
use super::password::Password;
use super::{Context, output};
use crate::connection::Client;
use crate::session::Session;

/// Log in, and keep the login in the session file
#[derive(Args)]
pub(super) struct Login {
    /// The name of the account
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    password: Password,
}

impl Login {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = context.checked(AccountName::new(&self.name))?;
        let mut client = context.connect().await?;
        let password = Secret(self.password.read(context.config.language)?);
        let login = SessionRequest::Login(matching_protocol::Login { name, password });
        let signed_in = signed_in(&mut client, login).await?;
        client.close().await;
        keep(context, signed_in)
    }
}

/// Logs in or registers.
pub(super) async fn signed_in(client: &mut Client, request: SessionRequest) -> Result<SignedIn, Failure> {
    match client.request(CommandId::generate(), Body::Session(request)).await {
        Ok(ResultBody::SignedIn(signed_in)) => Ok(signed_in),
        Ok(_) => Err(unfitting()),
        Err(error) => Err(failed(error, None)),
    }
}

/// Keeps the login and tells who it is.
pub(super) fn keep(context: &Context, signed_in: SignedIn) -> Result<(), Failure> {
    let session = Session::new(&context.config.url, signed_in);
    context.config.session.save(&session)?;
    tell(context, &session.account)
}

/// Who is logged in.
pub(super) fn tell(context: &Context, account: &AccountView) -> Result<(), Failure> {
    if context.json {
        return output::json(account);
    }
    output::fields(&[
        ("account", Some(account.account.to_string())),
        ("name", Some(account.name.to_string())),
        ("display_name", Some(account.display_name.to_string())),
        ("role", Some(account.role.to_string())),
        ("zone", Some(account.zone.clone())),
    ])
}
