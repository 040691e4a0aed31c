import type { DovecotPorts } from './config.ts';

/** Folders named as Exchange Online names them, sharing, quota, sieve. */
export const PLUGINS = (stateDirectory: string): string => `
namespace inbox {
  inbox = yes
  separator = /
${Object.entries({ Drafts: 'Drafts', 'Sent Items': 'Sent', 'Deleted Items': 'Trash', 'Junk Email': 'Junk', Archive: 'Archive' })
  .map(([folder, use]) => `  mailbox "${folder}" {\n    auto = subscribe\n    special_use = \\${use}\n  }`)
  .join('\n')}
}
namespace shared {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir:INDEXPVT=~/shared/%%u
  subscriptions = no
  list = children
}
plugin {
  acl = vfile
  acl_shared_dict = file:${stateDirectory}/shared-mailboxes
  quota = maildir:User quota
  quota_rule = *:storage=20G
  quota_exceeded_message = Quota exceeded (mailbox for user is full)
  sieve = file:~/sieve;active=~/.dovecot.sieve
}
protocol imap {
  mail_plugins = $mail_plugins imap_acl imap_quota
}
protocol lmtp {
  mail_plugins = $mail_plugins sieve
}
`;

export const SERVICES = (ports: DovecotPorts): string => `
service imap-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 4000
${listener('imap', ports.imap)}${listener('imaps', ports.imaps, true)}}
service submission-login {
  service_count = 0
  process_min_avail = 1
  client_limit = 4000
${listener('submission', ports.submission)}${listener('submissions', ports.submissions, true)}}
service lmtp {
  process_min_avail = 1
${listener('lmtp', ports.lmtp)}}
service imap {
  process_min_avail = 2
  process_limit = 4000
  vsz_limit = 1G
}
service submission {
  process_limit = 1000
}
service doveadm {
  # the second door; kept alive between requests
  service_count = 0
  process_min_avail = 1
${listener('http', ports.doveadm)}  unix_listener doveadm-server {
    mode = 0600
  }
}
service auth {
  unix_listener auth-userdb {
    mode = 0666
  }
  # where Postfix asks
  unix_listener sasl {
    mode = 0666
  }
}
service anvil {
  # no delay, 15 seconds at worst, after failed logins from one address
  unix_listener anvil-auth-penalty {
    mode = 0
  }
  # the administration service has dropped its privileges by the time it is asked who is there
  unix_listener anvil {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;

const listener = (name: string, port: number, tls = false): string =>
  `  inet_listener ${name} {\n    address = 127.0.0.1\n    port = ${port}\n${tls ? '    ssl = yes\n' : ''}  }\n`;
