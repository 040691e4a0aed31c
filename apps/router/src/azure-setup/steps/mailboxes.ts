import { type FlowUse, mailboxesOf, type SetupPlan, uses } from '../plan.ts';
import { eachMailbox } from '../powershell.ts';
import { SOURCES } from '../sources.ts';
import type { StepTemplate } from '../step.ts';

const APPLICATION: readonly FlowUse['flow'][] = ['o365-imap-client-credentials'];
const OVER_IMAP_AND_SMTP: readonly FlowUse['flow'][] = ['o365-on-behalf-of', 'o365-imap-client-credentials', 'imap-smtp'];

const EVERY: readonly FlowUse['flow'][] = ['o365-client-credentials', ...OVER_IMAP_AND_SMTP];

const overImap = (plan: SetupPlan): boolean => OVER_IMAP_AND_SMTP.some((flow) => uses(plan, flow, 'receive'));
const overSmtp = (plan: SetupPlan): boolean => OVER_IMAP_AND_SMTP.some((flow) => uses(plan, flow, 'send'));

export const mailboxPermission: StepTemplate = {
  id: 'mailbox-permission',
  applies: (plan) => uses(plan, 'o365-imap-client-credentials'),
  write: (plan) => ({
    title: 'Let the application open the mailboxes',
    who: 'exchange',
    why: 'Over IMAP this alone decides which mailboxes the application reaches. Without it the server says "User is authenticated but not connected".',
    script: eachMailbox(mailboxesOf(plan, APPLICATION), ['Add-MailboxPermission -Identity $Mailbox -User $ServicePrincipalId -AccessRights FullAccess']),
    tools: ['exchange-online'],
    sources: [SOURCES.mailboxPermission, SOURCES.imapOauth],
  }),
};

export const sendAs: StepTemplate = {
  id: 'send-as',
  applies: (plan) => uses(plan, 'o365-imap-client-credentials', 'send'),
  write: (plan) => ({
    title: 'Let the application send as the mailboxes',
    who: 'exchange',
    why: 'Without it the server takes the mail and then refuses it with "SendAsDenied".',
    script: eachMailbox(mailboxesOf(plan, APPLICATION, 'send'), ['Add-RecipientPermission -Identity $Mailbox -Trustee $ServicePrincipalId -AccessRights SendAs -Confirm:$false']),
    tools: ['exchange-online'],
    sources: [SOURCES.recipientPermission, SOURCES.imapOauth],
  }),
};

export const imapEnabled: StepTemplate = {
  id: 'imap-enabled',
  applies: overImap,
  write: (plan) => ({
    title: 'Switch IMAP on for the mailboxes',
    who: 'exchange',
    why: 'It is a setting of each mailbox. Where it is off, or the mailbox has no licence, the server says "User is authenticated but not connected".',
    portal: ['Open the Microsoft 365 admin center > Users > Active users > the mailbox > Mail > Manage email apps, and tick IMAP.'],
    script: eachMailbox(mailboxesOf(plan, OVER_IMAP_AND_SMTP, 'receive'), ['Set-CASMailbox -Identity $Mailbox -ImapEnabled $true']),
    tools: ['exchange-online'],
    sources: [SOURCES.casMailbox],
  }),
};

export const smtpAuth: StepTemplate = {
  id: 'smtp-auth',
  applies: overSmtp,
  write: (plan) => ({
    title: 'Switch SMTP AUTH on for the mailboxes',
    who: 'exchange',
    why: 'The switch holds for tokens as well as for passwords, and organisations made after January 2020 have it off. The setting of a mailbox wins over that of the organisation, so nothing else has to be opened. Sending through Graph does without it.',
    portal: ['Open the Microsoft 365 admin center > Users > Active users > the mailbox > Mail > Manage email apps, and tick Authenticated SMTP.'],
    script: eachMailbox(mailboxesOf(plan, OVER_IMAP_AND_SMTP, 'send'), ['Set-CASMailbox -Identity $Mailbox -SmtpClientAuthenticationDisabled $false']),
    tools: ['exchange-online'],
    sources: [SOURCES.casMailbox, SOURCES.smtpAuth],
  }),
};

/** For whoever signs in to send from another mailbox; only as advice, since nobody plans it. */
export const sendAsPerson: StepTemplate = {
  id: 'send-as-person',
  applies: () => false,
  write: (plan) => ({
    title: 'Let the account that signs in send as this address',
    who: 'exchange',
    why: 'Whoever sends from an address that is not their own needs the right Send As on its mailbox.',
    portal: ['Open the Exchange admin center > Recipients > Mailboxes > the mailbox of the address > Delegation > Send as, and add the account.'],
    script: ["$Account = '<account that signs in>'", ...eachMailbox(mailboxesOf(plan, OVER_IMAP_AND_SMTP, 'send'), ['Add-RecipientPermission -Identity $Mailbox -Trustee $Account -AccessRights SendAs -Confirm:$false'])],
    tools: ['exchange-online'],
    sources: [SOURCES.recipientPermission],
  }),
};

/** For a mailbox that somebody else's account opens; only as advice. */
export const fullAccessPerson: StepTemplate = {
  id: 'full-access-person',
  applies: () => false,
  write: (plan) => ({
    title: 'Let the account that signs in open this mailbox',
    who: 'exchange',
    why: 'A mailbox that is not the own one, such as a shared mailbox, is opened with the right Full Access.',
    portal: ['Open the Exchange admin center > Recipients > Mailboxes > the mailbox > Delegation > Read and manage (Full Access), and add the account.'],
    script: ["$Account = '<account that signs in>'", ...eachMailbox(mailboxesOf(plan, OVER_IMAP_AND_SMTP, 'receive'), ['Add-MailboxPermission -Identity $Mailbox -User $Account -AccessRights FullAccess'])],
    tools: ['exchange-online'],
    sources: [SOURCES.mailboxPermission],
  }),
};

/** Only as advice: which policy it was stands in the sign-in logs. */
export const conditionalAccess: StepTemplate = {
  id: 'conditional-access',
  applies: () => false,
  write: () => ({
    title: 'Find the policy that refuses the sign-in',
    who: 'entra',
    why: 'A Conditional Access policy or the security defaults refuse it. Repeating does not help: the policy has to allow this sign-in, or the sign-in has to meet it.',
    portal: ['Open Entra ID > Monitoring > Sign-in logs, and choose the failed sign-in of this account or application.', 'The tab "Conditional Access" names the policy. Exclude the account, or meet what it asks for.'],
    sources: [SOURCES.errorCodes],
  }),
};

/** Only as advice. */
export const mailboxExists: StepTemplate = {
  id: 'mailbox-exists',
  applies: () => false,
  write: (plan) => ({
    title: 'Look whether the mailbox exists and has a licence',
    who: 'exchange',
    why: 'The address has to be the one of a mailbox in Exchange Online: not of a distribution list, not of a mailbox on premises, and not of one without a licence.',
    portal: ['Open the Microsoft 365 admin center > Users > Active users > the user > Licenses and apps; for a shared mailbox the Exchange admin center > Recipients > Mailboxes.'],
    script: eachMailbox(mailboxesOf(plan, EVERY), ['Get-Recipient -Identity $Mailbox | Format-List PrimarySmtpAddress, RecipientTypeDetails, SKUAssigned']),
    tools: ['exchange-online'],
    sources: [SOURCES.graphErrors],
  }),
};

/** Only as advice. */
export const enableApplication: StepTemplate = {
  id: 'enable-application',
  applies: () => false,
  write: () => ({
    title: 'Enable the application',
    who: 'entra',
    why: 'Somebody disabled the enterprise application, and with it every mailbox that uses it. Find out why before you enable it.',
    portal: ['Open Entra ID > Enterprise applications > the application > Properties, and set "Enabled for users to sign-in?" to Yes.'],
    script: ['az ad sp update --id $AppId --set accountEnabled=true'],
    tools: ['azure-cli'],
    sources: [SOURCES.disabledApplication, SOURCES.errorCodes],
  }),
};

/** Only as advice. */
export const accountState: StepTemplate = {
  id: 'account-state',
  applies: () => false,
  write: () => ({
    title: 'Look at the account that signs in',
    who: 'entra',
    why: 'It is disabled or locked. Its sign-in log says which, and since when.',
    portal: ['Open Entra ID > Users > the account: "Account enabled" has to be Yes.', 'Open its sign-in logs. A lock for too many wrong passwords ends by itself; where a risk was seen, an administrator dismisses it.'],
    sources: [SOURCES.errorCodes],
  }),
};
