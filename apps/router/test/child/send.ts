// Sends what is due until it is killed, or dies or freezes by its own hand at the step it is told.
import { writeSync } from 'node:fs';
import { type Content, defineTransport, type MailTransport, type Mutate, type Plugin, type Send } from '@signalbox/core';
import { connectControl } from '@signalbox/tenant-sim';
import { openSendingWorld } from '../sending/sending-world.ts';
import { patiently } from '../sending/patiently.ts';
import type { SendChildSettings, Step } from '../sending/send-child.ts';
import { PLUGINS } from '../sending/tenant-world.ts';

const given = JSON.parse(process.argv[2] ?? '{}') as SendChildSettings;
let toCome = given.at ?? 1;

/** Once, at the mail that is told. A frozen process goes on behind this line when it is woken. */
function reach(step: Step): void {
  if (step !== given.step) return;
  toCome -= 1;
  if (toCome !== 0) return;
  writeSync(1, `${step}\n`);
  process.kill(process.pid, given.signal ?? 'SIGKILL');
}

/** The end of the content: behind it nothing is left to look at but the wire. */
function endingIn(content: Content, step: Step): Content {
  async function* ending() {
    yield* content.open();
    reach(step);
  }
  return { ...content, open: ending };
}

const watched = (send: Send): Send => ({
  ...send,
  ...(send.stage && {
    async stage(submission, options) {
      reach('staging');
      const staged = await send.stage!(submission, options);
      reach('staged');
      return staged;
    },
  }),
  async dispatch(what, options) {
    reach('at-wire');
    const receipt = await send.dispatch('handle' in what ? what : { ...what, content: endingIn(what.content, 'before-dot') }, options);
    reach('accepted');
    return receipt;
  },
});

const filing = (mutate: Mutate): Mutate => ({ ...mutate, append: (folder, content, options) => mutate.append(folder, endingIn(content, 'filing'), options) });

function stepping(plugin: Plugin): Plugin {
  if (plugin.kind === 'auth') return plugin;
  return defineTransport({
    ...plugin,
    async open(context, options): Promise<MailTransport> {
      const fetch: typeof globalThis.fetch = async (input, init) => {
        const isSend = init?.method === 'POST' && (input instanceof Request ? input.url : input.toString()).endsWith('/send');
        if (isSend) reach('before-send');
        const response = await context.fetch(input, init);
        if (isSend) reach('answered');
        return response;
      };
      const transport = await plugin.open({ ...context, fetch }, options);
      if (transport.send) reach('claimed');
      return { ...transport, ...(transport.send && { send: watched(transport.send) }), ...(transport.mutate && { mutate: filing(transport.mutate) }), [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose]() };
    },
  });
}

const control = await connectControl(given.control);
const clock = await control.clock.follow();
// A process that is frozen in a transaction keeps the embedded store from everybody else until it is woken.
const world = await patiently(() => openSendingWorld({ clock, plugins: PLUGINS.map(stepping), config: given.config, files: { 'ca.pem': given.control.ca, ...given.files }, place: given.place, ...(given.settings && { settings: given.settings }) }));
world.run();
writeSync(1, 'runs\n');
