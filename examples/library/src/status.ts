// How each mailbox is doing: all that was visible at `completeUpTo` is recorded.
import { open } from './open.ts';

await using opened = await open();
const { router } = opened;
while ((await router.status()).some(({ state }) => state === 'starting')) await new Promise((resolve) => setTimeout(resolve, 100));
for (const { mailbox, state, completeUpTo, openDeliveries, error } of await router.status()) {
  console.log(mailbox, state, `${openDeliveries} open`, completeUpTo?.toISOString() ?? 'not swept yet', error?.remedy?.text ?? '');
}
