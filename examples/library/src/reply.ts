// reply <delivery>: to whom it came from, in its thread. It works when the message is gone, too.
import { argument, open } from './open.ts';
import { untilSettled } from './until-settled.ts';

await using opened = await open();
const { router } = opened;
const id = argument(0, 'a delivery');
const entry = await router.reply(id, { text: 'We have got your mail.' }, { idempotencyKey: `receipt-${id}` });
console.log('reply', await untilSettled(router, entry.id));
