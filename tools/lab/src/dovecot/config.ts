import { MASTER } from '../accounts.ts';
import { PLUGINS, SERVICES } from './config-services.ts';

/** Dovecot reads its mail as this user; nobody has to exist under the number. */
export const MAIL_UID = 5000;

export const DOVEADM_API_KEY = 'lab';

export type DovecotProfile = 'everything' | 'exchange';

export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly submission: number;
  readonly submissions: number;
  readonly lmtp: number;
  readonly doveadm: number;
}

export interface DovecotSettings {
  readonly name: string;
  readonly profile: DovecotProfile;
  readonly ports: DovecotPorts;
  /** Where this instance keeps its sockets. The configuration must not lie there: Dovecot puts a link of that name into it. */
  readonly runDirectory: string;
  readonly stateDirectory: string;
  readonly configDirectory: string;
  readonly mailDirectory: string;
  readonly usersDirectory: string;
  readonly logFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The SMTP port that submission relays to. */
  readonly relayPort: number;
  readonly introspectionEndpoint: string;
  readonly openidConfiguration: string;
  readonly delegateEndpoint: string;
}

/** The files of one instance, by name within its configuration directory. Syntax of Dovecot 2.3; 2.4 reads another language. */
export function configurationFiles(settings: DovecotSettings): Readonly<Record<string, string>> {
  return {
    'dovecot.conf': main(settings),
    'oauth2.conf.ext': oauth2(settings),
    'delegate.lua': delegateLua(settings),
    masters: `${MASTER.user}:{PLAIN}${MASTER.password}::::::\n`,
  };
}

const main = (s: DovecotSettings): string => `
instance_name = signalbox-lab-${s.name}
base_dir = ${s.runDirectory}
state_dir = ${s.stateDirectory}
log_path = ${s.logFile}
${s.profile === 'exchange' ? EXCHANGE : EVERYTHING}
${COMMON}
mail_home = ${s.mailDirectory}/%d/%n
ssl_cert = <${s.certFile}
ssl_key = <${s.keyFile}
submission_relay_host = 127.0.0.1
submission_relay_port = ${s.relayPort}
submission_relay_ssl = no
submission_relay_trusted = yes
doveadm_api_key = ${DOVEADM_API_KEY}
${authentication(s)}
${PLUGINS(s.stateDirectory)}
${SERVICES(s.ports)}
`;

const EVERYTHING = `
login_greeting = Signalbox lab ready.
auth_mechanisms = plain login xoauth2 oauthbearer
mail_max_userip_connections = 1000
submission_max_mail_size = 150M
`;

/** What Exchange Online shows of itself, and its habit of few connections. */
const EXCHANGE = `
login_greeting = The Microsoft Exchange IMAP4 service is ready. [TABBAEIAUABS]
auth_mechanisms = plain xoauth2
mail_max_userip_connections = 20
imap_capability = IMAP4 IMAP4rev1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+
imap_id_send = name "Microsoft.Exchange.Imap4.Imap4Server" version "15.20"
submission_backend_capabilities = 8BITMIME SIZE PIPELINING ENHANCEDSTATUSCODES CHUNKING DSN
submission_max_recipients = 500
`;

const COMMON = `
protocols = imap lmtp submission
listen = 127.0.0.1
mail_uid = ${MAIL_UID}
mail_gid = ${MAIL_UID}
first_valid_uid = ${MAIL_UID}
mail_location = maildir:~/Maildir
# speed over durability: a lab forgets everything anyway
mail_fsync = never
mail_plugins = $mail_plugins acl quota
auth_verbose = yes
# 2 seconds by default: would be added to every test of a wrong password
auth_failure_delay = 0
auth_master_user_separator = *
auth_username_chars =
# "yes" would not be enough: from 127.0.0.1 to 127.0.0.1 every connection counts as secured
ssl = required
ssl_dh =
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
default_client_limit = 20000
default_process_limit = 4000
hostname = mail.lab.test
postmaster_address = postmaster@lab.test
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
`;

const authentication = (s: DovecotSettings): string => `
passdb {
  driver = passwd-file
  master = yes
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u ${s.configDirectory}/masters
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u ${s.usersDirectory}/%u
}
# a token whose user is not the SASL user, but has full access to that mailbox
passdb {
  driver = lua
  mechanisms = xoauth2 oauthbearer
  args = file=${s.configDirectory}/delegate.lua blocking=yes
}
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${s.configDirectory}/oauth2.conf.ext
}
userdb {
  driver = passwd-file
  args = username_format=%u ${s.usersDirectory}/%u
  default_fields = uid=${MAIL_UID} gid=${MAIL_UID} home=${s.mailDirectory}/%d/%n
}
`;

const oauth2 = (s: DovecotSettings): string => `
introspection_mode = post
introspection_url = ${s.introspectionEndpoint}
force_introspection = yes
username_attribute = username
active_attribute = active
active_value = true
openid_configuration_url = ${s.openidConfiguration}
timeout_msecs = 3000
max_parallel_connections = 20
max_pipelined_requests = 1
`;

/** Dovecot's oauth2 passdb demands that the token's user is the SASL user; Exchange opens shared mailboxes otherwise. */
const delegateLua = (s: DovecotSettings): string => `
local http = dovecot.http.client{ timeout = 3000, max_attempts = 1 }
function auth_password_verify(request, token)
  local call = http:request{ url = "${s.delegateEndpoint}", method = "POST" }
  call:add_header("content-type", "application/x-www-form-urlencoded")
  call:set_payload("mailbox=" .. request.user .. "&token=" .. token)
  local reply = call:submit()
  if reply:status() == 200 and string.find(reply:payload(), '"allowed":true', 1, true) then
    return dovecot.auth.PASSDB_RESULT_OK, {}
  end
  return dovecot.auth.PASSDB_RESULT_NEXT, {}
end
function auth_passdb_lookup(request) return dovecot.auth.PASSDB_RESULT_NEXT, {} end
`;
