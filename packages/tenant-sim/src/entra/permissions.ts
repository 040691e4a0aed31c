import type { ResourceName } from '../tokens/resources.ts';

/** A delegated permission as the consent page shows it. */
export interface Permission {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** No user can give this one. */
  readonly adminOnly?: true;
  /** Reaches the content of mailboxes by a way that the Microsoft-managed consent policy guards (FACTS.md A7). */
  readonly reachesMail?: true;
}

const mail = (name: string, title: string, text: string): Permission => ({ name, title, text, reachesMail: true });
const plain = (name: string, title: string, text: string): Permission => ({ name, title, text });

const PROTOCOLS: readonly Permission[] = [
  mail('IMAP.AccessAsUser.All', 'Read and write access to your mail', 'Allows the app to read, update, create and delete your mail by IMAP. Does not include permission to send mail.'),
  mail('POP.AccessAsUser.All', 'Read and write access to your mail', 'Allows the app to read and delete your mail by POP.'),
  plain('SMTP.Send', 'Send mail', 'Allows the app to send mail as you by SMTP AUTH.'),
];

const MAIL: readonly Permission[] = [
  mail('Mail.Read', 'Read your mail', 'Allows the app to read your mail.'),
  mail('Mail.ReadWrite', 'Read and write access to your mail', 'Allows the app to create, read, update and delete your mail. Does not include permission to send mail.'),
  mail('Mail.Send', 'Send mail as you', 'Allows the app to send mail as you.'),
];

/** The delegated permissions that this tenant knows, by resource. Requests for others are invalid scopes. */
export const PERMISSIONS: Readonly<Record<ResourceName, readonly Permission[]>> = {
  exchange: [...PROTOCOLS, ...MAIL, mail('EWS.AccessAsUser.All', 'Access your mailboxes', 'Allows the app full access to your mailboxes by Exchange Web Services.'), mail('EAS.AccessAsUser.All', 'Access your mailboxes', 'Allows the app full access to your mailboxes by Exchange ActiveSync.')],
  graph: [
    plain('User.Read', 'Sign you in and read your profile', 'Allows you to sign in to the app with your organizational account and lets the app read your profile.'),
    plain('User.ReadBasic.All', "Read all users' basic profiles", 'Allows the app to read a basic set of profile properties of other users in your organization.'),
    { ...plain('User.Read.All', "Read all users' full profiles", 'Allows the app to read the full set of profile properties of other users in your organization.'), adminOnly: true },
    ...PROTOCOLS,
    ...MAIL,
    mail('Mail.ReadBasic', 'Read your basic mail', 'Allows the app to read your mail except for body, preview and attachments.'),
    mail('Mail.Read.Shared', 'Read mail you can access', 'Allows the app to read mail you can access, including shared mail.'),
    mail('Mail.ReadBasic.Shared', 'Read basic mail you can access', 'Allows the app to read mail you can access, except for body, preview and attachments.'),
    mail('Mail.ReadWrite.Shared', 'Read and write mail you can access', 'Allows the app to create, read, update and delete mail you have permission to access, including shared mail.'),
    mail('Mail.Send.Shared', 'Send mail on behalf of others or yourself', 'Allows the app to send mail as you or on behalf of someone else.'),
    mail('MailboxSettings.Read', 'Read your mailbox settings', 'Allows the app to read your mailbox settings.'),
    mail('MailboxSettings.ReadWrite', 'Read and write to your mailbox settings', 'Allows the app to create, read, update and delete your mailbox settings.'),
  ],
};

export const permission = (resource: ResourceName, name: string): Permission | undefined => PERMISSIONS[resource].find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
