use clap::Args;
use matching_protocol::{
    AccountName, Address, NewPassword, PersonName, Phone, Register as NewAccount, Role, SessionRequest,
};

use super::failure::Failure;
use super::password::Password;
use super::{Context, login};
use crate::config::zone_name;

/// Make an account and log in with it; a teacher's waits for an admin's approval (`account_pending`)
#[derive(Args)]
pub(super) struct Register {
    /// The name to log in with
    #[arg(value_name = "NAME")]
    name: String,
    /// student or teacher
    #[arg(long)]
    role: Role,
    /// The name that others see
    #[arg(long, value_name = "NAME")]
    display_name: String,
    /// Shown to the other side of an assigned visit
    #[arg(long)]
    phone: Option<String>,
    /// A student's: shown to the assigned teacher
    #[arg(long)]
    address: Option<String>,
    /// The time zone, such as Asia/Seoul [default: this machine's]
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    #[command(flatten)]
    password: Password,
}

impl Register {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = context.checked(AccountName::new(&self.name))?;
        let display_name = context.checked(PersonName::new(&self.display_name))?;
        let phone = context.optional(self.phone.as_deref(), Phone::new)?;
        let address = context.optional(self.address.as_deref(), Address::new)?;
        let mut client = context.connect().await?;
        let password = context.checked(NewPassword::new(self.password.read(context.config.language)?))?;
        let account = NewAccount {
            name,
            password,
            role: self.role,
            display_name,
            phone,
            address,
            language: context.config.language,
            zone: self.zone.unwrap_or_else(zone_name),
        };
        let signed_in = login::signed_in(&mut client, SessionRequest::Register(account)).await?;
        client.close().await;
        login::keep(context, signed_in)
    }
}
