/** What the demo's configuration has to know of its servers. */
export interface ConfigurationFacts {
  readonly imap: { readonly port: number };
  readonly smtp: { readonly port: number };
}

/**
 * The configuration, as a person would write it. The tenant's CA and both secrets lie in files beside it,
 * so that the command can be tried on it while the demo runs.
 */
export const configurationText = ({ imap, smtp }: ConfigurationFacts): string => `# The demo's configuration. Everything here is on this machine and gone when the demo ends.
version: 1
organization: demo-railway

servers:
  imap: { host: 127.0.0.1, port: ${imap.port}, tls: implicit, ca: ca.pem }
  smtp: { host: 127.0.0.1, port: ${smtp.port}, tls: starttls, ca: ca.pem, sentCopy: automatic }

flows:
  in-memory:                                # beside the flows that Signalbox brings: basic, token, …
    receive: { transport: memory, auth: password }

mailboxes:
  - id: sales                               # IMAP and SMTP with a password
    address: sales@railway.example
    flow: basic
    endpoint: 200
    password: \${file:sales.password}

  - id: support                             # IMAP and SMTP with an access token
    address: support@railway.example
    flow: token
    endpoint: 201
    tokenFile: support.token

  - id: press                               # receives by one route, sends by another
    address: press@railway.example
    receive: in-memory
    send: basic
    endpoint: 202
    password: \${file:sales.password}
    username: sales@railway.example
`;
