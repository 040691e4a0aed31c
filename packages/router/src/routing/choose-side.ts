import type { ProblemCollector } from '../config/collector.ts';
import type { Config, MailboxConfig } from '../config/config.ts';
import { type ConfigPath, formatPath } from '../config/positions.ts';
import { didYouMean } from '../config/suggest.ts';
import type { Direction, Flow, FlowSide } from './flow.ts';

/** The side of a flow that one mailbox uses in one direction. */
export interface ChosenSide {
  readonly flow: string;
  readonly side: FlowSide;
  /** Where the flow was named. */
  readonly namedAt: ConfigPath;
  /** Where the side stands in the configuration; absent for a preset of the application. */
  readonly optionsPath?: ConfigPath;
  readonly relay: boolean;
  readonly reasons: readonly string[];
}

export function chooseSide(
  config: Config,
  presets: Readonly<Record<string, Flow>>,
  mailbox: MailboxConfig,
  direction: Direction,
  report: ProblemCollector,
): ChosenSide | undefined {
  const relay = direction === 'send' && config.outgoing.relay !== undefined;
  const flow = relay ? config.outgoing.relay.flow : mailbox[direction];
  const namedAt = relay ? ['outgoing', 'relay', 'flow'] : mailbox.flowPaths[direction];
  if (flow === undefined || namedAt === undefined) return undefined;
  const own = Object.hasOwn(config.flows, flow);
  const found = own ? config.flows[flow] : Object.hasOwn(presets, flow) ? presets[flow] : undefined;
  if (!found) {
    const names = [...new Set([...Object.keys(config.flows), ...Object.keys(presets)])];
    report.error(namedAt, `There is no flow "${flow}".${didYouMean(flow, names)}`, `Choose one of: ${names.join(', ')}; or define it under "flows".`);
    return undefined;
  }
  const side = found[direction];
  if (!side) {
    report.error(namedAt, `The flow "${flow}" has nothing to ${direction} with.`, `Choose a flow that can ${direction}, or ${own ? `add "${direction}" to flows.${flow}` : `name only the other direction for this mailbox`}.`);
    return undefined;
  }
  const origin = own ? `, defined at ${formatPath(['flows', flow])}` : ', a preset';
  const why = relay
    ? `Mail leaves through the relay of outgoing.relay, because outgoing.mode is relay: it takes the place of every mailbox's own send flow (here "${mailbox.send}").`
    : `The flow "${flow}" was chosen at ${formatPath(namedAt)}${origin}.`;
  return {
    flow,
    side,
    namedAt,
    ...(own && { optionsPath: ['flows', flow, direction] }),
    relay,
    reasons: relay ? [why, `The relay is reached by the flow "${flow}"${origin}.`] : [why],
  };
}
