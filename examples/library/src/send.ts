// send <mailbox> <to>: one mail. The same key with the same mail is one mail, however often it is asked for.
import { argument, open } from './open.ts';
import { untilSettled } from './until-settled.ts';

await using opened = await open();
const { router } = opened;
const mail = { to: [argument(1, 'a recipient')], subject: 'Your order', text: 'It is on its way.' };
const entry = await router.send(argument(0, 'a mailbox'), mail, { idempotencyKey: 'order-7' });
const again = await router.send(argument(0, 'a mailbox'), mail, { idempotencyKey: 'order-7' });
console.log(entry.id === again.id ? 'one mail' : 'two mails', await untilSettled(router, entry.id));
