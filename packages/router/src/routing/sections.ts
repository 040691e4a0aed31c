import type { ProblemCollector } from '../config/collector.ts';
import type { Config, MailboxConfig, Options } from '../config/config.ts';
import type { ConfigPath } from '../config/positions.ts';
import { didYouMean } from '../config/suggest.ts';
import type { Layer } from './layers.ts';

/** The entry of a top-level section that a mailbox uses. */
export type Section = Layer & { readonly path: ConfigPath };

/** A section is a map by name; a single entry needs no choosing. */
export function findSection(config: Config, mailbox: MailboxConfig, settings: string, report: ProblemCollector): Section | undefined {
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
