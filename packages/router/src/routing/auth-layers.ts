import type { AuthPlugin } from '@signalbox/core';
import type { ProblemCollector } from '../config/collector.ts';
import type { Config, MailboxConfig, Options } from '../config/config.ts';
import type { ConfigPath } from '../config/positions.ts';
import { didYouMean } from '../config/suggest.ts';
import type { ChosenSide } from './choose-side.ts';
import { type Layer, type Layered, overlay, own } from './layers.ts';

/** Organisation's settings of the plugin, the section of the flow, the flow's options, the mailbox's credentials, the mailbox's settings of the plugin. */
export function layerAuth(config: Config, mailbox: MailboxConfig, chosen: ChosenSide, plugin: AuthPlugin, report: ProblemCollector): Layered | undefined {
  const { side, optionsPath } = chosen;
  const section = side.settings === undefined ? undefined : findSection(config, mailbox, side.settings, report);
  if (side.settings !== undefined && !section) return undefined;
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

type Section = Layer & { readonly path: ConfigPath };

/** A section is a map by name; a single entry needs no choosing. */
function findSection(config: Config, mailbox: MailboxConfig, settings: string, report: ProblemCollector): Section | undefined {
  const sections: Readonly<Record<string, Readonly<Record<string, object>>>> = { entra: config.entra };
  const entries = Object.hasOwn(sections, settings) ? sections[settings] : undefined;
  const names = Object.keys(entries ?? {});
  if (!entries || names.length === 0) {
    report.error([settings], `The flow needs the section "${settings}", which the configuration does not have.${entries ? '' : didYouMean(settings, Object.keys(sections))}`, `Add "${settings}" at the top of the file, or choose another flow.`);
    return undefined;
  }
  const wanted = mailbox.tenant ?? (names.length === 1 ? names[0] : 'default') ?? 'default';
  const values = Object.hasOwn(entries, wanted) ? entries[wanted] : undefined;
  if (!values) {
    report.error([...mailbox.path, 'tenant'], `"${settings}" has several entries, and the mailbox does not say which one is its own.`, `Add "tenant" to the mailbox: one of ${names.join(', ')}.`);
    return undefined;
  }
  const single = names.length === 1 && wanted === 'default';
  return { path: single ? [settings] : [settings, wanted], values: values as Options };
}
