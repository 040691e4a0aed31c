/** What the demo's configuration has to know of its servers. */
export interface ConfigurationFacts {
  readonly entra: { readonly port: number };
  readonly graph: { readonly baseUrl: string };
  readonly imap: { readonly port: number };
  readonly smtp: { readonly port: number };
}

export const CLIENT_ID = '00000000-0000-0000-0000-000000000001';

/**
 * The configuration, as a person would write it. The tenant's CA and all secrets lie in files beside it,
 * so that the command can be tried on it while the demo runs.
 */
export const configurationText = ({ entra, graph, imap, smtp }: ConfigurationFacts): string => `# The demo's configuration. Everything here is on this machine and gone when the demo ends.
version: 1
organization: demo-railway

entra:
  tenant: railway.example
  clientId: ${CLIENT_ID}
  clientSecret: \${file:app.secret}
  authority: https://localhost:${entra.port}   # Microsoft's own where there is no such line

network: { ca: ca.pem }

servers:
  graph: { baseUrl: '${graph.baseUrl}', pollIntervalMs: 500 }
  imap: { host: 127.0.0.1, port: ${imap.port}, tls: implicit }
  smtp: { host: 127.0.0.1, port: ${smtp.port}, tls: starttls, sentCopy: automatic }

flows:
  in-memory:                                # beside the flows that Signalbox brings: basic, token, …
    receive: { transport: memory, auth: password }

mailboxes:
  - id: sales                               # IMAP and SMTP with a password
    address: sales@railway.example
    flow: basic
    endpoint: 200
    password: \${file:sales.password}

  - id: orders                              # Microsoft Graph with the application's own secret
    address: orders@railway.example
    flow: o365-client-credentials
    endpoint: 201

  - id: support                             # IMAP and SMTP with an access token that something else renews
    address: support@railway.example
    flow: token
    endpoint: 202
    tokenFile: support.token

  - id: press                               # receives by one route, sends by another
    address: press@railway.example
    receive: in-memory
    send: basic
    endpoint: 203
    password: \${file:sales.password}
    username: sales@railway.example
`;
