// forward <delivery> <to>: the message goes along as it is.
import { argument, open } from './open.ts';
import { untilSettled } from './until-settled.ts';

await using opened = await open();
const { router } = opened;
const entry = await router.forward(argument(0, 'a delivery'), { to: [argument(1, 'a recipient')], text: 'For you.' });
console.log('forward', await untilSettled(router, entry.id));
