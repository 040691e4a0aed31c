import { z } from 'zod';
import { address, certificates, concurrency, count, duration, filledText, folderName, host, isoDate, mailboxId, name, options, packageName, port, proxy, publicAddress, secretText, tlsMode } from './fields.ts';
import { entra } from './schema-entra.ts';

const FOLDER_ROLES = ['inbox', 'outbox', 'sent', 'drafts', 'archive', 'junk', 'trash'] as const;

const mailServer = z
  .looseObject({ host: host.optional(), port: port.optional(), tls: tlsMode.optional(), ca: certificates.optional() })
  .meta({ description: 'Further keys are handed to the transport and checked by it.' });

const otherServer = z.looseObject({ ca: certificates.optional() });

const servers = z
  .object({ imap: mailServer.optional(), smtp: mailServer.optional() })
  .catchall(otherServer)
  .meta({ description: 'Servers by the name of the transport that uses them.' });

const auth = z.record(name, options).meta({ description: 'Settings of auth plugins by plugin name.' });

const relay = z.looseObject({
  flow: name.optional().meta({ description: 'The flow whose send side reaches the relay; relay when not said.' }),
  host,
  port: port.optional(),
  tls: tlsMode.optional(),
  ca: certificates.optional(),
  username: filledText.optional(),
  password: secretText.optional(),
});

const outgoing = z.strictObject({
  mode: z.enum(['client', 'relay']).optional().meta({ description: 'client: each mailbox sends by its own flow. relay: one server sends for all.' }),
  relay: relay.optional(),
  from: address.optional().meta({ description: 'Default sender.' }),
  bcc: z.union([address, z.array(address)]).optional().meta({ description: 'Receives a blind copy of everything.' }),
  unproven: z
    .enum(['hold', 'resend'])
    .optional()
    .meta({ description: 'Mail that may have left through a server that keeps no copy: a person decides (hold), or it is sent again and may arrive twice (resend).' }),
  absentAfter: duration.optional().meta({ description: 'How long after an attempt a mail that is not found is taken for not sent; 15m when not said. Servers file copies late.' }),
  attempt: duration.optional().meta({ description: 'How long one attempt to send may take; 5m when not said.' }),
  giveUpAfter: duration.optional().meta({ description: 'How long a mail is tried; 2d when not said.' }),
  atOnce: count.optional().meta({ description: 'Mails of all mailboxes that are sent at the same time; 64 when not said.' }),
});

const receiving = z
  .strictObject({
    audit: duration.optional().meta({ description: 'How often each folder is listed to check that nothing was missed; 1h when not said.' }),
    heartbeat: duration.optional().meta({ description: 'A watch that says nothing for one and a half of these is opened anew; 5m when not said.' }),
    visibility: duration.optional().meta({ description: 'How long a delivery is its consumer\'s before it is handed over again; 5m when not said. With a program, signalbox run goes by its --timeout.' }),
    maxAttempts: count.optional().meta({ description: 'How often a delivery is handed over before it is dead; 20 when not said.' }),
    mostOpen: count.optional().meta({ description: 'A mailbox with more open deliveries is not read on; 1000 when not said.' }),
  })
  .meta({ description: 'How receiving goes about its work.' });

const retention = z
  .strictObject({
    outbox: duration.optional().meta({ description: 'Content and addresses of mail that was sent or given up; 7d when not said.' }),
    sent: duration.optional().meta({ description: 'The rest of it, and with it its idempotency key; 30d when not said.' }),
    ledger: duration.optional().meta({ description: 'Closed deliveries, after their message has left the mailbox; 30d when not said.' }),
    effects: duration.optional().meta({ description: 'What could not be done in a mailbox (onAck); 30d when not said.' }),
    revisions: duration.optional().meta({ description: 'Configurations after they were replaced; for ever when not said. The one in force and the one before it stay.' }),
    audit: duration.optional().meta({ description: 'The audit log; for ever when not said.' }),
  })
  .meta({ description: 'How long is kept what is over.' });

const network = z.strictObject({
  proxy: proxy.optional().meta({ description: 'Otherwise HTTPS_PROXY of the environment; direct ignores both.' }),
  noProxy: z.array(filledText).optional().meta({ description: 'Hosts and .domains reached directly; otherwise NO_PROXY.' }),
  ca: certificates.optional(),
  clientCertificate: z.strictObject({ certificate: filledText, key: secretText }).optional(),
});

const notifications = z
  .strictObject({
    publicUrl: publicAddress.meta({ description: 'What a server that tells of new mail calls: the address of a reverse proxy that passes its path on to listen.' }),
    listen: z
      .strictObject({ host: host.optional(), port: port.optional() })
      .optional()
      .meta({ description: 'Where calls are received, by plain HTTP; 127.0.0.1 and 8085 when not said.' }),
  })
  .meta({ description: 'Has servers tell of new mail where they can. Nothing depends on it: without it, or where a call is lost, new mail is found by looking.' });

const flowSide = z.strictObject({
  transport: name,
  auth: name.optional().meta({ description: 'Left out for a transport that has nothing to sign in to.' }),
  settings: name.optional().meta({ description: 'The top-level section that feeds the auth plugin, such as entra.' }),
  sharedSettings: z.array(name).optional().meta({ description: 'Settings of that section that the transport gets too, such as cloud.' }),
  transportOptions: options.optional(),
  authOptions: options.optional(),
});

const flow = z.strictObject({ receive: flowSide.optional(), send: flowSide.optional() });

const folder = z
  .union([folderName, z.strictObject({ role: z.enum(FOLDER_ROLES) }), z.strictObject({ path: z.array(filledText).min(1) })])
  .meta({ description: 'A role such as inbox, or a path with / between its parts.' });

/** What a mailbox may say, and `defaults` for all that do not. */
const handling = {
  flow: name.optional().meta({ description: 'For both directions; receive and send take precedence.' }),
  receive: name.optional(),
  send: name.optional(),
  folders: z.array(folder).min(1).optional(),
  onAck: z.union([z.enum(['nothing', 'mark-read']), z.strictObject({ move: folder })]).optional(),
  backlog: z.union([z.enum(['from-now', 'unread', 'everything']), z.strictObject({ since: isoDate })]).optional(),
  concurrency: concurrency.optional(),
};

const mailbox = z.strictObject({
  id: mailboxId,
  address,
  ...handling,
  tenant: name.optional().meta({ description: 'Which of several named tenants.' }),
  endpoint: z.union([filledText, z.int()]).optional().meta({ description: "The contact centre's number." }),
  faxesOnly: z.boolean().optional(),
  servers: servers.optional(),
  auth: auth.optional(),
  username: filledText.optional(),
  password: secretText.optional(),
  token: secretText.optional(),
  tokenFile: filledText.optional(),
  network: network.optional(),
});

export const configSchema = z.strictObject({
  version: z.literal(1),
  organization: filledText,
  entra: entra.optional(),
  servers: servers.optional(),
  auth: auth.optional(),
  outgoing: outgoing.optional(),
  network: network.optional(),
  notifications: notifications.optional(),
  receiving: receiving.optional(),
  retention: retention.optional(),
  plugins: z.array(packageName).optional(),
  flows: z.record(name, flow).optional(),
  defaults: z.strictObject(handling).optional(),
  mailboxes: z.array(mailbox).min(1),
});

/** The file's shape, checked but not yet completed. */
export type FileConfig = z.output<typeof configSchema>;
