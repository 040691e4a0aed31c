export interface PostfixPorts {
  readonly smtp: number;
  readonly submission: number;
  readonly submissions: number;
}

export interface PostfixSettings {
  readonly ports: PostfixPorts;
  readonly directory: string;
  readonly logFile: string;
  /** Key and certificate in one file. */
  readonly chainFile: string;
  /** Dovecot's authentication socket. */
  readonly saslSocket: string;
  readonly lmtpPort: number;
  readonly socketmapPort: number;
}

export const mainCf = (s: PostfixSettings): string => `
compatibility_level = 3.6
queue_directory = ${s.directory}/spool
data_directory = ${s.directory}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${s.logFile}
maillog_file_prefixes = ${s.directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.lab.test
mydomain = lab.test
myorigin = lab.test
mynetworks =
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
# nothing ever leaves the lab
default_transport = error:5.7.1 the lab does not relay outside
relay_transport = error:5.7.1 the lab does not relay outside
virtual_mailbox_domains = lab.test
virtual_mailbox_maps = socketmap:inet:127.0.0.1:${s.socketmapPort}:mailboxes
virtual_transport = lmtp:inet:127.0.0.1:${s.lmtpPort}
recipient_delimiter = +
lmtp_destination_recipient_limit = 1
smtpd_banner = $myhostname ESMTP lab
biff = no
append_dot_mydomain = no
message_size_limit = 157286400
mailbox_size_limit = 0
virtual_mailbox_limit = 0
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${s.saslSocket}
smtpd_sasl_security_options = noanonymous
smtpd_tls_chain_files = ${s.chainFile}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 0
smtpd_sender_login_maps = socketmap:inet:127.0.0.1:${s.socketmapPort}:senders
smtpd_recipient_limit = 1000
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 1000
# 2,048 by default: shorter than the AUTH line of a client with a real Entra token
line_length_limit = 16384
smtpd_sasl_response_limit = 12288
smtputf8_enable = yes
in_flow_delay = 0
`;

export const masterCf = ({ ports, socketmapPort }: PostfixSettings): string => {
  const scripted = `check_recipient_access,socketmap:inet:127.0.0.1:${socketmapPort}:replies`;
  const submission = `
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_sender_restrictions=reject_sender_login_mismatch
  -o smtpd_relay_restrictions=${scripted},permit_sasl_authenticated,reject`;
  return `
127.0.0.1:${ports.smtp} inet n - n - 200 smtpd
  -o smtpd_sasl_auth_enable=no
  -o smtpd_relay_restrictions=${scripted},reject_unauth_destination
127.0.0.1:${ports.submission} inet n - n - 200 smtpd
  -o smtpd_tls_security_level=encrypt${submission}
127.0.0.1:${ports.submissions} inet n - n - 200 smtpd
  -o smtpd_tls_wrappermode=yes${submission}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - 20 lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
};
