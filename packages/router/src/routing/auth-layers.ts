import type { AuthPlugin } from '@signalbox/core';
import type { Config, MailboxConfig, Options } from '../config/config.ts';
import type { ChosenSide } from './choose-side.ts';
import { type Layer, type Layered, overlay, own } from './layers.ts';
import type { Section } from './sections.ts';

/** Organisation's settings of the plugin, the section of the flow, the flow's options, the mailbox's credentials, the mailbox's settings of the plugin. */
export function layerAuth(config: Config, mailbox: MailboxConfig, chosen: ChosenSide, section: Section | undefined, plugin: AuthPlugin): Layered {
  const { side, optionsPath } = chosen;
  const credentials = chosen.relay ? relayCredentials(config) : mailboxCredentials(mailbox, plugin, section !== undefined);
  const layers: readonly Layer[] = [
    { path: ['auth', plugin.name], values: own(config.auth, plugin.name) },
    ...(section ? [section] : []),
    { ...(optionsPath && { path: [...optionsPath, 'authOptions'] }), values: side.authOptions },
    credentials,
    // The relay has its own credentials: a mailbox's would sign it in as somebody else.
    ...(chosen.relay ? [] : [{ path: [...mailbox.path, 'auth', plugin.name], values: own(mailbox.auth, plugin.name) }]),
  ];
  return overlay(layers, section?.path ?? credentials.path ?? mailbox.path);
}

/** Only what this kind of plugin can use: the password of a mailbox that receives by password is nothing for the plugin that it sends with. */
function mailboxCredentials(mailbox: MailboxConfig, plugin: AuthPlugin, hasSection: boolean): Layer {
  const { username, password, token, tokenFile } = mailbox;
  const values: Options = {
    ...(username !== undefined && { username }),
    ...(password && plugin.issues.includes('password') && { password }),
    ...(token && plugin.issues.includes('bearer') && !hasSection && { token }),
    ...(tokenFile !== undefined && plugin.issues.includes('bearer') && !hasSection && { tokenFile }),
  };
  return { path: mailbox.path, values };
}

function relayCredentials({ outgoing: { relay } }: Config): Layer {
  const { username, password } = relay ?? {};
  return { path: ['outgoing', 'relay'], values: { ...(username !== undefined && { username }), ...(password && { password }) } };
}
